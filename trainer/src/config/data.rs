//! What a run learns from.

use super::Augmentation;
use serde::{Deserialize, Serialize};

/// Which domains a face may be moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// Any, its own included, as in StarGAN v2.
    Any,
    /// Any but its own: every face then teaches an edit.
    Other,
    /// The other value of one attribute, as a slider of the mirror does.
    One,
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
    /// Side of the pictures that are edited and judged, as a multiple of the model's image size. Above 1 a
    /// displacement generator learns what its edits look like at the mirror, where it moves pixels that are
    /// finer than its own. 1 for the other outputs.
    #[serde(default = "one")]
    pub picture_scale: usize,
    /// The square of a picture that the discriminator looks at: left, top and side in shares of the picture's
    /// side. It finds what is wrong with a mouth sooner where it sees little else, and costs less.
    #[serde(default = "whole")]
    pub judged_square: [f64; 3],
    /// How the images are varied.
    #[serde(default)]
    pub augmentation: Augmentation,
}

fn one() -> usize {
    1
}

fn whole() -> [f64; 3] {
    [0.0, 0.0, 1.0]
}
