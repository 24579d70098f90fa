//! Measures edits: do they work, do they leave the rest alone, does more strength do more?

pub(crate) mod classifier;
mod evaluate;
pub mod frechet;
mod metrics;
pub(crate) mod purpose;

pub(crate) use evaluate::{EvaluateRequest, evaluate};
pub(crate) use metrics::{Evaluation, Metrics};
pub use metrics::{SCORE, UNRELATED_SHARE};
