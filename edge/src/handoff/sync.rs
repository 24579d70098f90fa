//! What threads and their meetings are made of: the standard library's, or shuttle's in the check of schedules
//! (`make test-schedules`), which runs the same code under schedules of its own choice.

#[cfg(not(all(test, feature = "schedules")))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard, mpsc},
    thread,
};

#[cfg(all(test, feature = "schedules"))]
pub(crate) use {
    super::shuttled::{Condvar, mpsc},
    shuttle::{
        sync::{Mutex, MutexGuard},
        thread,
    },
};
