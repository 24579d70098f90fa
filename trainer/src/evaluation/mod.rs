//! Measures edits: do they work, do they leave the rest alone, does more strength do more?

mod changes;
pub(crate) mod classifier;
mod compare;
mod direction;
mod evaluate;
mod film;
pub mod frechet;
pub(crate) mod identity;
mod interval;
mod judge;
mod lesson;
mod metrics;
mod pairs;
pub(crate) mod purpose;
mod rows;
mod ssim;

pub(crate) use compare::{CompareRequest, Features, compare};
pub(crate) use direction::paths;
pub(crate) use evaluate::{EvaluateRequest, evaluate};
pub(crate) use interval::{Estimate, Estimates};
pub(crate) use judge::{JudgeRequest, judge};
pub(crate) use metrics::{Evaluation, Metrics};
pub use metrics::{SCORE, UNRELATED_SHARE};
pub(crate) use pairs::{Pairs, Side};
