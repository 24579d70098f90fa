//! What the face does, as opposed to whose it is.

use serde::{Deserialize, Serialize};

/// A facial expression. The default is neutral: mouth closed, eyes open, looking at the viewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// 0 neutral to 1 full smile: teeth, lifted mouth corners, raised cheeks, folds, narrowed eyes.
    pub smile: f32,
    /// 0 closed to 1 wide open, as while speaking.
    pub mouth_open: f32,
    /// 0 relaxed to 1 rounded and narrow, as for "oo".
    pub mouth_round: f32,
    /// 0 open to 1 closed eyes.
    pub blink: f32,
    /// Direction of the eyes: -1..1 to the picture's right, -1..1 down.
    pub gaze: [f32; 2],
    /// -1 lowered and drawn together to 1 raised brows.
    pub brow_raise: f32,
}

impl Expression {
    /// Only a smile, 0..=1.
    #[must_use]
    pub fn smiling(smile: f32) -> Self {
        Self {
            smile,
            ..Self::default()
        }
    }

    /// The same with every value inside its range.
    pub(crate) fn clamped(&self) -> Self {
        Self {
            smile: self.smile.clamp(0.0, 1.0),
            mouth_open: self.mouth_open.clamp(0.0, 1.0),
            mouth_round: self.mouth_round.clamp(0.0, 1.0),
            blink: self.blink.clamp(0.0, 1.0),
            gaze: self.gaze.map(|v| v.clamp(-1.0, 1.0)),
            brow_raise: self.brow_raise.clamp(-1.0, 1.0),
        }
    }
}
