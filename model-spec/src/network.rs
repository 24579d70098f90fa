//! Constants of the networks that are in no configuration: the trainer builds them with libtorch, the
//! exporter as ONNX graphs, and both have to agree.

use crate::{architecture::Architecture, displacement::FIELD_SIZE, tensor};

/// Slope of every LeakyReLU below 0.
///
/// In 64-bit floats, as libtorch takes it; `as f32` gives the value ONNX stores.
pub const LEAKY_SLOPE: f64 = 0.2;
/// What every norm adds to the variance; in 64-bit floats, see [`LEAKY_SLOPE`].
pub const NORM_EPSILON: f64 = 1e-5;

/// Residual blocks of the generator's encoder at its smallest size; its decoder has as many.
pub const BOTTLENECK_BLOCKS: usize = 2;
/// Sizes in pixels at which the generator's high-pass skips pass encoder features to the decoder.
pub const HIGH_PASS_SIZES: [usize; 3] = [32, 64, 128];

/// Name of the mask, [`tensor::MASK_FIRST`] or [`tensor::MASK_SECOND`], that a high-pass skip at `size`
/// pixels is multiplied with; `None` for sizes without a skip.
#[must_use]
pub fn high_pass_mask(size: usize) -> Option<&'static str> {
    let position = HIGH_PASS_SIZES.iter().position(|&of| of == size)?;
    Some(if position == 0 {
        tensor::MASK_FIRST
    } else {
        tensor::MASK_SECOND
    })
}

/// Channels between the two convolutions that make a displacement field of the decoder's features.
pub const FIELD_CHANNELS: usize = 64;

/// Convolutions of the attribute classifier; all but the first halve the image.
pub const CLASSIFIER_LAYERS: usize = 5;
/// The classifier's channels stop growing at this multiple of the first layer's.
const CLASSIFIER_GROWTH: usize = 8;

impl Architecture {
    /// Channels of the decoder's features at [`crate::displacement::FIELD_SIZE`] pixels, which the
    /// displacement field is made of.
    #[must_use]
    pub fn field_features(&self) -> usize {
        let halvings = self.log2_image_size() - FIELD_SIZE.ilog2() as usize;
        self.channels_at(halvings)
    }

    /// Channels behind convolution `layer`, from 0, of the attribute classifier:
    /// `c, 2c, 4c, 8c, 8c` of `c = classifier_channels`.
    #[must_use]
    pub fn classifier_width(&self, layer: usize) -> usize {
        self.classifier_channels * (1 << layer).min(CLASSIFIER_GROWTH)
    }
}

/// The landmark network that the masks of the high-pass skips are made with (Wang et al. 2019,
/// "Adaptive Wing Loss"). It reads images of [`tensor::MASK_SIZE`] pixels.
pub mod face_mask {
    use crate::tensor::MASK_SIZE;
    use std::ops::Range;

    /// Landmarks with a heat map each; the network has one map more, which nothing uses.
    pub const LANDMARKS: usize = 98;
    /// Side of the heat maps in pixels.
    pub const HEAT_SIZE: usize = MASK_SIZE / 4;
    /// Levels of the hourglass.
    pub const HOURGLASS_DEPTH: usize = 4;
    /// Channels inside the hourglass.
    pub const HOURGLASS_WIDTH: usize = 256;
    /// Heat below this is noise.
    pub const LEAST_HEAT: f32 = 0.1;
    /// Keeps the division by a heat map's range away from 0.
    pub const RANGE_EPSILON: f32 = 1e-6;

    /// What is done to the heat maps of some landmarks before they are summed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Part {
        /// Name of the part of the face.
        pub name: &'static str,
        /// Its landmarks, in the order of WFLW (Wu et al. 2018).
        pub landmarks: Range<usize>,
        /// Rows that the maps move up, cyclically; down where negative.
        pub rows_up: isize,
        /// The power that the moved maps are raised to.
        pub power: i32,
    }

    const fn part(name: &'static str, landmarks: Range<usize>, rows_up: isize, power: i32) -> Part {
        Part {
            name,
            landmarks,
            rows_up,
            power,
        }
    }

    /// In both masks. Landmarks in no part, the cheeks, the outer ends of the brows and the corners of the
    /// mouth, are in none.
    pub const INNER: [Part; 6] = [
        part("nose.root", 51..52, 0, 1),
        part("nose", 52..55, 4, 1),
        part("nostrils", 55..60, 8, 4),
        part("lids", 60..76, -8, 3),
        part("under_eyes", 60..76, -24, 1),
        part("pupils", 96..98, 0, 1),
    ];
    /// In the mask of the whole face only.
    pub const OUTER: [Part; 6] = [
        part("chin", 8..25, 0, 3),
        part("brow.left", 34..46, -7, 2),
        part("brow.right", 47..51, -7, 2),
        part("lip.upper", 77..82, -8, 4),
        part("lip.lower", 83..88, 8, 4),
        part("lip.inner", 88..96, -2, 3),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_smallest_high_pass_skip_sees_the_whole_face() {
        let masks = [16, 32, 64, 128, 256].map(high_pass_mask);
        let (first, second) = (Some(tensor::MASK_FIRST), Some(tensor::MASK_SECOND));
        assert_eq!(masks, [None, first, second, second, None]);
    }
}
