//! Checkpoints applied to pictures.

pub mod batch_editor;
pub mod files;
pub mod grid;
pub mod portrait;
pub mod sweep;
