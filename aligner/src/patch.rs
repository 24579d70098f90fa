//! What is seen through a square, and its histograms of oriented gradients.

use crate::{grey::Grey, square::Square};
use std::f32::consts::TAU;

/// Samples per side of a patch with histograms; one more around it makes the gradients.
const SIDE: usize = 40;
const PADDED: usize = SIDE + 2;
/// Histograms per side.
const CELLS: usize = 8;
/// Directions of a histogram.
const BINS: usize = 8;
/// Numbers that describe a patch; the last one is always 1.
pub const FEATURES: usize = BINS * CELLS * CELLS + 1;

/// Description of a patch.
pub type Features = [f32; FEATURES];

/// Grey values seen through a square, turned and scaled with it.
#[derive(Debug, Clone)]
pub struct Patch {
    /// Rows from the top of the square, 0 to 255.
    pub values: [f32; PADDED * PADDED],
}

impl Patch {
    /// Looks at `grey` through `window`, which is in pixels of `grey`.
    #[must_use]
    pub fn sample(grey: &Grey, window: Square) -> Self {
        let mut values = [0.0; PADDED * PADDED];
        let [along, across] = window.axes();
        let position = |sample: usize| (sample as f32 - 0.5) / SIDE as f32 - 0.5;
        for (row, values) in values.chunks_exact_mut(PADDED).enumerate() {
            let v = position(row);
            let start = [0, 1].map(|i| window.centre[i] + across[i] * v);
            for (column, value) in values.iter_mut().enumerate() {
                let u = position(column);
                *value = grey.at([start[0] + along[0] * u, start[1] + along[1] * u]);
            }
        }
        Self { values }
    }

    /// Histograms of oriented gradients (Dalal and Triggs, 2005): the share of every direction in
    /// the gradients of every cell, which neither brightness nor contrast changes.
    #[must_use]
    pub fn features(&self) -> Features {
        let mut features = [0.0; FEATURES];
        for y in 0..SIDE {
            let (cell_y, weight_y) = cell(y);
            for x in 0..SIDE {
                let at = (y + 1) * PADDED + x + 1;
                let gradient_x = self.values[at + 1] - self.values[at - 1];
                let gradient_y = self.values[at + PADDED] - self.values[at - PADDED];
                let magnitude = (gradient_x * gradient_x + gradient_y * gradient_y).sqrt();
                if magnitude == 0.0 {
                    continue;
                }
                let direction = gradient_y.atan2(gradient_x) * (BINS as f32 / TAU) + BINS as f32;
                let bin = direction as usize;
                let second = magnitude * (direction - bin as f32);
                let first = magnitude - second;
                let (cell_x, weight_x) = cell(x);
                for (cell_y, weight_y) in [(cell_y, 1.0 - weight_y), (cell_y + 1, weight_y)] {
                    for (cell_x, weight_x) in [(cell_x, 1.0 - weight_x), (cell_x + 1, weight_x)] {
                        // The outermost cells keep what would go beyond them.
                        let cell = cell_y.clamp(1, CELLS) * CELLS + cell_x.clamp(1, CELLS);
                        let histogram = (cell - CELLS - 1) * BINS;
                        let weight = weight_y * weight_x;
                        features[histogram + bin % BINS] += weight * first;
                        features[histogram + (bin + 1) % BINS] += weight * second;
                    }
                }
            }
        }
        normalise(&mut features);
        features
    }
}

/// The cell before a sample (counted from 1, 0 lies outside), and the weight of the next one.
fn cell(sample: usize) -> (usize, f32) {
    let position = (sample as f32 + 0.5) * (CELLS as f32 / SIDE as f32) + 0.5;
    let cell = position as usize;
    (cell, position - cell as f32)
}

/// Divides every histogram by its length, so that contrast drops out; cells with little in them
/// stay small, so that noise on plain skin says nothing.
fn normalise(features: &mut Features) {
    let (histograms, constant) = features.split_at_mut(FEATURES - 1);
    let length = |histogram: &[f32]| histogram.iter().map(|v| v * v).sum::<f32>().sqrt();
    let lengths: f32 = histograms.chunks_exact(BINS).map(length).sum();
    let floor = 0.3 * lengths / (CELLS * CELLS) as f32 + 1e-3;
    for histogram in histograms.chunks_exact_mut(BINS) {
        let factor = 1.0 / (length(histogram) + floor);
        histogram.iter_mut().for_each(|value| *value *= factor);
    }
    constant[0] = 1.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves() -> Grey {
        let values = (0..64 * 64).map(|i| {
            let (x, y) = ((i % 64) as f32, (i / 64) as f32);
            128.0 + 60.0 * (x * 0.31).sin() * (y * 0.23).cos() + 20.0 * (0.1 * x * y).sin()
        });
        Grey {
            width: 64,
            height: 64,
            values: values.collect(),
        }
    }

    #[test]
    fn brightness_and_contrast_do_not_change_the_features() {
        let grey = waves();
        let crop = grey.whole();
        let features = Patch::sample(&grey, crop).features();
        let mut changed = grey;
        changed.values.iter_mut().for_each(|v| *v = 0.4 * *v + 90.0);
        let other = Patch::sample(&changed, crop).features();
        let worst = features.iter().zip(other).map(|(a, b)| (a - b).abs());
        assert!(worst.fold(0.0, f32::max) < 1e-3);
        assert!(features.iter().filter(|&&v| v > 0.2).count() > 100);
    }

    #[test]
    fn a_turned_picture_seen_through_a_turned_square_has_the_same_features() {
        let grey = waves();
        let quarter = Grey {
            width: 64,
            height: 64,
            // Clockwise: the left column becomes the top row.
            values: (0..64 * 64)
                .map(|i| grey.values[(63 - i % 64) * 64 + i / 64])
                .collect(),
        };
        let crop = Square::upright([31.0, 33.0], 50.0);
        let turned = Square {
            centre: [31.0, 31.0],
            side: 50.0,
            roll: std::f32::consts::FRAC_PI_2,
        };
        let straight = Patch::sample(&grey, crop).features();
        let turned = Patch::sample(&quarter, turned).features();
        for (a, b) in straight.iter().zip(turned) {
            assert!((a - b).abs() < 1e-2, "{a} {b}");
        }
    }

    #[test]
    fn a_plain_picture_gives_no_gradients() {
        let grey = Grey {
            width: 9,
            height: 9,
            values: vec![40.0; 81],
        };
        let features = Patch::sample(&grey, grey.whole()).features();
        assert!(features[..FEATURES - 1].iter().all(|&value| value == 0.0));
        assert_eq!(features[FEATURES - 1], 1.0);
    }
}
