//! Where mirror pictures go, one after another.

use crate::{
    compose::mirror::Mirror,
    edit::Edit,
    error::EdgeError,
    picture::frame::{Frame, Origin},
};

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

    /// Name of its PNG file: that of the source's file, or `frame-NNNNNN.png`.
    pub(crate) fn png_name(&self) -> String {
        match &self.frame.origin {
            Origin::Video => format!("frame-{:06}.png", self.frame.index),
            Origin::Still(name) => format!("{name}.png"),
        }
    }
}

/// Takes mirror pictures: a folder, a device, a file, a digest.
pub(crate) trait Sink {
    /// Takes the next picture.
    ///
    /// # Errors
    /// [`EdgeError::File`] or [`EdgeError::Camera`]: the sink takes no more, and the mirror ends.
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError>;

    /// Why the sink has ended by itself while the mirror goes on, once.
    fn failure(&mut self) -> Option<EdgeError> {
        None
    }

    /// Writes what can only be written once the run is over; `summary` says in a line what it was.
    ///
    /// # Errors
    /// [`EdgeError::File`].
    fn finish(&mut self, summary: &str) -> Result<(), EdgeError> {
        let _ = summary;
        Ok(())
    }
}

/// All sinks of a run, with or without a window.
#[derive(Default)]
pub(crate) struct Sinks(Vec<Box<dyn Sink>>);

impl Sinks {
    /// One more.
    pub(crate) fn add(&mut self, sink: impl Sink + 'static) {
        self.0.push(Box::new(sink));
    }

    /// Passes a picture to all of them.
    ///
    /// # Errors
    /// The first of [`Sink::put`].
    pub(crate) fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        self.0.iter_mut().try_for_each(|sink| sink.put(picture))
    }

    /// Removes a sink that has ended by itself, if there is one, and says why it has.
    pub(crate) fn take_failed(&mut self) -> Option<EdgeError> {
        let mut found = None;
        self.0.retain_mut(|sink| {
            if found.is_none() {
                found = sink.failure();
                return found.is_none();
            }
            true
        });
        found
    }

    /// Ends all of them.
    ///
    /// # Errors
    /// The first of [`Sink::finish`].
    pub(crate) fn finish(mut self, summary: &str) -> Result<(), EdgeError> {
        self.0.iter_mut().try_for_each(|sink| sink.finish(summary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails by itself when it has been looked at this often.
    struct FailsAt(u32);

    impl Sink for FailsAt {
        fn put(&mut self, _: &MirrorPicture<'_>) -> Result<(), EdgeError> {
            Ok(())
        }

        fn failure(&mut self) -> Option<EdgeError> {
            self.0 = self.0.checked_sub(1)?;
            (self.0 == 0).then(|| EdgeError::Internal("full".into()))
        }
    }

    #[test]
    fn a_sink_that_ended_by_itself_is_removed_and_the_others_go_on() {
        let mut sinks = Sinks::default();
        for pictures in [3, 1, 2] {
            sinks.add(FailsAt(pictures));
        }
        let left = [(); 4].map(|()| {
            let failed = sinks.take_failed().is_some();
            (failed, sinks.0.len())
        });
        assert_eq!(left, [(true, 2), (false, 2), (true, 1), (true, 0)]);
    }
}
