//! `--source auto` on a machine without a camera: the demo face, until there is one.

use super::{
    Next, Source,
    camera::{Camera, Patience, list, mode::ModeRequest},
    demo::Demo,
    source_name::SourceName,
    turned::{Turn, Turned},
};
use crate::{error::EdgeError, picture::frame::Frame};
use std::time::{Duration, Instant};

/// Time between two looks for a camera.
const LOOK: Duration = Duration::from_secs(1);

/// The demo face, and from then on the first camera that is found.
pub(crate) struct DemoUntilCamera {
    source: Box<dyn Source>,
    wish: ModeRequest,
    turn: Turn,
    /// None once there is a camera.
    look_at: Option<Instant>,
    /// The frame after the last one of the demo, where a camera's begin.
    frames: u64,
    seconds: f64,
}

impl DemoUntilCamera {
    /// The demo at its own pace. A camera will be asked for the mode `wish` and turned by `turn`.
    pub(crate) fn new(wish: ModeRequest, turn: Turn) -> Self {
        Self {
            source: Box::new(Demo::new(true)),
            wish,
            turn,
            look_at: Some(Instant::now() + LOOK),
            frames: 0,
            seconds: 0.0,
        }
    }

    fn look(&self) -> Option<Box<dyn Source>> {
        let device = list::best()?;
        match Camera::open(&device, self.wish, Patience::Endless) {
            Ok(camera) => Some(Turned::around(Box::new(camera), self.turn)),
            Err(error) => {
                log::debug!("{error}");
                None
            }
        }
    }
}

impl Source for DemoUntilCamera {
    fn name(&self) -> SourceName {
        self.source.name()
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        if self
            .look_at
            .is_some_and(|look_at| look_at <= Instant::now())
        {
            if let Some(camera) = self.look() {
                self.source = camera;
                self.look_at = None;
                return Ok(Next::Changed);
            }
            self.look_at = Some(Instant::now() + LOOK);
        }
        let next = self.source.next(frame)?;
        if next == Next::Frame {
            if self.look_at.is_some() {
                (self.frames, self.seconds) = (frame.index + 1, frame.seconds + 1.0);
            } else {
                frame.index += self.frames;
                frame.seconds += self.seconds;
            }
        }
        Ok(next)
    }
}
