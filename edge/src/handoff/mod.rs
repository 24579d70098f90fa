//! How threads hand values on without waiting and without allocating.

pub(crate) mod mailbox;
pub(crate) mod pool;
pub(crate) mod recycler;
