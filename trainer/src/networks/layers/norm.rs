//! Instance norm (Ulyanov et al. 2016), its adaptive form, and batch norm.

use super::Linear;
use model_spec::network::NORM_EPSILON;
use tch::{Kind, Tensor, nn, nn::Init};

/// Normalises every channel of every image, then scales and shifts it.
///
/// # Shapes
/// `x [N,C,H,W]`; `scale` and `shift` `[C]` or `[N,C]`.
pub(crate) fn instance_norm(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Tensor {
    let size = x.size();
    let (batch, channels) = (size[0], size[1]);
    // In float32 also under autocast; otherwise this is no copy.
    let x = &x.to_kind(Kind::Float);
    let per_image = |t: &Tensor| t.to_kind(Kind::Float).expand([batch, channels], false);
    let (scale, shift) = (per_image(scale), per_image(shift));
    if channels_lie_innermost(x) {
        return of_channels_innermost(x, &scale, &shift);
    }
    // Group norm over one "image" of N*C channels, each a group, is instance norm with a scale per image.
    x.reshape([1, batch * channels, size[2], size[3]])
        .group_norm(
            batch * channels,
            Some(&scale.reshape([-1])),
            Some(&shift.reshape([-1])),
            NORM_EPSILON,
            true,
        )
        .reshape(size.as_slice())
}

/// Whether `x [N,C,H,W]` is stored with its channels innermost, and not otherwise as well.
fn channels_lie_innermost(x: &Tensor) -> bool {
    x.stride()[1] == 1 && !x.is_contiguous()
}

/// The same by its definition: libtorch's group norm copies such images to the other order, on GPUs whatever the groups.
///
/// # Shapes
/// `x [N,C,H,W]`, `scale` and `shift` `[N,C]`.
fn of_channels_innermost(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Tensor {
    let (variance, mean) = x.var_mean_correction([2, 3].as_slice(), 0, true);
    let size = mean.size();
    let slope = (variance + NORM_EPSILON).rsqrt() * scale.reshape(&size);
    let offset = shift.reshape(&size) - &mean * &slope;
    offset.addcmul(x, &slope)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libtorch::calls;
    use tch::{Device, nn::VarStore};

    fn channels_innermost(x: &Tensor) -> Tensor {
        x.permute([0, 2, 3, 1])
            .contiguous()
            .permute([0, 3, 1, 2])
            .detach()
            .set_requires_grad(true)
    }

    /// Output of every norm, with what it learns from and `x`.
    fn outputs(x: &Tensor) -> Vec<(&'static str, Tensor)> {
        tch::manual_seed(3);
        let store = VarStore::new(Device::Cpu);
        let root = store.root();
        let style = Tensor::randn([2, 5], tch::kind::FLOAT_CPU);
        vec![
            ("instance", InstanceNorm::new(&(&root / "a"), 6).forward(x)),
            (
                "adaptive",
                AdaptiveInstanceNorm::new(&(&root / "b"), 5, 6).forward(x, &style),
            ),
            ("batch", BatchNorm::new(&(&root / "c"), 6).forward(x, true)),
        ]
    }

    #[test]
    fn norms_keep_images_channels_last_without_copies_and_their_values() {
        tch::manual_seed(2);
        let plain = Tensor::randn([2, 6, 8, 8], tch::kind::FLOAT_CPU) * 2.0 + 1.0;
        let plain = plain.detach().set_requires_grad(true);
        let last = channels_innermost(&plain);
        let (of_last, calls) = calls::count(|| outputs(&last));
        for name in ["aten::clone", "aten::contiguous"] {
            assert_eq!(calls.of(name), 0, "{name}: {calls:?}");
        }
        let weights = Tensor::randn([2, 6, 8, 8], tch::kind::FLOAT_CPU);
        let slope = |y: &Tensor, x: &Tensor| {
            let sum = (y * &weights).sum(Kind::Float);
            Tensor::run_backward(&[sum], &[x], true, false).remove(0)
        };
        for ((name, y), (_, expected)) in of_last.iter().zip(outputs(&plain)) {
            assert_eq!(y.stride(), last.stride(), "{name}");
            let apart = |a: &Tensor, b: &Tensor| (a - b).abs().max().double_value(&[]);
            assert!(apart(y, &expected) < 1e-5, "{name}");
            let (along, slope_of_last) = (slope(&expected, &plain), slope(y, &last));
            assert!(apart(&along, &slope_of_last) < 1e-5, "{name}");
        }
    }

    #[test]
    fn a_channel_of_one_value_becomes_its_shift() {
        let flat = Tensor::full([1, 2, 4, 4], 3.0, tch::kind::FLOAT_CPU);
        let (scale, shift) = (
            Tensor::from_slice(&[2.0_f32, 2.0]),
            Tensor::from_slice(&[0.5_f32, -1.0]),
        );
        for x in [flat.shallow_clone(), channels_innermost(&flat)] {
            let y = instance_norm(&x, &scale, &shift);
            let of_channel = |c| y.select(1, c) - shift.double_value(&[c]);
            for c in [0, 1] {
                assert!(of_channel(c).abs().max().double_value(&[]) < 1e-3);
            }
        }
    }
}
