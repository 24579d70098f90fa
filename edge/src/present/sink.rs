//! Where mirror pictures go, one after another.

use crate::{compose::mirror::Mirror, edit::Edit, error::EdgeError, picture::frame::Frame};

/// A finished picture of the mirror.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MirrorPicture<'a> {
    /// The frame it was made of.
    pub(crate) frame: &'a Frame,
    /// The edit laid over it, which may be of an earlier frame; none before the first.
    pub(crate) edit: Option<&'a Edit>,
    /// `3 * width * height` bytes, RGB order, rows from the top, not flipped.
    pub(crate) rgb: &'a [u8],
    /// Width and height in pixels.
    pub(crate) size: [usize; 2],
    /// Whether any face on it is changed.
    pub(crate) edited: bool,
}

impl<'a> MirrorPicture<'a> {
    /// The last picture that `mirror` composed, of this frame and edit.
    pub(crate) fn of(mirror: &'a Mirror, frame: &'a Frame, edit: Option<&'a Edit>) -> Self {
        Self {
            frame,
            edit,
            rgb: mirror.rgb(),
            size: mirror.size(),
            edited: mirror.edited(),
        }
    }
}

/// Takes mirror pictures: a folder, a device, a file, a digest.
pub(crate) trait Sink {
    /// Takes the next picture.
    ///
    /// # Errors
    /// [`EdgeError::File`] or [`EdgeError::Camera`]: the sink takes no more.
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError>;
}
