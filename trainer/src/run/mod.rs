//! The folder of a run, and what is shown and written down while it trains.

mod folder;
mod losses;
mod progress;
pub mod statistics;
pub mod tensorboard;

pub use folder::RunFolder;
pub use losses::{Figures, LossReader};
pub use progress::Progress;
pub use tensorboard::EventWriter;
