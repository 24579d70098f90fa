//! `aligner.bin`: little-endian, the eight bytes `aligner1`, the number of stages and of features
//! as `u32`, then as `f32` the window (side ratio, centre offset x and y), every stage's weights
//! `[features, 4]` and the score's weights `[features]`.

use crate::{
    cascade::{Aligner, Stage},
    patch::FEATURES,
    square::Correction,
};
use model_spec::{Framing, SpecError, error::Mismatch};
use std::{fs, path::Path};

/// First bytes of the file; the digit is the format's version.
const MAGIC: &[u8; 8] = b"aligner1";
/// Numbers before the weights.
const WINDOW: usize = 3;
/// More stages than this are a broken file.
const MOST_STAGES: u32 = 16;

impl Aligner {
    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let weights = self
            .stages
            .iter()
            .flat_map(|stage| stage.weights.iter().flatten());
        let [x, y] = self.window.centre_offset;
        let window = [self.window.side_ratio, x, y];
        let numbers = window.iter().chain(weights).chain(&self.score);
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.stages.len() as u32).to_le_bytes());
        bytes.extend((FEATURES as u32).to_le_bytes());
        bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Mismatch> {
        let Some((magic, rest)) = bytes.split_at_checked(MAGIC.len()) else {
            return Err(Mismatch::new("length", bytes.len(), "a whole header"));
        };
        if magic != MAGIC {
            let found = magic.escape_ascii();
            return Err(Mismatch::new("first bytes", found, "`aligner1`"));
        }
        let (words, odd) = rest.as_chunks::<4>();
        let ([stages, features, numbers @ ..], []) = (words, odd) else {
            return Err(Mismatch::new(
                "length",
                bytes.len(),
                "a whole header and numbers",
            ));
        };
        let (stages, features) = (u32::from_le_bytes(*stages), u32::from_le_bytes(*features));
        if !(1..=MOST_STAGES).contains(&stages) {
            return Err(Mismatch::new(
                "stages",
                stages,
                format!("1 to {MOST_STAGES}"),
            ));
        }
        if features as usize != FEATURES {
            return Err(Mismatch::new("features", features, FEATURES.to_string()));
        }
        let expected = WINDOW + FEATURES * (stages as usize * Correction::LEN + 1);
        if numbers.len() != expected {
            return Err(Mismatch::new(
                "numbers",
                numbers.len(),
                expected.to_string(),
            ));
        }
        let numbers: Vec<f32> = numbers
            .iter()
            .map(|word| f32::from_le_bytes(*word))
            .collect();
        let (window, numbers) = numbers.split_at(WINDOW);
        let (weights, score) = numbers.split_at(numbers.len() - FEATURES);
        let (rows, _) = weights.as_chunks::<{ Correction::LEN }>();
        let stages = rows.chunks_exact(FEATURES).map(|rows| Stage {
            weights: rows.to_vec(),
        });
        let aligner = Self {
            window: Framing {
                side_ratio: window[0],
                centre_offset: [window[1], window[2]],
            },
            stages: stages.collect(),
            score: score.to_vec(),
        };
        if !aligner.is_valid() {
            return Err(Mismatch::new(
                "numbers",
                "one that is not finite",
                "finite ones",
            ));
        }
        Ok(aligner)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        let bytes = fs::read(path).map_err(|reason| SpecError::Io {
            path: path.into(),
            reason,
        })?;
        Self::from_bytes(&bytes).map_err(|mismatch| mismatch.in_file(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_errors_or_aligners() {
        let seed = include_bytes!("../../models/smile/aligner.bin");
        fuzz::check("aligner", &[seed], |input| {
            let _ = Aligner::from_bytes(input);
        });
    }

    fn aligner() -> Aligner {
        let weights = (0..FEATURES).map(|i| [i as f32, 0.5, -1.0, 1.0 / (i + 1) as f32]);
        let stage = Stage {
            weights: weights.collect(),
        };
        Aligner {
            window: Framing {
                side_ratio: 0.75,
                centre_offset: [0.0, -0.125],
            },
            stages: vec![stage; 3],
            score: (0..FEATURES).map(|i| i as f32 * -0.25).collect(),
        }
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(Aligner::from_bytes(&aligner().to_bytes()), Ok(aligner()));
    }

    #[test]
    fn a_broken_file_is_an_error_that_names_file_and_field() {
        let whole = aligner().to_bytes();
        let mut other_version = whole.clone();
        other_version[7] = b'2';
        let mut many = whole.clone();
        many[8] = 200;
        let mut infinite = whole.clone();
        infinite[40..44].copy_from_slice(&f32::INFINITY.to_le_bytes());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aligner.bin");
        let cases: [(&[u8], &str); 6] = [
            (&[], "length"),
            (&other_version, "aligner2"),
            (&many, "stages"),
            (&whole[..whole.len() - 4], "numbers"),
            (&whole[..whole.len() - 1], "length"),
            (&infinite, "finite"),
        ];
        for (bytes, word) in cases {
            fs::write(&path, bytes).unwrap();
            let message = Aligner::read(&path).unwrap_err().to_string();
            assert!(
                message.contains(word) && message.contains("aligner.bin"),
                "{message}"
            );
        }
    }
}
