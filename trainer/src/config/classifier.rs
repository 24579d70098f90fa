//! Training of the attribute classifier.

use serde::{Deserialize, Serialize};

/// Training of the attribute classifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierConfig {
    /// Number of steps.
    pub steps: u64,
    /// Images per step.
    pub batch_size: usize,
    /// Highest step size of Adam; it falls to zero along a cosine.
    pub learning_rate: f64,
}
