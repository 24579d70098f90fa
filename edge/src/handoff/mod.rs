//! How threads hand values on without waiting and without allocating.

pub(crate) mod mailbox;
pub(crate) mod pool;
pub(crate) mod recycler;
#[cfg(test)]
#[cfg(feature = "schedules")]
mod schedules;
#[cfg(test)]
#[cfg(feature = "schedules")]
pub(crate) mod shuttled;
pub(crate) mod sync;
