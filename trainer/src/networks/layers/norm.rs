//! Instance norm (Ulyanov et al. 2016), its adaptive form, and batch norm.

use super::Linear;
use model_spec::network::NORM_EPSILON;
use tch::{Tensor, nn, nn::Init};

/// Normalises every channel of every image, then scales and shifts it.
///
/// # Shapes
/// `x [N,C,H,W]`; `scale` and `shift` `[C]` or `[N,C]`.
pub(crate) fn instance_norm(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Tensor {
    let size = x.size();
    let (batch, channels) = (size[0], size[1]);
    // In float32 also under autocast; otherwise this is no copy.
    let x = &x.to_kind(tch::Kind::Float);
    let per_image = |t: &Tensor| {
        t.to_kind(tch::Kind::Float)
            .expand([batch, channels], false)
            .reshape([-1])
    };
    // Group norm over one "image" of N*C channels, each a group, is instance norm with a scale per image.
    x.reshape([1, batch * channels, size[2], size[3]])
        .group_norm(
            batch * channels,
            Some(&per_image(scale)),
            Some(&per_image(shift)),
            NORM_EPSILON,
            true,
        )
        .reshape(size.as_slice())
}

/// Instance norm with learned scale and shift.
#[derive(Debug)]
pub(crate) struct InstanceNorm {
    weight: Tensor,
    bias: Tensor,
}

impl InstanceNorm {
    /// `[N,channels,H,W]`, shape kept.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, channels: usize) -> Self {
        Self {
            weight: path.var("weight", &[channels as i64], Init::Const(1.0)),
            bias: path.var("bias", &[channels as i64], Init::Const(0.0)),
        }
    }

    /// `[N,C,H,W]`, shape kept.
    pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
        instance_norm(x, &self.weight, &self.bias)
    }
}

/// Adaptive instance norm: `(1 + gamma) instance_norm(h) + beta`, `[gamma, beta] = fc(s)`
/// (Huang and Belongie 2017, as used by StarGAN v2).
#[derive(Debug)]
pub(crate) struct AdaptiveInstanceNorm {
    fc: Linear,
    channels: i64,
}

impl AdaptiveInstanceNorm {
    /// `h [N,channels,H,W]`, `s [N,style_dim]`.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, style_dim: usize, channels: usize) -> Self {
        Self {
            fc: Linear::new(&(path / "fc"), style_dim, 2 * channels),
            channels: channels as i64,
        }
    }

    /// `h [N,C,H,W]`, `s [N,d]`; the shape of `h` is kept.
    pub(crate) fn forward(&self, h: &Tensor, s: &Tensor) -> Tensor {
        let parameters = self.fc.forward(s);
        let gamma = parameters.narrow(1, 0, self.channels);
        let beta = parameters.narrow(1, self.channels, self.channels);
        instance_norm(h, &(gamma + 1.0), &beta)
    }
}

/// Batch norm with running statistics.
#[derive(Debug)]
pub(crate) struct BatchNorm {
    weight: Tensor,
    bias: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
}

impl BatchNorm {
    /// `[N,channels,H,W]`, shape kept.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, channels: usize) -> Self {
        let shape = [channels as i64];
        Self {
            weight: path.var("weight", &shape, Init::Const(1.0)),
            bias: path.var("bias", &shape, Init::Const(0.0)),
            running_mean: path.zeros_no_train("running_mean", &shape),
            running_var: path.ones_no_train("running_var", &shape),
        }
    }

    /// `[N,C,H,W]`, shape kept; `training` uses and accumulates the batch's own statistics.
    pub(crate) fn forward(&self, x: &Tensor, training: bool) -> Tensor {
        x.batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_var),
            training,
            0.1,
            NORM_EPSILON,
            true,
        )
    }
}
