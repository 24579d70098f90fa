//! A frame and where its face is.

use crate::frame::Frame;
use aligner::Square;
use std::sync::Arc;

/// What the track thread hands on.
#[derive(Debug, Clone, Default)]
pub struct Tracked {
    /// The frame.
    pub frame: Arc<Frame>,
    /// The model's crop of the face on it; none when no face was found.
    pub crop: Option<Square>,
    /// Number of the face, see [`crate::track::Face::id`]. An edit belongs to a face, so it is only
    /// laid over frames with the same number.
    pub since: u64,
}
