//! The track thread: latest frame -> tracked frame, for edit and for the display.

use super::{PATIENCE, Shared};
use crate::{
    error::EdgeError,
    handoff::mailbox::{Closing, Mailbox, Taken},
    picture::frame::Frame,
    timing::stage::{Stage, Stages},
    track::{Pace, TrackOptions, Tracker, tracked::Tracked},
};
use std::sync::Arc;

pub(super) struct TrackThread {
    pub(super) frames: Arc<Mailbox<Arc<Frame>>>,
    pub(super) to_edit: Closing<Tracked>,
    pub(super) to_display: Closing<Tracked>,
    pub(super) shared: Arc<Shared>,
    pub(super) options: TrackOptions,
    pub(super) pace: Pace,
}

impl TrackThread {
    pub(super) fn run(self) -> Result<Stages, EdgeError> {
        let mut tracker = Tracker::new(self.pace, &self.options)?;
        let mut stages = Stages::default();
        loop {
            self.shared.beats.track.tick();
            let frame = match self.frames.take(PATIENCE) {
                Taken::Value(frame) => frame,
                Taken::Nothing if self.to_edit.0.is_closed() => break,
                Taken::Nothing => continue,
                Taken::Closed => break,
            };
            let tracked = stages.time(Stage::Track, || tracker.tracked(frame));
            let wanted = if self.pace.is_lossless() {
                self.to_edit.0.put_when_empty(tracked)
            } else {
                self.to_display.0.put(tracked.clone());
                self.to_edit.0.put(tracked)
            };
            if !wanted {
                break;
            }
        }
        Ok(stages)
    }
}
