//! How a portrait is made: as a photograph or as a drawing.

use serde::{Deserialize, Serialize};

/// The look of a portrait; the person, the pose and the attributes are the same in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Skin, light and camera as in a photograph.
    #[default]
    Natural,
    /// As in an animated film: large eyes, ink lines, few flat tones with hard edges, no camera.
    Drawn,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Natural, Self::Drawn];

    /// Name, e.g. `drawn`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Drawn => "drawn",
        }
    }

    /// The style called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }
}

/// What a style changes about the faces of everybody, beyond what one person has and another has not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proportions {
    /// How far the eyes lie below their natural place, in face heights.
    pub eye_drop: f32,
    /// Height of the eye opening over the natural one of its width.
    pub eye_height: f32,
    /// How far the brows lie above their natural place, in face heights.
    pub brow_rise: f32,
    /// How far the chin lies above its natural place, in face heights.
    pub chin_rise: f32,
    /// Width of the neck over the natural one.
    pub neck_width: f32,
    /// Height down from which a mouth carries skin, in face heights from the middle of the face.
    pub mouth_reach: f32,
    /// Height of the gap between smiling lips over the natural one.
    pub mouth_gap: f32,
}

impl Proportions {
    /// Those of real faces.
    pub const NATURAL: Self = Self {
        eye_drop: 0.0,
        eye_height: 1.0,
        brow_rise: 0.0,
        chin_rise: 0.0,
        neck_width: 1.0,
        mouth_reach: -0.05,
        mouth_gap: 1.0,
    };

    /// Those of drawn faces.
    pub const DRAWN: Self = Self {
        eye_drop: 0.11,
        eye_height: 1.68,
        brow_rise: 0.015,
        chin_rise: 0.05,
        neck_width: 0.78,
        mouth_reach: -0.12,
        mouth_gap: 1.7,
    };
}

impl Default for Proportions {
    fn default() -> Self {
        Self::NATURAL
    }
}
