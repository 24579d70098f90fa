//! The downsampling trunk of the style encoder and of the discriminator (Choi et al., "StarGAN v2",
//! CVPR 2020, appendix A); each has its own weights.

use super::{
    ConvolutionForm,
    blocks::{BlockShape, Normalisation, ResidualBlock, Size},
    layers::{Convolution, leaky_relu},
};
use model_spec::Architecture;
use tch::{Tensor, nn};

/// `conv3x3, log2(S)-2 downsampling blocks, LeakyReLU, conv4x4, LeakyReLU`.
#[derive(Debug)]
pub(crate) struct Trunk {
    stem: Convolution,
    blocks: Vec<ResidualBlock>,
    last: Convolution,
}

impl Trunk {
    /// Makes the trunk under `path / 0, 1, …`, numbered as StarGAN v2's checkpoints are.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        form: ConvolutionForm,
    ) -> Self {
        let count = architecture.encoder_downsamplings();
        let channels = architecture.colour.channels();
        let blocks = (0..count).map(|k| {
            let shape = BlockShape {
                from: architecture.channels_at(k),
                to: architecture.channels_at(k + 1),
                size: Size::Resampled,
                form,
            };
            ResidualBlock::new(&(path / (k + 1)), shape, Normalisation::None)
        });
        let width = architecture.channels_at(count);
        Self {
            stem: Convolution::new(&(path / 0), channels, architecture.stem_channels, 3),
            blocks: blocks.collect(),
            last: Convolution::valid(&(path / (count + 2)), width, width, 4),
        }
    }

    /// Position behind the trunk's last layer, for the layers that follow it.
    #[must_use]
    pub(crate) fn next_index(architecture: &Architecture) -> usize {
        architecture.encoder_downsamplings() + 4
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.blocks
            .iter_mut()
            .for_each(|block| block.set_form(form));
    }

    /// `[N,C,S,S] -> [N,width,1,1]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
        let mut h = self.stem.forward(x);
        for block in &self.blocks {
            h = block.forward(&h);
        }
        leaky_relu(&self.last.forward(&leaky_relu(&h)))
    }
}
