//! A picture whose face lends its expression.

use crate::{
    capture::folder,
    error::EdgeError,
    picture::frame::Frame,
    track::{Pace, TrackOptions, Tracker, tracked::Tracked},
};
use std::{path::Path, sync::Arc};

/// Reads the picture `path` and finds the faces on it, at least one; the largest lends its expression.
///
/// # Errors
/// [`EdgeError::File`] when it is no picture or shows no face.
pub(crate) fn read(path: &Path, options: &TrackOptions) -> Result<Tracked, EdgeError> {
    let mut frame = Frame::default();
    folder::read(path, &mut frame)?;
    let mut tracker = Tracker::new(Pace::Stills, options)?;
    let tracked = tracker.tracked(Arc::new(frame));
    if tracked.faces.is_empty() {
        let reason = "no face found on it, and --reference needs one";
        return Err(EdgeError::file(path, reason));
    }
    Ok(tracked)
}
