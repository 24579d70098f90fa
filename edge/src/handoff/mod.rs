//! How threads hand values on without waiting and without allocating.

pub mod mailbox;
pub mod pool;
pub mod recycler;
