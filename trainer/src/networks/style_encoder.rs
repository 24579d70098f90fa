//! The style encoder `SE`: from a face and its domain to a style code.
//!
//! Yang et al., "L2M-GAN", CVPR 2021, section 3.2; the network is that of Choi et al., "StarGAN v2",
//! CVPR 2020.

use super::{
    ConvolutionForm,
    layers::{Linear, reduced},
    trunk::Trunk,
};
use model_spec::Architecture;
use tch::{Tensor, nn};

/// `SE` of the paper: a shared trunk and one linear head per domain.
#[derive(Debug)]
pub struct StyleEncoder {
    shared: Trunk,
    unshared: Vec<Linear>,
    image_size: i64,
}

impl StyleEncoder {
    /// Makes the network under `path`.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        domains: usize,
        form: ConvolutionForm,
    ) -> Self {
        let width = architecture.channels_at(architecture.encoder_downsamplings());
        let head = |y| Linear::new(&(path / "unshared" / y), width, architecture.style_dim);
        Self {
            shared: Trunk::new(&(path / "shared"), architecture, form),
            unshared: (0..domains).map(head).collect(),
            image_size: architecture.image_size as i64,
        }
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.shared.set_form(form);
    }

    /// Codes of every head: `x [N,C,S,S]` in [-1, 1], or `k` times as large -> `[N,Y,d]`.
    pub(crate) fn all_domains(&self, x: &Tensor) -> Tensor {
        let h = self
            .shared
            .forward(&reduced(x, self.image_size))
            .flatten(1, -1);
        let codes: Vec<Tensor> = self.unshared.iter().map(|head| head.forward(&h)).collect();
        Tensor::stack(&codes, 1)
    }

    /// Section 3.2, Yang et al. 2021: `s = SE_y(x)`, the code of each face in its own domain.
    ///
    /// # Shapes
    /// `x [N,C,S,S]` in [-1, 1], `y [N]` int64 -> `[N,d]`.
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        select_domain(&self.all_domains(x), y)
    }
}

/// Picks one row per sample: `values [N,Y,…]`, `y [N]` int64 -> `[N,…]`.
pub fn select_domain(values: &Tensor, y: &Tensor) -> Tensor {
    let rows = Tensor::arange(values.size()[0], (tch::Kind::Int64, values.device()));
    values.index(&[Some(&rows), Some(y)])
}
