//! What is measured while training.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is measured while training, on test faces, by a judge that is another network than the
/// run's classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationConfig {
    /// The model is judged at every such step; 0 never. Needs test faces.
    pub interval: u64,
    /// Test faces of every domain that are judged.
    pub faces_per_domain: usize,
    /// Steps for which the judge is trained, once, at the start of the run.
    pub judge_steps: u64,
    /// Rows that an edit of an attribute belongs to, by the attribute's name: top and bottom as
    /// shares of the image's height. Without it the mouth's.
    pub edited_rows: BTreeMap<String, [f64; 2]>,
    /// Rows that the edit should leave as they are, likewise; without it those above the eyes.
    pub kept_rows: BTreeMap<String, [f64; 2]>,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self {
            interval: 0,
            faces_per_domain: 64,
            judge_steps: 900,
            edited_rows: BTreeMap::new(),
            kept_rows: BTreeMap::new(),
        }
    }
}
