//! Which frame and which edit are on screen.

use crate::{
    edit::Edit, handoff::mailbox::Taken, picture::frame::Origin, pipeline::Pipeline,
    track::tracked::Tracked,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a still picture stays before the next one.
const STILL: Duration = Duration::from_millis(1500);

/// Which frame an edit is laid over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// The newest frame, even if it is newer than the edit's own.
    NewestFrame,
    /// The edit's own frame.
    EditedFrame,
}

/// The newest frame and edit, and which of them are on screen.
pub(crate) struct CurrentPicture {
    choice: Base,
    frame: Option<Tracked>,
    edit: Option<Arc<Edit>>,
    /// When the next edit may replace this one.
    next_edit: Instant,
    on_screen: Option<OnScreen>,
    /// Whether no more pictures come.
    ended: bool,
}

/// Indices of a frame and of the frame of an edit; 0 without an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OnScreen {
    frame: u64,
    edit: u64,
}

/// Whether there will be more pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Supply {
    /// More may come, or the last one stays on screen.
    Open,
    /// The pipeline failed, or ended without any edit.
    Ended,
}

/// What is new about the picture since it was last on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    Nothing,
    /// Another edit of the same frame.
    Edit,
    /// Another frame.
    Frame,
}

impl CurrentPicture {
    /// Nothing yet.
    pub(crate) fn new(choice: Base) -> Self {
        Self {
            choice,
            frame: None,
            edit: None,
            next_edit: Instant::now(),
            on_screen: None,
            ended: false,
        }
    }

    pub(crate) fn edit(&self) -> Option<&Edit> {
        self.edit.as_deref()
    }

    /// Takes the newest edit and frame from the pipeline, without waiting.
    pub(crate) fn take(&mut self, pipeline: &Pipeline) -> Supply {
        let now = Instant::now();
        if now >= self.next_edit {
            match pipeline.edits.take(Duration::ZERO) {
                Taken::Value(edit) => {
                    let still = edit.frame.origin != Origin::Video;
                    self.next_edit = if still { now + STILL } else { now };
                    self.edit = Some(edit);
                }
                Taken::Closed if pipeline.has_failed() => return Supply::Ended,
                Taken::Closed if self.edit.is_none() => return Supply::Ended,
                Taken::Closed => self.ended = true,
                Taken::Nothing => {}
            }
        }
        if let Taken::Value(frame) = pipeline.frames.take(Duration::ZERO) {
            self.frame = Some(frame);
        }
        Supply::Open
    }

    /// Whether a clip has come to its end; its last picture stays.
    pub(crate) fn has_ended(&self) -> bool {
        let last = self.edit.as_ref();
        self.ended && last.is_some_and(|edit| edit.frame.origin == Origin::Video)
    }

    /// The frame to show.
    pub(crate) fn base(&self) -> Option<Tracked> {
        let edit = self.edit.as_ref();
        match &self.frame {
            Some(frame) if self.choice == Base::NewestFrame || edit.is_none() => {
                Some(frame.clone())
            }
            _ => edit.map(|edit| edit.tracked()),
        }
    }

    /// Takes note that `base` and the newest edit go on screen. Returns what is new.
    pub(crate) fn show(&mut self, base: Option<&Tracked>) -> News {
        let Some(base) = base else {
            return News::Nothing;
        };
        let shown = OnScreen {
            frame: base.frame.index,
            edit: self.edit.as_ref().map_or(0, |edit| edit.frame.index),
        };
        match self.on_screen.replace(shown) {
            Some(before) if before == shown => News::Nothing,
            Some(before) if before.frame == shown.frame => News::Edit,
            _ => News::Frame,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::frame::Frame;

    #[test]
    fn a_clip_ends_when_no_more_pictures_come_and_single_pictures_never_do() {
        let still = || Origin::Still("face".into());
        for (origin, ended, said) in [
            (Origin::Video, false, false),
            (Origin::Video, true, true),
            (still(), true, false),
        ] {
            let mut picture = CurrentPicture::new(Base::EditedFrame);
            assert!(!picture.has_ended(), "before the first picture");
            let frame = Frame {
                origin,
                ..Frame::default()
            };
            let mut edit = Edit::default();
            edit.frame = Arc::new(frame);
            picture.edit = Some(Arc::new(edit));
            picture.ended = ended;
            assert_eq!(picture.has_ended(), said);
        }
    }
}
