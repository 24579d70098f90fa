//! Writes files and folders whole or not at all, and never over what this project did not write.
//!
//! ```text
//! OutputFile::create(path, own)   ─► path.partial-XXXXXX ─► finish: renamed to `path`
//! OutputFolder::create(path, own) ─► path.partial-XXXXXX/ ─► finish: renamed, exchanged or moved into `path`
//! ```
//!
//! A target may be missing, empty, or our own; `own` is the caller's knowledge of what its program writes.
//! Links are followed, so that a link stays a link. Temporary names are drawn at random and never taken from
//! anybody; what was not created here is never removed.

mod error;
mod file;
mod folder;
#[cfg(feature = "png")]
pub mod picture;
mod signals;
mod target;
mod temporary;
mod unfinished;

pub use error::OutputError;
pub use file::{OutputFile, check_file, write, write_own};
pub use folder::{OutputFolder, check_folder};
pub use signals::ending_signals;
pub use temporary::{discard, is_temporary_of};
pub use unfinished::remove_on_signals;
