//! Tells the threads to end.

use crate::{
    edit::Edit,
    handoff::mailbox::{Handle, Receiver},
    picture::frame::Frame,
    track::tracked::Tracked,
};
use std::sync::Arc;

/// Closes the mailboxes between the threads: a thread ends once nobody wants what it makes.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    to_track: Handle<Arc<Frame>>,
    to_edit: Handle<Tracked>,
    frames: Handle<Tracked>,
    edits: Handle<Arc<Edit>>,
}

impl Stop {
    pub(super) fn new(
        to_track: &Receiver<Arc<Frame>>,
        to_edit: &Receiver<Tracked>,
        frames: &Receiver<Tracked>,
        edits: &Receiver<Arc<Edit>>,
    ) -> Self {
        Self {
            to_track: to_track.handle(),
            to_edit: to_edit.handle(),
            frames: frames.handle(),
            edits: edits.handle(),
        }
    }

    /// Tells all threads to end, without waiting for them.
    pub(crate) fn all(&self) {
        self.edit();
        self.track();
        self.capture();
    }

    pub(super) fn edit(&self) {
        self.edits.close();
    }

    pub(super) fn track(&self) {
        self.to_edit.close();
        self.frames.close();
    }

    pub(super) fn capture(&self) {
        self.to_track.close();
    }

    /// Frames and edits that were replaced before their turn on the way to an edit and to the screen.
    pub(super) fn dropped(&self) -> u64 {
        self.to_track.replaced() + self.to_edit.replaced() + self.edits.replaced()
    }
}
