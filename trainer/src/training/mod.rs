//! Training: the loop, its step, and what a run leaves behind.

pub mod bench;
pub mod checkpointer;
pub mod dry_run;
pub mod fit;
pub mod run_log;
pub mod step;
pub mod trainee;
