//! The capture thread: source -> latest frame.

use super::{FRAMES_IN_FLIGHT, status::Status};
use crate::{
    capture::{
        Next, Source,
        camera::trouble::{Trouble, TroubleKind},
        source_name::SourceName,
    },
    error::EdgeError,
    handoff::{mailbox::Sender, pool::Pool},
    picture::frame::Frame,
    timing::stage::{Begin, Stage, Stages},
    track::Pace,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Time without a good picture after which the screen says why.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the capture thread counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaptureCounts {
    /// Pictures handed on.
    pub(crate) frames: u64,
    /// Pictures that could not be read.
    pub(crate) skipped: u64,
    /// Times the camera went away or fell silent.
    pub(crate) interruptions: u64,
    /// The source and its mode at the end.
    pub(crate) source: SourceName,
}

pub(super) struct CaptureThread {
    pub(super) source: Box<dyn Source>,
    pub(super) to_track: Sender<Arc<Frame>>,
    pub(super) status: Arc<Status>,
    pub(super) limit: u64,
    pub(super) pace: Pace,
}

impl CaptureThread {
    pub(super) fn run(mut self) -> Result<(CaptureCounts, Stages), EdgeError> {
        let (mut counts, mut stages) = (CaptureCounts::default(), Stages::default());
        let mut pool = Pool::<Frame>::new(FRAMES_IN_FLIGHT);
        let (mut interrupted, mut size) = (false, [0, 0]);
        let mut good = Instant::now();
        self.status.set_source(self.source.name());
        while counts.frames < self.limit && !self.to_track.is_closed() {
            let begin = Begin::now();
            self.status.beats.capture.tick();
            let (frame, next) = pool.fill(|frame| self.source.next(frame))?;
            match next {
                Next::Frame => {
                    interrupted = false;
                    good = Instant::now();
                    self.status.set_trouble(None);
                    let found = [frame.width, frame.height];
                    if std::mem::replace(&mut size, found) != found {
                        pool.prepare(|spare| spare.resize(frame.width, frame.height));
                    }
                    counts.frames += 1;
                    let decode = Duration::from_micros(u64::from(frame.decode_micros));
                    stages.add_since(Stage::Capture, decode, begin);
                    let taken = if self.pace.is_lossless() {
                        self.to_track.put_when_empty(frame)
                    } else {
                        self.to_track.put(frame)
                    };
                    if !taken {
                        break;
                    }
                }
                Next::Skipped(reason) => {
                    counts.skipped += 1;
                    log::warn!("skipped: {reason}");
                    // The first reason stays: those of the next pictures differ in numbers only.
                    if self.pace == Pace::Live && good.elapsed() > PATIENCE && !interrupted {
                        interrupted = true;
                        let trouble = Trouble::new(TroubleKind::Unreadable, reason);
                        self.status.set_trouble(Some(trouble));
                    }
                }
                Next::Waiting(None) => {}
                Next::Waiting(Some(reason)) => {
                    counts.interruptions += u64::from(!interrupted && counts.frames > 0);
                    interrupted = true;
                    self.status.set_trouble(Some(reason));
                }
                Next::Changed => self.status.set_source(self.source.name()),
                Next::End => break,
            }
        }
        counts.source = self.source.name();
        Ok((counts, stages))
    }
}
