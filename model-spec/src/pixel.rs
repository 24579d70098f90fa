//! Pixel ranges and colour order: bytes 0..=255 outside the model, floats in [-1, 1] inside, RGB order.

use serde::{Deserialize, Serialize};

/// Weights of R, G and B in luma (ITU-R BT.601, the matrix of JPEG and of most webcams).
pub const LUMA_WEIGHTS: [f32; 3] = [0.299, 0.587, 0.114];

/// What the channels of a model's images mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColourMode {
    /// One channel, luma; the mirror then changes brightness and leaves the camera's colour alone.
    Luma,
    /// Three channels: red, green, blue.
    Rgb,
}

impl ColourMode {
    /// Channels of an image tensor `[N, channels, S, S]`.
    #[must_use]
    pub const fn channels(self) -> usize {
        match self {
            Self::Luma => 1,
            Self::Rgb => 3,
        }
    }
}

/// Steps of a byte per unit of a model value: [-1, 1] spans 255 of them.
pub const BYTES_PER_UNIT: f32 = 127.5;

/// Model value in [-1, 1] of a byte.
#[must_use]
pub fn unit_from_byte(byte: u8) -> f32 {
    f32::from(byte) / BYTES_PER_UNIT - 1.0
}

/// Byte nearest to a model value; values outside [-1, 1] saturate.
#[must_use]
pub fn byte_from_unit(unit: f32) -> u8 {
    ((unit + 1.0) * BYTES_PER_UNIT + 0.5) as u8
}

/// Luma, in the range of its inputs.
#[must_use]
pub fn luma_from_rgb(rgb: [f32; 3]) -> f32 {
    LUMA_WEIGHTS[0] * rgb[0] + LUMA_WEIGHTS[1] * rgb[1] + LUMA_WEIGHTS[2] * rgb[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_round_trip() {
        for byte in 0..=255 {
            assert_eq!(byte_from_unit(unit_from_byte(byte)), byte);
        }
        assert_eq!(byte_from_unit(-7.0), 0);
        assert_eq!(byte_from_unit(7.0), 255);
    }

    #[test]
    fn luma_of_grey_is_that_grey() {
        assert!((luma_from_rgb([0.25; 3]) - 0.25).abs() < 1e-6);
    }
}
