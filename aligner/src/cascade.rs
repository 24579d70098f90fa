//! The cascade of regressions.

use crate::{
    grey::Grey,
    patch::{FEATURES, Features, Patch},
    square::{Correction, Square},
};
use model_spec::Framing;

/// The window in the square that `rustface` draws around a face: brows to chin, and little of what
/// is behind a face.
const BOX_WINDOW: Framing = Framing {
    side_ratio: 0.6075,
    centre_offset: [0.0, 0.078],
};

/// Corrections beyond these end the search: shift in sides of the window, logarithm of growth, roll
/// in radians.
const FARTHEST: [f32; Correction::LEN] = [0.35, 0.35, 0.5, 0.8];

/// One linear regression from features to a correction.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `[FEATURES, 4]`: what every feature adds to shift, growth and roll.
    pub weights: Vec<[f32; Correction::LEN]>,
}

/// Finds the exact place of a face whose rough place is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Aligner {
    /// What the aligner looks at, seen from the crop.
    pub window: Framing,
    /// Applied in order.
    pub stages: Vec<Stage>,
    /// `[FEATURES]`: what every feature adds to the score.
    pub score: Vec<f32>,
}

/// Where the aligner came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// The crop.
    pub crop: Square,
    /// How much it looks like a face in its place: about 1 for faces, about 0 for anything else.
    pub score: f32,
}

impl Stage {
    /// The correction that features call for.
    #[must_use]
    pub fn correction(&self, features: &Features) -> Correction {
        let mut sum = [0.0; Correction::LEN];
        for (feature, weights) in features.iter().zip(&self.weights) {
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += feature * weight;
            }
        }
        Correction::from_array(sum)
    }
}

impl Aligner {
    /// What an aligner looks at, seen from crops of this framing.
    #[must_use]
    pub fn window_of(framing: &Framing) -> Framing {
        let [x, y] = [0, 1]
            .map(|i| (BOX_WINDOW.centre_offset[i] - framing.centre_offset[i]) / framing.side_ratio);
        Framing {
            side_ratio: BOX_WINDOW.side_ratio / framing.side_ratio,
            centre_offset: [x, y],
        }
    }

    /// Moves the crop `start` onto the face next to it. Squares are in pixels of `grey`, which
    /// should have about [`crate::grey::WINDOW_PIXELS`] per side of the window. `None` when there is
    /// nothing to hold on to.
    #[must_use]
    pub fn align(&self, grey: &Grey, start: Square) -> Option<Alignment> {
        if grey.values.is_empty() || grey.values.len() != grey.width * grey.height {
            return None;
        }
        let start = start.framed(&self.window);
        let mut window = start;
        for stage in &self.stages {
            let correction = stage.correction(&Patch::sample(grey, window).features());
            window = window.corrected(correction);
            let away = start.correction_to(window).to_array();
            // Written so that it also ends what is not a number.
            if !away
                .iter()
                .zip(FARTHEST)
                .all(|(part, most)| part.abs() <= most)
            {
                return None;
            }
        }
        let score = self.score(&Patch::sample(grey, window).features());
        let crop = window.unframed(&self.window);
        Some(Alignment { crop, score })
    }

    /// How much features look like those of a face in its place, see [`Alignment::score`].
    #[must_use]
    pub fn score(&self, features: &Features) -> f32 {
        features.iter().zip(&self.score).map(|(a, b)| a * b).sum()
    }

    /// Whether all parts have the sizes that features need, and all numbers are finite.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let whole = |stage: &Stage| stage.weights.len() == FEATURES;
        let window = self.window;
        let numbers = self
            .stages
            .iter()
            .flat_map(|stage| stage.weights.iter().flatten());
        window.side_ratio > 0.0
            && window.side_ratio.is_finite()
            && window.centre_offset.iter().all(|part| part.is_finite())
            && !self.stages.is_empty()
            && self.stages.iter().all(whole)
            && self.score.len() == FEATURES
            && numbers.chain(&self.score).all(|number| number.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage that always asks for the same correction.
    fn constant(correction: [f32; 4]) -> Aligner {
        let mut weights = vec![[0.0; 4]; FEATURES];
        weights[FEATURES - 1] = correction;
        let mut score = vec![0.0; FEATURES];
        score[FEATURES - 1] = 0.5;
        let stages = vec![Stage { weights }; 2];
        let window = Framing {
            side_ratio: 0.5,
            centre_offset: [0.0, 0.0],
        };
        Aligner {
            window,
            stages,
            score,
        }
    }

    fn plain() -> Grey {
        Grey {
            width: 64,
            height: 64,
            values: vec![0.0; 64 * 64],
        }
    }

    #[test]
    fn corrections_add_up_along_the_turned_square() {
        let start = Square::upright([32.0, 32.0], 80.0);
        let aligner = constant([0.1, 0.0, 0.0, 0.1]);
        let found = aligner.align(&plain(), start).unwrap();
        let sin = 0.1_f32.sin();
        assert!((found.crop.centre[1] - (32.0 + 4.0 * sin)).abs() < 1e-4);
        assert!((found.crop.roll - 0.2).abs() < 1e-6);
        assert_eq!(found.score, 0.5);
    }

    #[test]
    fn crops_of_any_framing_have_the_same_window_on_a_face() {
        let face = Square::upright([100.0, 90.0], 50.0);
        let window = |side_ratio, down| {
            let framing = Framing {
                side_ratio,
                centre_offset: [0.0, down],
            };
            face.framed(&framing).framed(&Aligner::window_of(&framing))
        };
        let (tight, wide) = (window(0.81, 0.078), window(1.6, -0.02));
        assert!((tight.side - wide.side).abs() < 1e-3);
        assert!((tight.centre[1] - wide.centre[1]).abs() < 1e-3);
    }

    #[test]
    fn running_away_or_losing_count_ends_the_search() {
        let start = Square::upright([32.0, 32.0], 40.0);
        for runaway in [[0.3, 0.0, 0.0, 0.0], [0.0, 0.0, f32::NAN, 0.0]] {
            assert_eq!(constant(runaway).align(&plain(), start), None);
        }
        assert_eq!(constant([0.0; 4]).align(&Grey::default(), start), None);
    }
}
