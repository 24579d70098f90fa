//! The demo face, at a camera's pace.

use super::{Next, Source, source_name::SourceName};
use crate::{
    error::EdgeError,
    picture::frame::{Frame, Origin},
};
use faces::Take;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Pictures per second of the demo.
pub(crate) const FRAMES_PER_SECOND: u32 = 30;
/// Size of the demo's pictures in pixels.
pub(crate) const SIZE: [usize; 2] = [640, 480];

/// An animated face that stands in for a camera: 640x480 at 30 per second.
pub(crate) struct Demo {
    take: Take,
    index: u64,
    paced: bool,
    due: Option<Instant>,
}

impl Demo {
    /// The take from its beginning, `paced` like a camera or as fast as it is asked.
    #[must_use]
    pub(crate) fn new(paced: bool) -> Self {
        let [width, height] = SIZE.map(|side| side as u32);
        Self {
            take: Take::new(0, width, height, FRAMES_PER_SECOND as f32),
            index: 0,
            paced,
            due: None,
        }
    }
}

impl Source for Demo {
    fn name(&self) -> SourceName {
        SourceName {
            source: "demo".into(),
            mode: format!("{}x{} at {FRAMES_PER_SECOND}", SIZE[0], SIZE[1]),
        }
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        if self.paced {
            let interval = Duration::from_secs(1) / FRAMES_PER_SECOND;
            let now = Instant::now();
            let due = self.due.unwrap_or(now);
            thread::sleep(due.saturating_duration_since(now));
            // A camera does not catch up what it missed while the machine was busy either.
            self.due = Some((due + interval).max(now));
        }

        frame.captured = Instant::now();
        frame.resize(SIZE[0], SIZE[1]);
        self.take.render_into(self.index, &mut frame.rgb);
        frame.index = self.index;
        frame.seconds = self.index as f64 / f64::from(FRAMES_PER_SECOND);
        frame.origin = Origin::Video;
        frame.decode_micros = frame.captured.elapsed().as_micros() as u32;
        self.index += 1;
        Ok(Next::Frame)
    }
}
