//! How training images are varied.

use serde::{Deserialize, Serialize};

/// How training images are varied; the default is the paper's random resized crop, and a flip, which there
/// always is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Augmentation {
    /// How often a face is cropped rather than used whole, 0 to 1.
    pub crop_probability: f64,
    /// Largest roll in degrees, either way.
    pub roll_degrees: f32,
    /// Largest change of scale, either way, as a share.
    pub zoom: f32,
    /// Largest shift, either way, in shares of the image's side.
    pub shift: f32,
    /// Largest change of contrast, either way, as a share.
    pub contrast: f32,
    /// Largest change of brightness, either way, as a share of the pixel range.
    pub brightness: f32,
    /// Largest change of one colour channel's brightness, likewise, on top.
    pub tint: f32,
    /// How often highlights are burnt out, as by a camera that exposes up to two stops too long, 0 to 1.
    pub burnt_probability: f64,
    /// How often a mask, a hand or a thing covers a part of the face, 0 to 1.
    pub cover_probability: f64,
    /// Dropout of what a displacement generator adds: how often an edit is judged by its moved pixels alone, 0 to 1.
    /// Teeth are painted over sooner than lips learn to close; where nothing is painted, they have to.
    pub difference_dropout: f64,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self {
            crop_probability: 0.5,
            roll_degrees: 0.0,
            zoom: 0.0,
            shift: 0.0,
            contrast: 0.0,
            brightness: 0.0,
            tint: 0.0,
            burnt_probability: 0.0,
            cover_probability: 0.0,
            difference_dropout: 0.0,
        }
    }
}

impl Augmentation {
    /// Whether images are turned, scaled or shifted, so that a part of what is asked for lies outside them.
    #[must_use]
    pub(crate) fn moves(&self) -> bool {
        [self.roll_degrees, self.zoom, self.shift] != [0.0; 3]
    }

    /// Every field with the largest value it may have.
    pub(super) fn limits(&self) -> [(&'static str, f64, f64); 10] {
        [
            ("crop_probability", self.crop_probability, 1.0),
            ("roll_degrees", self.roll_degrees.into(), 45.0),
            ("zoom", self.zoom.into(), 0.5),
            ("shift", self.shift.into(), 0.5),
            ("contrast", self.contrast.into(), 0.9),
            ("brightness", self.brightness.into(), 1.0),
            ("tint", self.tint.into(), 1.0),
            ("burnt_probability", self.burnt_probability, 1.0),
            ("cover_probability", self.cover_probability, 1.0),
            ("difference_dropout", self.difference_dropout, 1.0),
        ]
    }
}
