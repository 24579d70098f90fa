//! The generator `G(x, s)`: draws a face anew in the style of a code.
//!
//! Yang et al., "L2M-GAN: Learning to Manipulate Latent Space Semantics for Facial Attribute Editing",
//! CVPR 2021; the network is that of Choi et al., "StarGAN v2: Diverse Image Synthesis for Multiple
//! Domains", CVPR 2020.

use super::{
    ConvolutionForm,
    blocks::{AdainBlock, BlockShape, Normalisation, ResidualBlock, Size},
    layers::{Convolution, InstanceNorm, leaky_relu},
};
use model_spec::{
    Architecture, OutputForm,
    network::{BOTTLENECK_BLOCKS, high_pass_mask},
    tensor::MASK_FIRST,
};
use tch::{Kind, Tensor, nn};

/// Face masks for the high-pass skips: `first` at 32 px, `second` above; `[N,1,S,S]` in [0, 1].
#[derive(Debug)]
pub struct Masks {
    /// Whole face.
    pub first: Tensor,
    /// Without chin, lips and brows.
    pub second: Tensor,
}

/// `G` of the paper.
///
/// # Deviations
/// With [`OutputForm::Difference`] the network draws what is added to its input.
#[derive(Debug)]
pub struct Generator {
    from_rgb: Convolution,
    encode: Vec<ResidualBlock>,
    decode: Vec<AdainBlock>,
    to_rgb_norm: InstanceNorm,
    to_rgb: Convolution,
    w_hpf: f64,
    output: OutputForm,
}

impl Masks {
    /// The mask of the high-pass skip at `size` pixels, where there is one.
    fn at(&self, size: i64) -> Option<&Tensor> {
        let name = high_pass_mask(usize::try_from(size).ok()?)?;
        Some(if name == MASK_FIRST {
            &self.first
        } else {
            &self.second
        })
    }
}

impl Generator {
    /// Makes the network under `path`, with the tensor names of StarGAN v2's checkpoints.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        form: ConvolutionForm,
    ) -> Self {
        let downsamplings = architecture.generator_downsamplings();
        let deepest = architecture.channels_at(downsamplings);
        let bottleneck = BlockShape {
            from: deepest,
            to: deepest,
            size: Size::Kept,
            form,
        };
        let down = (0..downsamplings).map(|k| BlockShape {
            from: architecture.channels_at(k),
            to: architecture.channels_at(k + 1),
            size: Size::Resampled,
            form,
        });
        let encoder: Vec<BlockShape> = down.chain([bottleneck; BOTTLENECK_BLOCKS]).collect();
        let decoder = encoder.iter().rev().map(|shape| BlockShape {
            from: shape.to,
            to: shape.from,
            ..*shape
        });
        let with_shortcut = !architecture.reads_masks();
        let decode = decoder
            .enumerate()
            .map(|(i, shape)| {
                let path = path / "decode" / i;
                AdainBlock::new(&path, shape, architecture.style_dim, with_shortcut)
            })
            .collect();
        let encode = encoder
            .iter()
            .enumerate()
            .map(|(i, &shape)| {
                ResidualBlock::new(&(path / "encode" / i), shape, Normalisation::Instance)
            })
            .collect();
        let channels = architecture.colour.channels();
        let stem = architecture.stem_channels;
        let mut to_rgb = Convolution::new(&(path / "to_rgb" / 2), stem, channels, 1);
        if architecture.output == OutputForm::Difference {
            // The first output is then the input itself, and the cycle loss starts at zero.
            to_rgb.set_zero();
        }
        Self {
            from_rgb: Convolution::new(&(path / "from_rgb"), channels, stem, 3),
            encode,
            decode,
            to_rgb_norm: InstanceNorm::new(&(path / "to_rgb" / 0), stem),
            to_rgb,
            w_hpf: f64::from(architecture.w_hpf),
            output: architecture.output,
        }
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.encode
            .iter_mut()
            .for_each(|block| block.set_form(form));
        self.decode
            .iter_mut()
            .for_each(|block| block.set_form(form));
    }

    /// `G(x, s)`.
    ///
    /// # Shapes
    /// `x [N,C,S,S]` in [-1, 1], `s [N,d]` -> `[N,C,S,S]`, not clamped. `masks` are used only when
    /// `w_hpf > 0`; without them the high-pass skips are left out.
    pub fn forward(&self, x: &Tensor, s: &Tensor, masks: Option<&Masks>) -> Tensor {
        let masks = masks.filter(|_| self.w_hpf > 0.0);
        let mut skips: Vec<Tensor> = Vec::new();
        let mut h = self.from_rgb.forward(x);
        for block in &self.encode {
            if masks.is_some_and(|masks| masks.at(h.size()[2]).is_some()) {
                skips.push(h.shallow_clone());
            }
            h = block.forward(&h);
        }
        for block in &self.decode {
            h = block.forward(&h, s);
            let size = h.size()[2];
            let skip = skips.iter().rfind(|skip| skip.size()[2] == size);
            let mask = masks.and_then(|masks| masks.at(size));
            if let (Some(mask), Some(skip)) = (mask, skip) {
                let mask = mask.upsample_bilinear2d([size, size], false, None, None);
                h += high_pass(&(mask * skip)) / self.w_hpf;
            }
        }
        let net = self
            .to_rgb
            .forward(&leaky_relu(&self.to_rgb_norm.forward(&h)));
        match self.output {
            OutputForm::Image => net,
            OutputForm::Difference => x + net,
        }
    }
}

/// Each channel convolved with 8 in the middle and -1 around, zero padded.
fn high_pass(x: &Tensor) -> Tensor {
    let channels = x.size()[1];
    // Filled on the device: a copy from here would make every step wait for the GPU.
    let kernel = Tensor::full([channels, 1, 3, 3], -1.0, (Kind::Float, x.device()));
    let _ = kernel.narrow(2, 1, 1).narrow(3, 1, 1).fill_(8.0);
    x.conv2d(&kernel, None::<&Tensor>, [1, 1], [1, 1], [1, 1], channels)
}
