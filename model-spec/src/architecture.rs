//! Sizes and switches that fix the shape of every network.

use crate::{error::Mismatch, pixel::ColourMode};
use serde::{Deserialize, Serialize};

/// What the generator's output means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputForm {
    /// The whole edited face, as in the paper: `G(x, s) = net(x, s)`.
    Image,
    /// What to add to the input: `G(x, s) = x + net(x, s)`.
    Difference,
    /// Where to take the input's pixels from, and what to add: `G(x, s) = warp(x, u) + d`, see
    /// [`crate::displacement`].
    Displacement,
}

/// Shape of the generator, style encoder, style transformer, discriminator and classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// Side of the square images in pixels, a power of two from 32 to 1024.
    pub image_size: usize,
    /// What the image channels mean.
    pub colour: ColourMode,
    /// Length of a style code, `d` in the paper.
    pub style_dim: usize,
    /// Channels behind the first convolution; the paper: `2^14 / image_size`.
    pub stem_channels: usize,
    /// Upper bound of the channels of every later convolution; the paper: 512.
    pub max_conv_dim: usize,
    /// Weight divisor of the high-pass skip connections; 0 leaves them out.
    pub w_hpf: f32,
    /// Meaning of the generator's output.
    pub output: OutputForm,
    /// Largest displacement in shares of the image's side, above 0 for [`OutputForm::Displacement`]; 0 for
    /// the other outputs.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub largest_displacement: f32,
    /// Channels behind the first convolution of the attribute classifier; 0: the model has none, as
    /// official checkpoints.
    pub classifier_channels: usize,
}

/// Largest bound of a displacement: beyond it an edit no longer moves features, it tears faces.
const LARGEST_BOUND: f32 = 0.25;

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde calls"
)]
fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

impl Architecture {
    /// Checks every field's range.
    ///
    /// # Errors
    /// The first [`Mismatch`], its field prefixed with `architecture.`.
    pub fn validate(&self) -> Result<(), Mismatch> {
        let size = self.image_size;
        if !(size.is_power_of_two() && (32..=1024).contains(&size)) {
            return Err(Mismatch::new(
                "architecture.image_size",
                size,
                "a power of two from 32 to 1024",
            ));
        }
        let sizes = [
            ("style_dim", self.style_dim),
            ("stem_channels", self.stem_channels),
            ("max_conv_dim", self.max_conv_dim),
        ];
        for (name, value) in sizes {
            if !(1..=8192).contains(&value) {
                return Err(Mismatch::new(
                    format!("architecture.{name}"),
                    value,
                    "1 to 8192",
                ));
            }
        }
        if self.classifier_channels > 8192 {
            return Err(Mismatch::new(
                "architecture.classifier_channels",
                self.classifier_channels,
                "0 to 8192",
            ));
        }
        if !(self.w_hpf.is_finite() && self.w_hpf >= 0.0) {
            return Err(Mismatch::new(
                "architecture.w_hpf",
                self.w_hpf,
                "a finite number, 0 or above",
            ));
        }
        let (least, expected) = match self.output {
            OutputForm::Displacement => (f32::MIN_POSITIVE, "above 0 and at most 0.25"),
            OutputForm::Image | OutputForm::Difference => (0.0, "0 without a displacement output"),
        };
        let most = if least > 0.0 { LARGEST_BOUND } else { 0.0 };
        let found = self.largest_displacement;
        if !(least..=most).contains(&found) {
            let field = "architecture.largest_displacement";
            return Err(Mismatch::new(field, found, expected));
        }
        Ok(())
    }

    /// Whether there is an attribute classifier.
    #[must_use]
    pub fn has_classifier(&self) -> bool {
        self.classifier_channels > 0
    }

    /// Whether the generator reads face masks, for its high-pass skips.
    #[must_use]
    pub fn reads_masks(&self) -> bool {
        self.w_hpf > 0.0
    }

    /// `log2(image_size)`.
    #[must_use]
    pub fn log2_image_size(&self) -> usize {
        self.image_size.trailing_zeros() as usize
    }

    /// Channels at the input of downsampling block `k` and, for `k` = the number of blocks, behind
    /// the last one: `stem, min(2 stem, max), min(4 stem, max), …`. The stem is not bounded.
    #[must_use]
    pub fn channels_at(&self, k: usize) -> usize {
        if k == 0 {
            return self.stem_channels;
        }
        let bound = self.max_conv_dim;
        (0..k).fold(self.stem_channels, |channels, _| (channels * 2).min(bound))
    }

    /// Downsampling blocks of the generator.
    #[must_use]
    pub fn generator_downsamplings(&self) -> usize {
        self.log2_image_size() - 4 + usize::from(self.reads_masks())
    }

    /// Downsampling blocks of the style encoder and the discriminator; they end at 4x4.
    #[must_use]
    pub fn encoder_downsamplings(&self) -> usize {
        self.log2_image_size() - 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stem_may_exceed_the_channel_bound() {
        let architecture = Architecture {
            image_size: 64,
            colour: ColourMode::Rgb,
            style_dim: 64,
            stem_channels: 256,
            max_conv_dim: 64,
            w_hpf: 0.0,
            output: OutputForm::Image,
            largest_displacement: 0.0,
            classifier_channels: 16,
        };
        assert_eq!(architecture.channels_at(0), 256);
        assert_eq!(architecture.channels_at(1), 64);
        assert_eq!(architecture.generator_downsamplings(), 2);
        assert_eq!(architecture.encoder_downsamplings(), 4);
    }
}
