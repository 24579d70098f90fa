//! Follows the largest face: acquired by the detector, moved by flow, kept true by re-checks.
//!
//! ```text
//!            none ──acquire (whole frame, every 3rd)──► face
//!              ▲                                         │ every frame: flow moves it
//!              └──────── 3 re-checks missed ◄────────────┘ every 6th:   detector corrects it
//! ```
//!
//! The detector's boxes jitter by some percent of the face, the flow is exact but drifts: so the flow
//! moves the face at once, and the detector pulls it back by a small part of their disagreement.

use crate::{
    detect::{Detector, SMALLEST_FACE},
    error::EdgeError,
    flow::Flow,
    frame::Frame,
    square::Square,
};

/// Frames between two searches of the whole frame.
const ACQUIRE_EVERY: u32 = 3;
/// Frames between two re-checks.
const CHECK_EVERY: u32 = 6;
/// Re-checks without a face near it after which the face is gone.
const MISSES: u32 = 3;
/// Part of the detector's disagreement that is followed at a re-check.
const CORRECTION: f32 = 0.3;
/// Disagreement, in sides of the face, from which the detector is followed at once.
const JUMP: f32 = 0.25;
/// Widths, in pixels, at which the whole frame is searched in turn: fast, then for small faces.
const SEARCH_WIDTHS: [f32; 2] = [214.0, 360.0];
/// Side of the region of a re-check in pixels, and in sides of the face.
const CHECK_GRID: usize = 84;
const CHECK_REGION: f32 = 1.6;

/// Follows one face over a source.
pub struct Tracker {
    detector: Detector,
    flow: Flow,
    face: Option<Square>,
    misses: u32,
    frames_since_detection: u32,
    searches: usize,
    /// Whether frames follow each other in time; else each is searched on its own.
    continuous: bool,
}

impl Tracker {
    /// A tracker for video (`continuous`), or for pictures that have nothing to do with each other.
    ///
    /// # Errors
    /// Those of [`Detector::new`].
    pub fn new(continuous: bool) -> Result<Self, EdgeError> {
        Ok(Self {
            detector: Detector::new()?,
            flow: Flow::default(),
            face: None,
            misses: 0,
            frames_since_detection: u32::MAX,
            searches: 0,
            continuous,
        })
    }

    /// The largest face's detection box on `frame`, in frame pixels.
    pub fn track(&mut self, frame: &Frame) -> Option<Square> {
        if !self.continuous {
            let found = self.search(frame, 0);
            return found.or_else(|| self.search(frame, 1));
        }
        self.frames_since_detection = self.frames_since_detection.saturating_add(1);
        match self.face {
            None => {
                if self.frames_since_detection >= ACQUIRE_EVERY {
                    self.frames_since_detection = 0;
                    self.face = self.search(frame, self.searches);
                    self.searches += 1;
                    self.misses = 0;
                }
            }
            Some(face) => self.face = self.follow(frame, face),
        }
        match self.face {
            Some(face) => self.flow.remember(frame, face),
            None => self.flow.forget(),
        }
        self.face
    }

    fn follow(&mut self, frame: &Frame, face: Square) -> Option<Square> {
        let followed = self.flow.follow(frame, face);
        let predicted = followed.unwrap_or(face);
        // Without a believable flow the detector is asked at once.
        if followed.is_some() && self.frames_since_detection < CHECK_EVERY {
            return Some(predicted).filter(|face| face.is_on(frame.width, frame.height));
        }
        self.frames_since_detection = 0;
        let region = predicted.scaled(CHECK_REGION);
        let found = self
            .detector
            .detect(frame, region.origin(), [region.side; 2], [CHECK_GRID; 2]);
        let Some(found) = found.first().map(|detection| detection.face) else {
            self.misses += 1;
            return Some(predicted).filter(|_| self.misses < MISSES);
        };
        self.misses = 0;
        let away = (0..2)
            .map(|i| (found.centre[i] - predicted.centre[i]).abs())
            .fold((found.side - predicted.side).abs(), f32::max);
        let part = if followed.is_none() || away > JUMP * predicted.side {
            1.0
        } else {
            CORRECTION
        };
        let towards = |from: f32, to: f32| from + part * (to - from);
        Some(Square {
            centre: [0, 1].map(|i| towards(predicted.centre[i], found.centre[i])),
            side: towards(predicted.side, found.side),
        })
    }

    fn search(&mut self, frame: &Frame, attempt: usize) -> Option<Square> {
        let size = [frame.width as f32, frame.height as f32];
        let wanted = SEARCH_WIDTHS[attempt % SEARCH_WIDTHS.len()];
        // Never enlarge, and leave small pictures high enough for a face.
        let longest = size[0].max(size[1]);
        let shortest = size[0].min(size[1]);
        let scale = (wanted / longest)
            .max(1.5 * SMALLEST_FACE / shortest)
            .min(1.0);
        let grid = size.map(|side| (side * scale).round() as usize);
        let found = self.detector.detect(frame, [0.0; 2], size, grid);
        found.first().map(|detection| detection.face)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faces::Take;

    fn demo(take: &Take, index: u64) -> Frame {
        let mut frame = Frame::default();
        frame.resize(640, 480);
        take.render_into(index, &mut frame.rgb);
        frame
    }

    #[test]
    fn the_demo_face_is_acquired_at_once_and_followed_without_jumps() {
        let take = Take::new(0, 640, 480, 30.0);
        let mut tracker = Tracker::new(true).unwrap();
        let mut last: Option<Square> = None;
        for index in 0..60 {
            let face = tracker.track(&demo(&take, index)).expect("a face");
            if let Some(last) = last {
                let step = (face.centre[0] - last.centre[0]).hypot(face.centre[1] - last.centre[1]);
                assert!(step < 0.05 * face.side, "frame {index}: {step} px");
            }
            last = Some(face);
        }
    }

    #[test]
    fn a_face_that_leaves_is_given_up_and_an_empty_frame_has_none() {
        let take = Take::new(0, 640, 480, 30.0);
        let mut tracker = Tracker::new(true).unwrap();
        assert!(tracker.track(&demo(&take, 0)).is_some());
        let mut empty = Frame::default();
        empty.resize(640, 480);
        let frames = (0..30)
            .take_while(|_| tracker.track(&empty).is_some())
            .count();
        assert!(frames <= (MISSES * CHECK_EVERY) as usize, "{frames}");
        let mut tiny = Frame::default();
        tiny.resize(8, 8);
        assert!(tracker.track(&tiny).is_none());
    }
}
