//! What a face can be asked to show, by name: the attributes of procedural training data.

use crate::scene::Scene;
use std::ops::Range;

/// A property of a procedural face that training data can have as an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Teeth, lifted mouth corners, raised cheeks.
    Smile,
    /// Spectacles.
    Glasses,
    /// Beard and moustache.
    Beard,
    /// Open mouth, as while speaking.
    MouthOpen,
    /// Raised brows.
    BrowsRaised,
    /// Closed eyes.
    EyesClosed,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Smile,
        Self::Glasses,
        Self::Beard,
        Self::MouthOpen,
        Self::BrowsRaised,
        Self::EyesClosed,
    ];

    /// Name as an attribute, e.g. `mouth-open`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smile => "smile",
            Self::Glasses => "glasses",
            Self::Beard => "beard",
            Self::MouthOpen => "mouth-open",
            Self::BrowsRaised => "brows-raised",
            Self::EyesClosed => "eyes-closed",
        }
    }

    /// The feature called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Amounts, 0 to 1, of faces that show the feature and of those that do not.
    #[must_use]
    pub const fn amounts(self, on: bool) -> Range<f32> {
        match (self, on) {
            (Self::Smile, false) => 0.0..0.12,
            (Self::Smile | Self::BrowsRaised, true) => 0.6..1.0,
            (Self::Glasses, true) => 0.999..1.0,
            (Self::Glasses | Self::Beard, false) => 0.0..0.001,
            (Self::Beard, true) => 0.7..1.0,
            (Self::MouthOpen, true) => 0.45..0.9,
            (Self::MouthOpen | Self::BrowsRaised, false) => 0.0..0.1,
            (Self::EyesClosed, true) => 0.9..1.0,
            (Self::EyesClosed, false) => 0.0..0.25,
        }
    }

    /// Makes the face of `scene` show the feature by `amount`, 0 not at all to 1 fully.
    pub fn set(self, scene: &mut Scene, amount: f32) {
        let (identity, expression) = (&mut scene.identity, &mut scene.expression);
        match self {
            Self::Smile => expression.smile = amount,
            Self::Glasses => identity.glasses = if amount > 0.5 { 1.0 } else { 0.0 },
            Self::Beard => {
                let amount = if amount > 0.01 { amount } else { 0.0 };
                (identity.beard, identity.moustache) = (amount, amount);
            }
            Self::MouthOpen => {
                (expression.mouth_open, expression.mouth_round) = (amount, 0.3 * amount);
            }
            Self::BrowsRaised => expression.brow_raise = amount,
            Self::EyesClosed => expression.blink = amount,
        }
    }
}
