//! How the camera spoils a picture: blur, noise, and the light it takes for white.

use crate::math::grain::hash;
use serde::{Deserialize, Serialize};

/// Faults of one picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Blur in shares of the picture's side, 0 sharp to about 0.01.
    pub blur: f32,
    /// Standard deviation of the noise in byte levels, 0 to about 8.
    pub noise: f32,
    /// Which noise.
    pub seed: u32,
}

impl Camera {
    /// How many times a blur over three pixels is applied to a picture of `side` pixels, and with which outer
    /// weight, of 256.
    fn passes(&self, side: usize) -> (usize, u32) {
        // One pass with the outer weight `w` has the variance `2 w`; half of a pixel is as much as one can take.
        let sigma = self.blur.max(0.0) * side as f32;
        let variance = sigma * sigma;
        let passes = (variance / 0.5).ceil().min(24.0);
        if passes < 1.0 {
            return (0, 0);
        }
        let weight = (variance / passes / 2.0).min(0.25);
        (passes as usize, (weight * 256.0) as u32)
    }

    /// How far, in pixels, the blur carries anything in a picture of `side` pixels.
    #[must_use]
    pub fn reach(&self, side: u32) -> u32 {
        self.passes(side as usize).0 as u32
    }

    pub(crate) fn expose(&self, width: usize, height: usize, rgb: &mut [u8]) {
        let (passes, side) = self.passes(width.max(height));
        for _ in 0..passes {
            blur(width, height, side, rgb);
        }
        if self.noise <= 0.0 {
            return;
        }
        // The sum of four even numbers has the standard deviation 0.577 of their half range.
        let scale = self.noise / 0.577;
        for (i, byte) in rgb.iter_mut().enumerate() {
            let bits = hash(hash(i as u32) ^ self.seed);
            let sum = bits
                .to_le_bytes()
                .iter()
                .map(|b| f32::from(*b))
                .sum::<f32>();
            let normal = sum * (1.0 / 255.0) - 2.0;
            // Darkness is noisier once it is encoded.
            let here = f32::from(*byte);
            let level = scale * (1.25 - 0.5 * here * (1.0 / 255.0));
            *byte = (here + level * normal + 0.5) as u8;
        }
    }
}

/// Rows, then columns.
fn blur(width: usize, height: usize, side: u32, rgb: &mut [u8]) {
    let middle = 256 - 2 * side;
    for (lines, line_step, count, step) in
        [(height, 3 * width, width, 3), (width, 3, height, 3 * width)]
    {
        for line in 0..lines {
            for channel in 0..3 {
                let at = |i: usize| line * line_step + i * step + channel;
                let mut before = u32::from(rgb[at(0)]);
                for i in 0..count {
                    let here = u32::from(rgb[at(i)]);
                    let after = u32::from(rgb[at((i + 1).min(count - 1))]);
                    rgb[at(i)] = (((before + after) * side + here * middle + 128) >> 8) as u8;
                    before = here;
                }
            }
        }
    }
}
