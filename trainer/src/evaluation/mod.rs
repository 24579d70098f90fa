//! Measures edits: success, side effects, monotonicity.

pub mod classifier;
pub mod evaluate;
pub mod frechet;
pub mod metrics;
