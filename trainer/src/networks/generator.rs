//! The generator `G(x, s)`: draws a face anew in the style of a code.
//!
//! Yang et al., "L2M-GAN: Learning to Manipulate Latent Space Semantics for Facial Attribute Editing",
//! CVPR 2021; the network is that of Choi et al., "StarGAN v2: Diverse Image Synthesis for Multiple
//! Domains", CVPR 2020.

use super::{
    ConvolutionForm,
    blocks::{AdainBlock, BlockShape, Normalisation, ResidualBlock, Size},
    displacement::{Displacement, warp},
    layers::{Convolution, InstanceNorm, enlarged, leaky_relu, reduced},
};
use model_spec::{
    Architecture, OutputForm,
    displacement::FIELD_SIZE,
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

/// What the generator draws, before it is laid over the face.
#[derive(Debug)]
pub struct Drawing {
    /// The last convolution's output: the face, or what is added to it; `[N,C,S,S]`.
    pub net: Tensor,
    /// `u`, right and down in shares of the image's side, `[N,2,32,32]`; see
    /// [`model_spec::displacement`].
    pub displacement: Option<Tensor>,
}

/// `G` of the paper.
///
/// # Deviations
/// With [`OutputForm::Difference`] the network draws what is added to its input, with
/// [`OutputForm::Displacement`] also where its input's pixels move. It then edits pictures of `k` times its
/// own size as well, `[N,C,kS,kS]`, as the mirror does: it sees them reduced, moves their own pixels, and
/// its difference is enlarged.
#[derive(Debug)]
pub struct Generator {
    from_rgb: Convolution,
    encode: Vec<ResidualBlock>,
    decode: Vec<AdainBlock>,
    to_rgb_norm: InstanceNorm,
    to_rgb: Convolution,
    displacement: Option<Displacement>,
    image_size: i64,
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
        if architecture.output != OutputForm::Image {
            // The first output is then the input itself, and the cycle loss starts at zero.
            to_rgb.set_zero();
        }
        Self {
            from_rgb: Convolution::new(&(path / "from_rgb"), channels, stem, 3),
            encode,
            decode,
            to_rgb_norm: InstanceNorm::new(&(path / "to_rgb" / 0), stem),
            to_rgb,
            displacement: (architecture.output == OutputForm::Displacement)
                .then(|| Displacement::new(&(path / "field"), architecture)),
            image_size: architecture.image_size as i64,
            w_hpf: f64::from(architecture.w_hpf),
            output: architecture.output,
        }
    }

    /// What the network draws.
    #[must_use]
    pub(crate) fn output(&self) -> OutputForm {
        self.output
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
        self.apply(x, &self.draw(x, s, masks))
    }

    /// Lays a drawing over the faces it was drawn for: `x [N,C,kS,kS]` -> the same.
    pub(crate) fn apply(&self, x: &Tensor, drawing: &Drawing) -> Tensor {
        match (self.output, &drawing.displacement) {
            (OutputForm::Image, _) => drawing.net.shallow_clone(),
            (_, Some(u)) => warp(x, u) + enlarged(&drawing.net, x.size()[2]),
            (_, None) => x + &drawing.net,
        }
    }

    /// The same with a `part` of the edit, from 0 on: `warp(x, a u) + a d`, or `x + a (G(x, s) - x)`.
    pub(crate) fn apply_in_part(&self, x: &Tensor, drawing: &Drawing, part: f64) -> Tensor {
        match &drawing.displacement {
            Some(u) => {
                let part = Drawing {
                    net: &drawing.net * part,
                    displacement: Some(u * part),
                };
                self.apply(x, &part)
            }
            None => x + (self.apply(x, drawing) - x) * part,
        }
    }

    /// What `G` draws for the faces `x [N,C,kS,kS]` and codes `s [N,d]`.
    #[must_use]
    pub fn draw(&self, x: &Tensor, s: &Tensor, masks: Option<&Masks>) -> Drawing {
        let x = &reduced(x, self.image_size);
        let mut displacement = None;
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
            if let (Some(head), true) = (&self.displacement, size == FIELD_SIZE as i64) {
                displacement = Some(head.forward(&h));
            }
        }
        let net = self
            .to_rgb
            .forward(&leaky_relu(&self.to_rgb_norm.forward(&h)));
        Drawing { net, displacement }
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
