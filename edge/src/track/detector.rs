//! The face detector: rustface (SeetaFace), on small grey pictures, on a thread of its own.
//!
//! It takes as long as some frames on a small board, and it allocates: so it works beside the frames
//! instead of between them. One question at a time; whoever needs the answer at once waits for it.

use crate::{
    error::EdgeError,
    handoff::{
        mailbox::{Receiver, Sender, Taken, mailbox},
        sync::{
            mpsc,
            thread::{self, JoinHandle},
        },
    },
    picture::{frame::Frame, resample::Resampler},
};
use aligner::Square;
use model_spec::ColourMode;
use rustface::ImageData;
use std::{panic, time::Duration};

/// SeetaFace's frontal model, see `detector/LICENSE`.
const MODEL: &[u8] = include_bytes!("../../detector/seeta_fd_frontal_v1.0.bin");
/// Smallest face rustface finds, in pixels of the picture it is given.
pub(crate) const SMALLEST_FACE: f32 = 40.0;
/// rustface's confidence from which a box is taken for a face.
const SCORE: f64 = 2.0;
/// Pixels of the largest picture it is usually given, so that a late one does not allocate.
const ROOM: usize = 360 * 360;
/// Longest wait before looking whether the other side is still there.
const PATIENCE: Duration = Duration::from_millis(100);

/// Part of a frame to look at. `grid`, in pixels, decides cost and smallest face ([`SMALLEST_FACE`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Region {
    /// All of it, seen `grid` pixels wide and high.
    Whole {
        /// Width and height.
        grid: [usize; 2],
    },
    /// A square of it; faces are found that are rotated like it.
    Rotated {
        /// Where, in frame pixels.
        square: Square,
        /// Width and height.
        grid: usize,
    },
}

/// Asks the detector's thread; keeps its buffers, so that asking allocates nothing.
pub struct Detector {
    resampler: Resampler,
    luma: Vec<f32>,
    /// None while the thread has it.
    question: Option<Question>,
    asked: Sender<Question>,
    answered: Receiver<Question>,
    thread: Option<JoinHandle<()>>,
}

/// A picture and, on its way back, the faces on it.
#[derive(Debug)]
struct Question {
    grey: Vec<u8>,
    grid: [usize; 2],
    region: Region,
    /// Frame pixels per pixel of the grid.
    scale: f32,
    /// Boxes in frame pixels, largest first.
    faces: Vec<Square>,
}

impl Detector {
    /// Reads the built-in model and starts the thread.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the program was built with a broken model, and when the system
    /// gives no thread.
    pub fn new() -> Result<Self, EdgeError> {
        let (asked, questions) = mailbox::<Question>();
        let (answers, answered) = mailbox();
        let (sender, opened) = mpsc::sync_channel(1);
        // The detector cannot change threads, so it is made where it works.
        let work = move || {
            let mut detector = match detector() {
                Ok(detector) => detector,
                Err(error) => {
                    // Whoever made this waits for it.
                    let _ = sender.send(Err(error));
                    return;
                }
            };
            let _ = sender.send(Ok(()));
            loop {
                match questions.take(PATIENCE) {
                    Taken::Value(mut question) => {
                        question.look(&mut *detector);
                        answers.put(question);
                    }
                    Taken::Nothing => {}
                    Taken::Closed => return,
                }
            }
        };
        let thread = thread::Builder::new().name("detect".into()).spawn(work);
        let thread = thread.map_err(|error| EdgeError::Internal(format!("no thread: {error}")))?;
        opened.recv().map_err(|_| {
            EdgeError::Internal("the face detector's thread did not start".into())
        })??;
        Ok(Self {
            resampler: Resampler::default(),
            luma: Vec::with_capacity(ROOM),
            question: Some(Question {
                grey: Vec::with_capacity(ROOM),
                grid: [0, 0],
                region: Region::Whole { grid: [0, 0] },
                scale: 1.0,
                faces: Vec::new(),
            }),
            asked,
            answered,
            thread: Some(thread),
        })
    }

    /// Whether the answer to the last question has been taken.
    #[must_use]
    pub(crate) fn is_free(&self) -> bool {
        self.question.is_some()
    }

    /// Has a part of a frame searched for faces. Only while it is free; else nothing happens.
    pub fn submit(&mut self, frame: &Frame, region: Region) {
        let Some(mut question) = self.question.take() else {
            return;
        };
        let (colour, range, luma) = (ColourMode::Luma, [1.0, 0.5], &mut self.luma);
        let (grid, width) = match region {
            Region::Whole { grid } => {
                let size = [frame.width as f32, frame.height as f32];
                self.resampler
                    .sample(frame, [0.0; 2], size, colour, grid, range, luma);
                (grid, size[0])
            }
            Region::Rotated { square, grid } => {
                self.resampler
                    .sample_crop(frame, square, colour, grid, range, luma);
                ([grid; 2], square.side)
            }
        };
        question.grey.clear();
        question.grey.extend(luma.iter().map(|&luma| luma as u8));
        (question.grid, question.region) = (grid, region);
        question.scale = width / grid[0].max(1) as f32;
        self.asked.put(question);
    }

    /// Fills `faces` with the boxes on what was asked for, largest first. Returns false when there is no
    /// answer: not yet, unless it is waited for, or nothing was asked.
    pub fn poll(&mut self, wait: bool, faces: &mut Vec<Square>) -> bool {
        if self.is_free() {
            return false;
        }
        let patience = if wait { PATIENCE } else { Duration::ZERO };
        let question = loop {
            match self.answered.take(patience) {
                Taken::Value(question) => break question,
                Taken::Nothing if wait => {}
                Taken::Nothing => return false,
                Taken::Closed => self.fail(),
            }
        };
        faces.clear();
        faces.extend_from_slice(&question.faces);
        self.question = Some(question);
        true
    }

    /// Takes the thread's panic over: without a detector, nobody can be found.
    fn fail(&mut self) -> ! {
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(reason)) => panic::resume_unwind(reason),
            _ => panic::resume_unwind(Box::new("the face detector's thread has ended")),
        }
    }
}

impl Drop for Detector {
    fn drop(&mut self) {
        self.asked.close();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed.
            let _ = thread.join();
        }
    }
}

fn detector() -> Result<Box<dyn rustface::Detector>, EdgeError> {
    let model = rustface::read_model(MODEL)
        .map_err(|error| EdgeError::Internal(format!("face detector model: {error}")))?;
    let mut detector = rustface::create_detector_with_model(model);
    detector.set_score_thresh(SCORE);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    Ok(detector)
}

impl Question {
    fn look(&mut self, detector: &mut dyn rustface::Detector) {
        self.faces.clear();
        // Smaller pictures make rustface's image pyramid empty, which it does not expect.
        if self.grid.iter().any(|&side| side < SMALLEST_FACE as usize) {
            return;
        }
        let [width, height] = self.grid.map(|side| side as u32);
        for face in detector.detect(&ImageData::new(&self.grey, width, height)) {
            let (bbox, side) = (face.bbox(), face.bbox().width() as f32);
            let middle = bbox.y() as f32 + bbox.height() as f32 * 0.5;
            let centre = [bbox.x() as f32 + side * 0.5, middle];
            self.faces
                .push(self.on_frame(Square::upright(centre, side)));
        }
        self.faces.sort_by(|a, b| b.side.total_cmp(&a.side));
    }

    /// A box on the grid, where it is on the frame.
    fn on_frame(&self, face: Square) -> Square {
        let side = self.scale * face.side;
        match self.region {
            Region::Whole { .. } => {
                Square::upright(face.centre.map(|centre| self.scale * centre), side)
            }
            Region::Rotated { square, grid } => Square {
                centre: square.frame_from_crop(face.centre.map(|at| at / grid as f32 - 0.5)),
                side,
                ..square
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faces::Take;

    #[test]
    fn the_thread_is_asked_once_and_answers_with_boxes_on_the_frame() {
        let mut frame = Frame::default();
        frame.resize(640, 480);
        let take = Take::new(0, 640, 480, 30.0);
        take.render_into(0, &mut frame.rgb);
        let drawn = take.truth(0).face;

        let (mut detector, mut faces) = (Detector::new().unwrap(), Vec::new());
        assert!(!detector.poll(true, &mut faces));
        let whole = Region::Whole { grid: [214, 160] };
        let centre = [drawn.x + 0.5 * drawn.side, drawn.y + 0.5 * drawn.side];
        let square = Square {
            roll: 0.1,
            ..Square::upright(centre, 1.6 * drawn.side)
        };
        for region in [whole, Region::Rotated { square, grid: 72 }] {
            assert!(detector.is_free());
            detector.submit(&frame, region);
            assert!(!detector.is_free());
            assert!(
                detector.poll(true, &mut faces) && faces.len() == 1,
                "{region:?}"
            );
            let away = [0, 1].map(|i| (faces[0].centre[i] - centre[i]).abs());
            let most = 0.25 * drawn.side;
            assert!(away[0] < most && away[1] < most, "{region:?}: {faces:?}");
        }
        frame.resize(8, 8);
        detector.submit(&frame, Region::Whole { grid: [8, 8] });
        assert!(detector.poll(true, &mut faces) && faces.is_empty());
    }
}
