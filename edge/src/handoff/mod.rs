//! How threads hand values on without waiting and without allocating.

pub(crate) mod mailbox;
pub(crate) mod pool;
pub(crate) mod recycler;
#[cfg(all(test, feature = "schedules"))]
mod schedules;
#[cfg(all(test, feature = "schedules"))]
pub(crate) mod shuttled;
pub(crate) mod sync;
