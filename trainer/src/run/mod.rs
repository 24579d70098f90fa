//! The folder of a run and what is written into it while it goes on.

pub mod folder;
pub mod progress;
pub mod statistics;
pub mod tensorboard;
