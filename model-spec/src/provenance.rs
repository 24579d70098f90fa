//! Where a model comes from.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Training history of a model, carried from the run folder into the bundle and its model card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of the training program.
    pub trainer_version: String,
    /// Git revision of the training program, or `unknown`.
    pub revision: String,
    /// Data sets, each with what is known of its origin and terms.
    pub data: Vec<String>,
    /// How the training differed from one uninterrupted run of its configuration, if it did.
    #[serde(default)]
    pub notes: Vec<String>,
    /// SHA-256 over the sorted relative paths and sizes of all training files.
    pub data_digest: String,
    /// Training steps done, those of a discriminator head start included.
    pub steps: u64,
    /// Images per step.
    pub batch_size: u64,
    /// Processor or GPU the model was trained on.
    pub hardware: String,
    /// Measured figures by name, e.g. `edit_success.neutral_to_smiling` = 0.91.
    pub metrics: BTreeMap<String, f64>,
}
