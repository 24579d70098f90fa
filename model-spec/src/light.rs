//! Brightness and contrast of the training images, to which every live crop is brought: an edit must not
//! depend on the exposure.

use crate::error::Mismatch;
use serde::{Deserialize, Serialize};

/// Part of the crop, from either border, that is left out of the measurement: background and hair.
const BORDER: f32 = 0.15;
/// Range of the gain: beyond it noise is all that would be amplified.
const GAINS: std::ops::RangeInclusive<f32> = 0.4..=6.0;
/// Contrast below which a crop is as good as flat.
const FLAT: f32 = 1e-3;

/// Mean and standard deviation of the luma inside the middle of the training images, both in units of
/// [-1, 1], averaged over the images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Light {
    /// Mean luma, -1 to 1.
    pub mean: f32,
    /// Standard deviation of the luma, above 0, at most 1.
    pub contrast: f32,
}

/// `x' = gain x + offset`, for values in [-1, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    /// Factor; a difference made from corrected images is divided by it.
    pub gain: f32,
    /// Summand.
    pub offset: f32,
}

impl Correction {
    /// Changes nothing.
    pub const NONE: Self = Self {
        gain: 1.0,
        offset: 0.0,
    };

    /// Corrects an image in place; results are kept to [-1, 1].
    pub fn apply(self, image: &mut [f32]) {
        if self == Self::NONE {
            return;
        }
        for value in image {
            *value = (*value * self.gain + self.offset).clamp(-1.0, 1.0);
        }
    }
}

impl Light {
    /// Checks the ranges.
    ///
    /// # Errors
    /// The first [`Mismatch`], its field prefixed with `light.`.
    pub fn validate(&self) -> Result<(), Mismatch> {
        if !(-1.0..=1.0).contains(&self.mean) {
            return Err(Mismatch::new("light.mean", self.mean, "-1 to 1"));
        }
        if !(FLAT..=1.0).contains(&self.contrast) {
            return Err(Mismatch::new("light.contrast", self.contrast, "0.001 to 1"));
        }
        Ok(())
    }

    /// Measures one image: `[C,S,S]` in [-1, 1], `C` 1 (luma) or 3 (RGB).
    #[must_use]
    pub fn of_image(image: &[f32], size: usize) -> Self {
        let plane = size * size;
        let border = (BORDER * size as f32).round() as usize;
        let inside = border..size.saturating_sub(border);
        let (mut sum, mut squares, mut count) = (0.0_f64, 0.0_f64, 0.0_f64);
        for row in inside.clone() {
            for column in inside.clone() {
                let at = row * size + column;
                let luma = match image.len() / plane.max(1) {
                    3 => crate::pixel::luma_from_rgb([0, 1, 2].map(|c| image[c * plane + at])),
                    _ => image[at],
                };
                sum += f64::from(luma);
                squares += f64::from(luma) * f64::from(luma);
                count += 1.0;
            }
        }
        let count = f64::max(count, 1.0);
        let mean = sum / count;
        Self {
            mean: mean as f32,
            contrast: (squares / count - mean * mean).max(0.0).sqrt() as f32,
        }
    }

    /// What brings an image with the light `found` to this one. The gain stays within 0.4 to 6.
    #[must_use]
    pub fn correction(&self, found: &Self) -> Correction {
        if !found.mean.is_finite() || found.contrast.is_nan() || found.contrast < FLAT {
            return Correction::NONE;
        }
        let gain = (self.contrast / found.contrast).clamp(*GAINS.start(), *GAINS.end());
        Correction {
            gain,
            offset: self.mean - gain * found.mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(gain: f32) -> Vec<f32> {
        let byte = |i: usize| (60.0 + (i * 37 % 120) as f32) * gain;
        (0..3 * 64 * 64).map(|i| byte(i) / 127.5 - 1.0).collect()
    }

    #[test]
    fn every_exposure_is_brought_to_the_same_light() {
        let target = Light::of_image(&ramp(1.0), 64);
        for exposure in [0.25, 0.5, 1.0, 1.4] {
            let mut image = ramp(exposure);
            let correction = target.correction(&Light::of_image(&image, 64));
            assert!(
                (correction.gain - 1.0 / exposure).abs() < 1e-3,
                "{exposure}"
            );
            correction.apply(&mut image);
            let found = Light::of_image(&image, 64);
            assert!((found.mean - target.mean).abs() < 1e-3);
            assert!((found.contrast - target.contrast).abs() < 1e-3);
        }
    }

    #[test]
    fn a_flat_image_stays_as_it_is() {
        let target = Light {
            mean: -0.1,
            contrast: 0.4,
        };
        let mut image = vec![-1.0; 3 * 16 * 16];
        target
            .correction(&Light::of_image(&image, 16))
            .apply(&mut image);
        assert_eq!(image, vec![-1.0; 3 * 16 * 16]);
    }
}
