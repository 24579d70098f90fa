//! Residual and AdaIN blocks of StarGAN v2 (Choi et al. 2020, appendix A), written plainly.

use crate::{
    graph::op::Op,
    network::layers::{ConvShape, Layers, StyleCode},
};
use std::f32::consts::FRAC_1_SQRT_2;

/// Sizes and switches of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockShape {
    /// Channels in, `C`.
    pub from: usize,
    /// Channels out, `C'`.
    pub to: usize,
    /// Whether the image is halved (residual block) or doubled (AdaIN block).
    pub resample: bool,
}

/// `[norm] act conv1 (C->C) [pool] [norm] act conv2 (C->C')` plus a shortcut, divided by sqrt(2).
///
/// # Shapes
/// `x [C,H,W] -> [C',H,W]`, or half the height and width. Only the generator's blocks have norms.
pub(crate) fn residual(
    layers: &mut Layers<'_>,
    name: &str,
    x: &str,
    shape: BlockShape,
    with_norms: bool,
) -> String {
    let part = |part: &str| format!("{name}.{part}");
    let BlockShape { from, to, resample } = shape;
    let h = if with_norms {
        layers.instance_norm(&part("norm1"), x, from)
    } else {
        x.into()
    };
    let h = layers.leaky_relu(&part("act1"), &h);
    let mut h = layers.conv(&part("conv1"), &h, ConvShape::same([from, from]));
    if resample {
        h = layers.op(&part("conv1.pooled"), Op::AveragePool2, &[&h]);
    }
    if with_norms {
        h = layers.instance_norm(&part("norm2"), &h, from);
    }
    let h = layers.leaky_relu(&part("act2"), &h);
    let h = layers.conv(&part("conv2"), &h, ConvShape::same([from, to]));

    let mut shortcut = x.to_owned();
    if from != to {
        let pointwise = ConvShape::pointwise([from, to]).without_bias();
        shortcut = layers.conv(&part("conv1x1"), &shortcut, pointwise);
    }
    if resample {
        shortcut = layers.op(&part("shortcut.pooled"), Op::AveragePool2, &[&shortcut]);
    }
    sum_over_sqrt2(layers, name, &h, &shortcut)
}

/// `AdaIN act [up2] conv1 (C->C') AdaIN act conv2`, plus a shortcut and divided by sqrt(2) unless the
/// generator has high-pass skips instead (`w_hpf > 0`): the reference implementation then still has the
/// shortcut's convolution, and never runs it.
///
/// # Shapes
/// `x [C,H,W]`, style `[d]` -> `[C',H,W]`, or twice the height and width.
pub(crate) fn adaptive(
    layers: &mut Layers<'_>,
    name: &str,
    x: &str,
    style: StyleCode<'_>,
    shape: BlockShape,
    with_shortcut: bool,
) -> String {
    let part = |part: &str| format!("{name}.{part}");
    let BlockShape { from, to, resample } = shape;
    let h = layers.adaptive_instance_norm(&part("norm1"), x, from, style);
    let mut h = layers.leaky_relu(&part("act1"), &h);
    if resample {
        h = layers.op(&part("up"), Op::NearestUp2, &[&h]);
    }
    let h = layers.conv(&part("conv1"), &h, ConvShape::same([from, to]));
    let h = layers.adaptive_instance_norm(&part("norm2"), &h, to, style);
    let h = layers.leaky_relu(&part("act2"), &h);
    let h = layers.conv(&part("conv2"), &h, ConvShape::same([to, to]));
    if !with_shortcut {
        if from != to {
            layers.unread(&part("conv1x1"), ConvShape::pointwise([from, to]));
        }
        return h;
    }

    let mut shortcut = x.to_owned();
    if resample {
        shortcut = layers.op(&part("shortcut.up"), Op::NearestUp2, &[&shortcut]);
    }
    if from != to {
        let pointwise = ConvShape::pointwise([from, to]).without_bias();
        shortcut = layers.conv(&part("conv1x1"), &shortcut, pointwise);
    }
    sum_over_sqrt2(layers, name, &h, &shortcut)
}

fn sum_over_sqrt2(layers: &mut Layers<'_>, name: &str, h: &str, shortcut: &str) -> String {
    let sum = layers.op(&format!("{name}.sum"), Op::Add, &[h, shortcut]);
    let factor = FRAC_1_SQRT_2;
    layers.op(name, Op::Scale { factor }, &[&sum])
}
