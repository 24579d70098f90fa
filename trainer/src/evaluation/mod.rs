//! Measures edits: do they work, do they leave the rest alone, does more strength do more?

pub mod classifier;
mod evaluate;
pub mod frechet;
mod metrics;

pub use evaluate::{EvaluateRequest, evaluate};
pub use metrics::{Evaluation, Metrics, SCORE, UNRELATED_SHARE};
