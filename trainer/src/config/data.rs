//! What a run learns from.

use serde::{Deserialize, Serialize};

/// Which domains a face may be moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// Any, its own included, as in StarGAN v2.
    Any,
    /// Any but its own: every face then teaches an edit.
    Other,
}

/// Mixture of real and procedural faces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Which domains a face may be moved to.
    pub targets: Targets,
    /// Share of procedural faces among the training images, 0 to 1.
    pub synthetic_share: f64,
    /// Procedural faces rendered for every domain.
    pub synthetic_faces_per_domain: usize,
}
