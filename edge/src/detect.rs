//! The face detector: rustface (SeetaFace), on small grey pictures.

use crate::{error::EdgeError, frame::Frame, resample::Resampler};
use aligner::Square;
use model_spec::ColourMode;
use rustface::ImageData;

/// SeetaFace's frontal model, see `detector/LICENSE`.
const MODEL: &[u8] = include_bytes!("../detector/seeta_fd_frontal_v1.0.bin");
/// Smallest face rustface finds, in pixels of the picture it is given.
pub const SMALLEST_FACE: f32 = 40.0;
/// rustface's confidence from which a box is taken for a face.
const SCORE: f64 = 2.0;

/// Finds faces on rectangles of frames.
pub struct Detector {
    detector: Box<dyn rustface::Detector>,
    resampler: Resampler,
    luma: Vec<f32>,
    bytes: Vec<u8>,
}

/// A face found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Detection box in frame pixels.
    pub face: Square,
    /// rustface's confidence.
    pub score: f64,
}

impl Detector {
    /// Reads the built-in model.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the program was built with a broken model.
    pub fn new() -> Result<Self, EdgeError> {
        let model = rustface::read_model(MODEL)
            .map_err(|error| EdgeError::Internal(format!("face detector model: {error}")))?;
        let mut detector = rustface::create_detector_with_model(model);
        detector.set_score_thresh(SCORE);
        detector.set_pyramid_scale_factor(0.8);
        detector.set_slide_window_step(4, 4);
        Ok(Self {
            detector,
            resampler: Resampler::default(),
            luma: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Finds faces on the rectangle at `origin` of `size` frame pixels, seen `grid` pixels wide and
    /// high: that grid decides cost and smallest face ([`SMALLEST_FACE`]). Largest first.
    pub fn detect(
        &mut self,
        frame: &Frame,
        origin: [f32; 2],
        size: [f32; 2],
        grid: [usize; 2],
    ) -> Vec<Detection> {
        // Smaller pictures make rustface's image pyramid empty, which it does not expect.
        if grid.iter().any(|&side| side < SMALLEST_FACE as usize) {
            return Vec::new();
        }
        self.resampler.sample(
            frame,
            origin,
            size,
            ColourMode::Luma,
            grid,
            [1.0, 0.5],
            &mut self.luma,
        );
        let scale = size[0] / grid[0] as f32;
        self.detections(grid, |Square { centre, side, .. }| {
            let centre = [0, 1].map(|i| origin[i] + scale * centre[i]);
            Square::upright(centre, scale * side)
        })
    }

    /// Finds faces that are turned like `region`, seen `grid` pixels wide and high. Largest first.
    pub fn detect_on(&mut self, frame: &Frame, region: Square, grid: usize) -> Vec<Detection> {
        let (colour, range) = (ColourMode::Luma, [1.0, 0.5]);
        self.resampler
            .sample_crop(frame, region, colour, grid, range, &mut self.luma);
        let part = 1.0 / grid as f32;
        self.detections([grid; 2], |face| Square {
            centre: region.frame_from_crop(face.centre.map(|centre| centre * part - 0.5)),
            side: face.side * part * region.side,
            ..region
        })
    }

    /// Faces on the picture in `luma`, taken from there to the frame by `place`.
    fn detections(&mut self, grid: [usize; 2], place: impl Fn(Square) -> Square) -> Vec<Detection> {
        self.bytes.clear();
        self.bytes.extend(self.luma.iter().map(|&luma| luma as u8));
        let image = ImageData::new(&self.bytes, grid[0] as u32, grid[1] as u32);
        let found = self.detector.detect(&image);
        let mut detections: Vec<Detection> = found
            .iter()
            .map(|face| {
                let (bbox, side) = (face.bbox(), face.bbox().width() as f32);
                let middle = bbox.y() as f32 + bbox.height() as f32 * 0.5;
                Detection {
                    face: place(Square::upright(
                        [bbox.x() as f32 + side * 0.5, middle],
                        side,
                    )),
                    score: face.score(),
                }
            })
            .collect();
        detections.sort_by(|a, b| b.face.side.total_cmp(&a.face.side));
        detections
    }
}
