//! How long each stage takes, and how often it asks for memory.

pub mod allocations;
pub(crate) mod stage;
