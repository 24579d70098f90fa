//! Whether the mouth of a face can be seen: not under a mask, behind a hand or a cup.

use crate::picture::{frame::Frame, resample::Resampler};
use aligner::{FEATURES, Patch, Square};
use model_spec::{ColourMode, Framing, pixel::luma_from_rgb};

/// Nose to chin and cheek to cheek, seen from the detector's box of the face.
const WINDOW: Framing = Framing {
    side_ratio: 0.44,
    centre_offset: [0.0, 0.22],
};
/// Brows to nose: what skin looks like in this light.
const REFERENCE: Framing = Framing {
    side_ratio: 0.36,
    centre_offset: [0.0, -0.03],
};
/// Samples per side of what is seen through the window; [`Patch`] wants one more around 40.
const SIDE: usize = 42;
/// Cells per side whose colours are compared with the reference.
const CELLS: usize = 6;
const REFERENCE_SIDE: usize = 12;
/// Brightness, red and blue of a cell against the reference, each also without its sign.
const PER_CELL: usize = 6;
/// Numbers that the judgement is made of.
pub const INPUTS: usize = FEATURES - 1 + PER_CELL * CELLS * CELLS;
/// Largest difference of logarithms that is told from a larger one.
const FAR: f32 = 1.5;

/// The weights of the inputs, then the bias: `f32`, little-endian; made by `examples/mouth`.
const WEIGHTS: &[u8] = include_bytes!("../../detector/mouth.bin");

/// Judges mouths; keeps its buffers.
#[derive(Debug)]
pub struct Mouth {
    framing: Framing,
    resampler: Resampler,
    weights: Vec<f32>,
    window: Vec<f32>,
    reference: Vec<f32>,
}

impl Mouth {
    /// For crops of this framing.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        let (words, _) = WEIGHTS.as_chunks::<4>();
        Self {
            framing,
            resampler: Resampler::default(),
            weights: words.iter().map(|word| f32::from_le_bytes(*word)).collect(),
            window: Vec::new(),
            reference: Vec::new(),
        }
    }

    /// How likely it is, 0 to 1, that the mouth of the face at `crop` is seen.
    pub fn seen(&mut self, frame: &Frame, crop: Square) -> f32 {
        let inputs = self.inputs(frame, crop);
        let (weights, bias) = self.weights.split_at(INPUTS);
        let logit: f32 = inputs.iter().zip(weights).map(|(a, b)| a * b).sum::<f32>() + bias[0];
        1.0 / (1.0 + (-logit).exp())
    }

    /// What the judgement is made of: gradients around the mouth, and colours against the skin above it.
    pub fn inputs(&mut self, frame: &Frame, crop: Square) -> [f32; INPUTS] {
        let face = crop.unframed(&self.framing);
        let (colour, range) = (ColourMode::Rgb, [1.0, 0.0]);
        let around = face.framed(&WINDOW).scaled(SIDE as f32 / (SIDE - 2) as f32);
        self.resampler
            .sample_crop(frame, around, colour, SIDE, range, &mut self.window);
        self.resampler.sample_crop(
            frame,
            face.framed(&REFERENCE),
            colour,
            REFERENCE_SIDE,
            range,
            &mut self.reference,
        );
        let mut inputs = [0.0; INPUTS];
        let plane = SIDE * SIDE;
        let mut patch = Patch {
            values: [0.0; SIDE * SIDE],
        };
        for (index, value) in patch.values.iter_mut().enumerate() {
            *value = luma_from_rgb([0, 1, 2].map(|c| self.window[c * plane + index]));
        }
        let (gradients, colours) = inputs.split_at_mut(FEATURES - 1);
        gradients.copy_from_slice(&patch.features()[..FEATURES - 1]);
        let skin = mean(&self.reference, REFERENCE_SIDE, [0, 0], REFERENCE_SIDE);
        for (cell, inputs) in colours.chunks_exact_mut(PER_CELL).enumerate() {
            let side = SIDE / CELLS;
            let at = [cell % CELLS, cell / CELLS].map(|i| i * side);
            let here = mean(&self.window, SIDE, at, side);
            for (i, (here, skin)) in here.into_iter().zip(skin).enumerate() {
                let away = (here - skin).clamp(-FAR, FAR);
                (inputs[2 * i], inputs[2 * i + 1]) = (away, away.abs());
            }
        }
        inputs
    }
}

/// Logarithms of brightness, and of red and blue in shares of green, of a square of an image `[3, size, size]`.
fn mean(image: &[f32], size: usize, [left, top]: [usize; 2], side: usize) -> [f32; 3] {
    let mut sums = [0.0; 3];
    for (channel, sum) in sums.iter_mut().enumerate() {
        for row in top..top + side {
            let start = (channel * size + row) * size + left;
            *sum += image[start..start + side].iter().sum::<f32>();
        }
    }
    // Noise in the dark says little.
    let [red, green, blue] = sums.map(|sum| (sum / (side * side) as f32 + 8.0).ln());
    [green, red - green, blue - green]
}
