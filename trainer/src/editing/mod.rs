//! Checkpoints applied to faces and to picture files.

mod batch_editor;
pub(crate) mod files;
pub(crate) mod grid;
mod portrait;
pub mod sweep;

pub(crate) use batch_editor::BatchEditor;
pub use batch_editor::unrelated_share;
pub use portrait::{Change, Portrait};
pub use sweep::Sweep;
