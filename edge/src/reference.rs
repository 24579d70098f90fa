//! A picture whose face lends its expression.

use crate::{error::EdgeError, frame::Frame, source::folder, track::Tracker, tracked::Tracked};
use model_spec::Framing;
use std::{path::Path, sync::Arc};

/// Reads the picture `path` and finds the largest face on it: name and face.
///
/// # Errors
/// [`EdgeError::File`] when it is no picture or shows no face.
pub fn read(path: &Path, framing: &Framing) -> Result<(String, Tracked), EdgeError> {
    let mut frame = Frame::default();
    folder::decode(path, &mut frame).map_err(|error| EdgeError::file(path, error))?;
    let face = Tracker::new(false)?.track(&frame);
    let face = face
        .ok_or_else(|| EdgeError::file(path, "no face found on it, and --reference needs one"))?;
    let tracked = Tracked {
        crop: Some(face.framed(framing)),
        since: 0,
        frame: Arc::new(frame),
    };
    Ok((path.display().to_string(), tracked))
}
