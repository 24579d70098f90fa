//! How parts that stand out of the face shift when it turns.

use crate::anatomy::frame::Frame;

/// Where the sticking-out parts of the face move when it turns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parallax {
    turn: [f32; 2],
}

impl Parallax {
    /// Of one pose.
    pub(crate) fn new(frame: &Frame) -> Self {
        Self {
            turn: [frame.yaw_sine(), frame.pitch_sine()],
        }
    }

    /// Frontal shift of a part that stands out by `height` face heights.
    pub(crate) fn shift(&self, height: f32) -> [f32; 2] {
        self.turn.map(|t| t * height)
    }
}
