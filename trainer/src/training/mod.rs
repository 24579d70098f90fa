//! Training: the loop, its step, and what can be tried of it beforehand.
//!
//! ```text
//! Loader ─► Trainee::step ───────────────────────────────────────► LossReader ─► RunLog
//! (batch)   (edit, discriminator, editor, average; FrozenNetworks)  (tick)       Checkpointer
//! ```

mod bench;
mod checkpointer;
mod dry_run;
mod due;
mod fit;
mod frozen_networks;
mod heads;
pub(crate) mod health;
mod lead;
mod memory;
mod resume;
mod run_log;
mod setup;
mod start;
mod step;
mod trainee;

pub use bench::{BenchRequest, BenchRow, bench};
pub(crate) use checkpointer::{Checkpointer, Past};
pub(crate) use dry_run::dry_run;
pub use fit::{FitRequest, fit};
pub use frozen_networks::{FrozenNetworks, PretrainedNetworks};
pub(crate) use health::Health;
pub use health::{Ailment, Finding};
pub use memory::{silence_memory_panics, with_memory_hint};
pub(crate) use run_log::RunLog;
pub use step::{StepPlan, Updates};
pub use trainee::Trainee;
