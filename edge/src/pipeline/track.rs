//! The track thread: latest frame -> tracked frame, for edit and for the display.

use super::{PATIENCE, status::Status};
use crate::{
    error::EdgeError,
    handoff::mailbox::{Receiver, Sender, Taken},
    picture::frame::Frame,
    timing::stage::{Stage, Stages},
    track::{Pace, TrackOptions, Tracker, tracked::Tracked},
};
use std::sync::Arc;

pub(super) struct TrackThread {
    pub(super) frames: Receiver<Arc<Frame>>,
    pub(super) to_edit: Sender<Tracked>,
    pub(super) to_display: Sender<Tracked>,
    pub(super) status: Arc<Status>,
    pub(super) options: TrackOptions,
    pub(super) pace: Pace,
}

impl TrackThread {
    pub(super) fn run(self) -> Result<Stages, EdgeError> {
        let mut tracker = Tracker::new(self.pace, &self.options)?;
        let mut stages = Stages::default();
        loop {
            self.status.beats.track.tick();
            let frame = match self.frames.take(PATIENCE) {
                Taken::Value(frame) => frame,
                Taken::Nothing if self.to_edit.is_closed() => break,
                Taken::Nothing => continue,
                Taken::Closed => break,
            };
            let tracked = stages.time(Stage::Track, || tracker.tracked(frame));
            let wanted = if self.pace.is_lossless() {
                self.to_edit.put_when_empty(tracked)
            } else {
                self.to_display.put(tracked.clone());
                self.to_edit.put(tracked)
            };
            if !wanted {
                break;
            }
        }
        Ok(stages)
    }
}
