//! Residual and AdaIN blocks of StarGAN v2 (Choi et al., CVPR 2020, appendix A), which L2M-GAN keeps.

use super::{
    ConvolutionForm,
    layers::{
        AdaptiveInstanceNorm, Convolution, InstanceNorm, average_pool2, leaky_relu, nearest_up2,
    },
};
use std::f64::consts::FRAC_1_SQRT_2;
use tch::{Tensor, nn};

/// What a block does to the image's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// Keeps it.
    Kept,
    /// Halves it in a residual block, doubles it in an AdaIN block.
    Resampled,
}

/// Whether a residual block normalises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Normalisation {
    /// Before both convolutions, as in the generator.
    Instance,
    /// Not at all, as in style encoder and discriminator.
    None,
}

/// Sizes of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockShape {
    /// Channels in.
    pub from: usize,
    /// Channels out.
    pub to: usize,
    /// What becomes of the image's size.
    pub size: Size,
    /// How the resampled convolutions are computed.
    pub form: ConvolutionForm,
}

/// `[norm] act conv1 (C->C) [pool] [norm] act conv2 (C->C')` plus a shortcut, divided by sqrt(2).
#[derive(Debug)]
pub(crate) struct ResidualBlock {
    norms: Option<(InstanceNorm, InstanceNorm)>,
    conv1: Convolution,
    conv2: Convolution,
    conv1x1: Option<Convolution>,
    shape: BlockShape,
}

impl ResidualBlock {
    /// Makes the block under `path`.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        shape: BlockShape,
        normalisation: Normalisation,
    ) -> Self {
        let BlockShape { from, to, .. } = shape;
        Self {
            conv1: Convolution::new(&(path / "conv1"), from, from, 3),
            conv2: Convolution::new(&(path / "conv2"), from, to, 3),
            norms: (normalisation == Normalisation::Instance).then(|| {
                (
                    InstanceNorm::new(&(path / "norm1"), from),
                    InstanceNorm::new(&(path / "norm2"), from),
                )
            }),
            conv1x1: (from != to)
                .then(|| Convolution::without_bias(&(path / "conv1x1"), from, to, 1)),
            shape,
        }
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.shape.form = form;
    }

    /// `[N,C,H,W] -> [N,C',H,W]`, or half the height and width.
    pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
        let norm = |x: &Tensor, first: bool| match &self.norms {
            Some((norm1, norm2)) => (if first { norm1 } else { norm2 }).forward(x),
            None => x.shallow_clone(),
        };
        let h = leaky_relu(&norm(x, true));
        let h = if self.shape.size == Size::Resampled {
            self.conv1.forward_pooled(&h, self.shape.form)
        } else {
            self.conv1.forward(&h)
        };
        let h = self.conv2.forward(&leaky_relu(&norm(&h, false)));
        (h + self.shortcut(x)) * FRAC_1_SQRT_2
    }

    fn shortcut(&self, x: &Tensor) -> Tensor {
        let project = |x: &Tensor| match &self.conv1x1 {
            Some(conv1x1) => conv1x1.forward(x),
            None => x.shallow_clone(),
        };
        match (self.shape.size, self.shape.form) {
            (Size::Kept, _) => project(x),
            (Size::Resampled, ConvolutionForm::Plain) => average_pool2(&project(x)),
            // A 1x1 convolution and pooling commute; pooling first leaves a quarter of the work.
            (Size::Resampled, _) => project(&average_pool2(x)),
        }
    }
}

/// `AdaIN act [up2] conv1 (C->C') AdaIN act conv2`, plus a shortcut and divided by sqrt(2) unless
/// the generator has high-pass skips (`w_hpf > 0`).
#[derive(Debug)]
pub(crate) struct AdainBlock {
    norm1: AdaptiveInstanceNorm,
    norm2: AdaptiveInstanceNorm,
    conv1: Convolution,
    conv2: Convolution,
    conv1x1: Option<Convolution>,
    shape: BlockShape,
    with_shortcut: bool,
}

impl AdainBlock {
    /// A block styled by codes of length `style_dim`.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        shape: BlockShape,
        style_dim: usize,
        with_shortcut: bool,
    ) -> Self {
        let BlockShape { from, to, .. } = shape;
        Self {
            conv1: Convolution::new(&(path / "conv1"), from, to, 3),
            conv2: Convolution::new(&(path / "conv2"), to, to, 3),
            norm1: AdaptiveInstanceNorm::new(&(path / "norm1"), style_dim, from),
            norm2: AdaptiveInstanceNorm::new(&(path / "norm2"), style_dim, to),
            conv1x1: (from != to)
                .then(|| Convolution::without_bias(&(path / "conv1x1"), from, to, 1)),
            shape,
            with_shortcut,
        }
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.shape.form = form;
    }

    /// `x [N,C,H,W]`, `s [N,d]` -> `[N,C',H,W]`, or twice the height and width.
    pub(crate) fn forward(&self, x: &Tensor, s: &Tensor) -> Tensor {
        let h = leaky_relu(&self.norm1.forward(x, s));
        let h = if self.shape.size == Size::Resampled {
            self.conv1.forward_upsampled(&h, self.shape.form)
        } else {
            self.conv1.forward(&h)
        };
        let h = self.conv2.forward(&leaky_relu(&self.norm2.forward(&h, s)));
        if self.with_shortcut {
            (h + self.shortcut(x)) * FRAC_1_SQRT_2
        } else {
            h
        }
    }

    fn shortcut(&self, x: &Tensor) -> Tensor {
        let project = |x: &Tensor| match &self.conv1x1 {
            Some(conv1x1) => conv1x1.forward(x),
            None => x.shallow_clone(),
        };
        match (self.shape.size, self.shape.form) {
            (Size::Kept, _) => project(x),
            (Size::Resampled, ConvolutionForm::Plain) => project(&nearest_up2(x)),
            (Size::Resampled, _) => nearest_up2(&project(x)),
        }
    }
}
