//! Whether the mouth of a face can be seen: not under a mask, behind a hand or a cup.

use crate::picture::{frame::Frame, resample::Resampler};
use aligner::{FEATURES, Patch, Square};
use model_spec::{
    Bundle, ColourMode, Framing, Manifest, SpecError,
    error::Mismatch,
    manifest::{ALIGNER_FILE, MOUTH_FILE},
    pixel::luma_from_rgb,
};

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

/// First bytes of `mouth.bin`; the digit is the format's version. Then come, as little-endian `f32`, the weights
/// of the inputs and the bias.
const MAGIC: &[u8; 8] = b"mouthok1";

/// A logistic regression of "the mouth is seen".
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One per input.
    pub inputs: Vec<f32>,
    /// What is added to their sum.
    pub bias: f32,
}

impl Weights {
    /// The bytes of a `mouth.bin`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.inputs.iter().chain([&self.bias]);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Reads the bytes of a `mouth.bin`.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Mismatch> {
        let whole = MAGIC.len() + 4 * (INPUTS + 1);
        if bytes.len() != whole {
            return Err(Mismatch::new("length", bytes.len(), whole.to_string()));
        }
        let (magic, numbers) = bytes.split_at(MAGIC.len());
        if magic != MAGIC {
            let (found, expected) = (magic.escape_ascii(), MAGIC.escape_ascii());
            return Err(Mismatch::new("first bytes", found, expected.to_string()));
        }
        let (words, _) = numbers.as_chunks::<4>();
        let numbers: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(Mismatch::new("weights", number, "finite numbers"));
        }
        let (inputs, bias) = numbers.split_at(INPUTS);
        Ok(Self {
            inputs: inputs.to_vec(),
            bias: bias[0],
        })
    }
}

/// The file whose absence keeps a bundle from telling covered mouths: its weights, or the aligner, without which
/// crops are too rough to judge.
pub(crate) fn missing_file(manifest: &Manifest) -> Option<&'static str> {
    if !manifest.has_mouth() {
        Some(MOUTH_FILE)
    } else if !manifest.has_aligner() {
        Some(ALIGNER_FILE)
    } else {
        None
    }
}

/// Judges mouths; keeps its buffers.
#[derive(Debug, Clone)]
pub struct Mouth {
    framing: Framing,
    resampler: Resampler,
    weights: Weights,
    window: Vec<f32>,
    reference: Vec<f32>,
}

impl Mouth {
    /// For crops of this framing.
    #[must_use]
    pub fn new(framing: Framing, weights: Weights) -> Self {
        Self {
            framing,
            resampler: Resampler::default(),
            weights,
            window: Vec::new(),
            reference: Vec::new(),
        }
    }

    /// That of a bundle, unless [`missing_file`] names what it lacks.
    ///
    /// # Errors
    /// [`SpecError`] when the bundle has weights that cannot be read.
    pub fn of_bundle(bundle: &Bundle) -> Result<Option<Self>, SpecError> {
        let manifest = bundle.manifest();
        if !manifest.has_mouth() {
            return Ok(None);
        }
        let weights = Weights::from_bytes(&bundle.read(MOUTH_FILE)?);
        let weights = weights.map_err(|mismatch| mismatch.in_file(bundle.path(MOUTH_FILE)))?;
        let judges = missing_file(manifest).is_none();
        Ok(judges.then(|| Self::new(manifest.framing, weights)))
    }

    /// How likely it is, 0 to 1, that the mouth of the face at `crop` is seen.
    pub fn seen(&mut self, frame: &Frame, crop: Square) -> f32 {
        let inputs = self.inputs(frame, crop);
        let weighed = inputs.iter().zip(&self.weights.inputs).map(|(a, b)| a * b);
        let logit = weighed.sum::<f32>() + self.weights.bias;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Weights {
        Weights {
            inputs: (0..INPUTS).map(|index| index as f32 * 0.01).collect(),
            bias: -0.5,
        }
    }

    #[test]
    fn damaged_files_are_errors_or_judgements() {
        let seed = include_bytes!("../../../models/smile/mouth.bin");
        fuzz::check("mouth", &[seed], |input| {
            let _ = Weights::from_bytes(input);
        });
    }

    #[test]
    fn weights_are_read_back_as_they_were_written() {
        let bytes = weights().to_bytes();
        assert_eq!(Weights::from_bytes(&bytes).unwrap(), weights());
    }

    #[test]
    fn a_file_that_is_no_mouth_says_what_is_wrong() {
        let bytes = weights().to_bytes();
        let mut foreign = bytes.clone();
        foreign[0] = b'?';
        let mut endless = bytes.clone();
        endless.splice(8..12, f32::NAN.to_le_bytes());
        let longer = [&bytes[..], &[0]].concat();
        let cases: [(&[u8], &str); 5] = [
            (&[], "length"),
            (&bytes[..40], "length"),
            (&longer, "length"),
            (&foreign, "first bytes"),
            (&endless, "weights"),
        ];
        for (bytes, field) in cases {
            assert_eq!(Weights::from_bytes(bytes).unwrap_err().field, field);
        }
    }
}
