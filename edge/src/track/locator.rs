//! Where exactly a face is: the detector finds it, the aligner puts the crop in its place.

use super::detector::{Detector, Region, SMALLEST_FACE};
use crate::{
    error::EdgeError,
    picture::{frame::Frame, resample::Resampler},
};
use aligner::{Aligner, Alignment, Grey, Square, grey::WINDOW_PIXELS};
use model_spec::{ColourMode, Framing};

/// Side of the picture that the aligner works on, in sides of its window: room for a rotated window
/// that has moved.
const SURROUNDINGS: f32 = 2.0;
/// The same in pixels.
const GRID: usize = (WINDOW_PIXELS * SURROUNDINGS) as usize;
/// Motion in sides of the crop from which the aligner is run again: from near it is exact.
const FAR: f32 = 0.03;
/// Rolls, in radians, from which a detected face is tried: the detector finds faces that are rotated by
/// more than the aligner has learnt to undo.
const ROLLS: [f32; 3] = [0.0, -0.35, 0.35];
/// Side of the region of a re-check in pixels, and in sides of the face's box.
const CHECK_GRID: usize = 72;
const CHECK_REGION: f32 = 1.5;

/// Finds crops on frames; keeps its buffers.
pub(crate) struct Locator {
    detector: Detector,
    aligner: Option<Aligner>,
    framing: Framing,
    resampler: Resampler,
    grey: Grey,
    /// Where the aligner's window came to on `grey`.
    window: Option<Square>,
}

impl Locator {
    /// For a model of that framing; without its aligner, the detector has to do.
    ///
    /// # Errors
    /// Those of [`Detector::new`].
    pub(crate) fn new(framing: Framing, aligner: Option<Aligner>) -> Result<Self, EdgeError> {
        Ok(Self {
            detector: Detector::new()?,
            aligner,
            framing,
            resampler: Resampler::default(),
            grey: Grey::default(),
            window: None,
        })
    }

    /// Whether crops are exact.
    #[must_use]
    pub(crate) fn has_aligner(&self) -> bool {
        self.aligner.is_some()
    }

    /// The detector's box of the face at `crop`.
    #[must_use]
    pub(crate) fn face_of(&self, crop: Square) -> Square {
        crop.unframed(&self.framing)
    }

    /// What the detector has to look at to find all faces whose box is at least about `smallest`
    /// pixels wide: the larger, the faster. They may be rotated a little more or less than `roll`.
    #[must_use]
    pub(crate) fn everywhere(frame: &Frame, smallest: f32, roll: f32) -> Region {
        let size = [frame.width as f32, frame.height as f32];
        let shortest = size[0].min(size[1]);
        // Never enlarge, and leave small pictures high enough for a face.
        let scale = (SMALLEST_FACE / smallest)
            .max(1.5 * SMALLEST_FACE / shortest)
            .min(1.0);
        let grid = size.map(|side| (side * scale).round() as usize);
        if roll == 0.0 {
            return Region::Whole { grid };
        }
        Region::Rotated {
            square: Square {
                centre: size.map(|side| side * 0.5),
                side: size[0].max(size[1]),
                roll,
            },
            grid: grid[0].max(grid[1]),
        }
    }

    /// What the detector has to look at to find the face at `crop` again.
    #[must_use]
    pub(crate) fn around(&self, crop: Square) -> Region {
        Region::Rotated {
            square: self.face_of(crop).scaled(CHECK_REGION),
            grid: CHECK_GRID,
        }
    }

    pub(crate) fn detector(&mut self) -> &mut Detector {
        &mut self.detector
    }

    /// The crop of the face in a detector's box.
    pub(crate) fn settle(&mut self, frame: &Frame, face: Square) -> Option<Alignment> {
        let crop = face.framed(&self.framing);
        if self.aligner.is_none() {
            return Some(Alignment { crop, score: 1.0 });
        }
        let tries = ROLLS.map(|roll| {
            let roll = crop.roll + roll;
            let first = self.align(frame, Square { roll, ..crop })?;
            self.align(frame, first.crop)
        });
        tries
            .into_iter()
            .flatten()
            .max_by(|a, b| a.score.total_cmp(&b.score))
    }

    /// The crop of the face that was at `crop` on the frame before; without an aligner, nobody knows.
    pub(crate) fn follow(&mut self, frame: &Frame, crop: Square) -> Option<Alignment> {
        let found = self.align(frame, crop)?;
        if crop.correction_to(found.crop).motion() < FAR {
            return Some(found);
        }
        self.align(frame, found.crop)
    }

    /// The picture that the aligner last worked on, and where its window came to on it.
    #[must_use]
    pub(crate) fn view(&self) -> Option<(&Grey, Square)> {
        self.window.map(|window| (&self.grey, window))
    }

    fn align(&mut self, frame: &Frame, crop: Square) -> Option<Alignment> {
        self.window = None;
        let aligner = self.aligner.as_ref()?;
        let window = crop.framed(&aligner.window);
        let side = SURROUNDINGS * window.side;
        let origin = window.centre.map(|centre| centre - 0.5 * side);
        (self.grey.width, self.grey.height) = (GRID, GRID);
        let values = &mut self.grey.values;
        let (colour, range) = (ColourMode::Luma, [1.0, 0.0]);
        self.resampler
            .sample(frame, origin, [side; 2], colour, [GRID; 2], range, values);
        let scale = GRID as f32 / side;
        let start = Square {
            centre: [0, 1].map(|i| (crop.centre[i] - origin[i]) * scale),
            side: crop.side * scale,
            ..crop
        };
        let found = aligner.align(&self.grey, start)?;
        self.window = Some(found.crop.framed(&aligner.window));
        let crop = Square {
            centre: [0, 1].map(|i| origin[i] + found.crop.centre[i] / scale),
            side: found.crop.side / scale,
            ..found.crop
        };
        Some(Alignment { crop, ..found })
    }
}
