//! A frame and where its faces are.

use crate::picture::frame::Frame;
use aligner::Square;
use arrayvec::ArrayVec;
use std::sync::Arc;

/// Most faces that are followed and edited at once.
pub(crate) const MOST_FACES: usize = 8;

/// A face on a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// The same for as long as the face is followed, and never used again: an edit belongs to a face,
    /// and is only laid over faces with the same number.
    pub id: u64,
    /// The model's crop.
    pub crop: Square,
    /// Whether it has not stirred for so long that it is taken for a picture on a wall.
    pub is_picture: bool,
}

impl Default for Face {
    fn default() -> Self {
        Self {
            id: 0,
            crop: Square::upright([0.0; 2], 0.0),
            is_picture: false,
        }
    }
}

/// What the track thread hands on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tracked {
    pub(crate) frame: Arc<Frame>,
    /// The faces on it, largest first.
    pub(crate) faces: ArrayVec<Face, MOST_FACES>,
}
