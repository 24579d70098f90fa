//! Checkpoints applied to faces and to picture files.

mod batch_editor;
pub mod files;
pub mod grid;
mod portrait;
pub mod sweep;

pub use batch_editor::{BatchEditor, unrelated_share};
pub use portrait::{Change, Portrait};
pub use sweep::Sweep;
