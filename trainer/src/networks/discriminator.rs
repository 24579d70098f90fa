//! The discriminator `D`: real or fake, per domain.
//!
//! Yang et al., "L2M-GAN", CVPR 2021, section 3.3; the network is that of Choi et al., "StarGAN v2",
//! CVPR 2020.

use super::{ConvolutionForm, layers::Convolution, style_encoder::select_domain, trunk::Trunk};
use model_spec::Architecture;
use tch::{Tensor, nn};

/// `D` of the paper: the encoder's trunk with one logit per domain.
#[derive(Debug)]
pub struct Discriminator {
    trunk: Trunk,
    logits: Convolution,
}

impl Discriminator {
    /// Makes the network under `path`.
    #[must_use]
    pub fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        domains: usize,
        form: ConvolutionForm,
    ) -> Self {
        let main = path / "main";
        let width = architecture.channels_at(architecture.encoder_downsamplings());
        let index = Trunk::next_index(architecture);
        Self {
            trunk: Trunk::new(&main, architecture, form),
            logits: Convolution::new(&(&main / index), width, domains, 1),
        }
    }

    /// How the names of the last layer begin, which has one row per domain.
    pub(crate) fn logits_prefix(architecture: &Architecture) -> String {
        format!("main.{}.", Trunk::next_index(architecture))
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.trunk.set_form(form);
    }

    /// Logit of each face in its domain, above 0 = real: `x [N,C,S,S]`, `y [N]` int64 -> `[N]`.
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        let logits = self.logits.forward(&self.trunk.forward(x)).flatten(1, -1);
        select_domain(&logits, y)
    }
}
