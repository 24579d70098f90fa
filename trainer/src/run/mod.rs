//! The folder of a run, and what is shown and written down while it trains.

mod folder;
mod losses;
mod progress;
pub mod statistics;
pub mod tensorboard;

pub(crate) use folder::RunFolder;
pub(crate) use losses::{Figures, LossReader};
pub(crate) use progress::Progress;
pub use progress::{clear_bars, log_above_bars};
pub use tensorboard::EventWriter;
