//! The landmark network.

use crate::{
    graph::op::Op,
    network::layers::{ConvShape, Layers},
};
use model_spec::{
    network::face_mask::{
        HEAT_SIZE, HOURGLASS_DEPTH as DEPTH, HOURGLASS_WIDTH as WIDTH, LANDMARKS,
    },
    tensor::MASK_SIZE,
};
use ndarray::{Array3, Array4, ArrayView4, s};

/// Heat maps `[98,64,64]` of an image `[3,256,256]` in [0, 1].
pub(super) fn heat_maps(layers: &mut Layers<'_>, image: &str) -> String {
    let stem = ConvShape {
        kernel: 7,
        stride: 2,
        padding: 3,
        ..ConvShape::same([3, 64])
    };
    let h = conv_with_coordinates(layers, "conv1.conv", image, stem, MASK_SIZE);
    let h = norm_relu(layers, "bn1", &h, 64);
    let h = block(layers, "conv2", &h, [64, 128]);
    let h = layers.op("pool", Op::AveragePool2, &[&h]);
    let h = block(layers, "conv3", &h, [128, 128]);
    let h = block(layers, "conv4", &h, [128, WIDTH]);
    let pointwise = ConvShape::pointwise([WIDTH, WIDTH]);
    let h = conv_with_coordinates(layers, "m0.coordconv.conv", &h, pointwise, HEAT_SIZE);
    let h = hourglass(layers, &h, DEPTH);
    let h = block(layers, "top_m_0", &h, [WIDTH, WIDTH]);
    let h = layers.conv("conv_last0", &h, pointwise);
    let h = norm_relu(layers, "bn_end0", &h, WIDTH);
    let heat = layers.conv("l0", &h, ConvShape::pointwise([WIDTH, LANDMARKS + 1]));
    layers.op("heat_maps", Op::channels(0, LANDMARKS), &[&heat])
}

/// `b1` of the input plus the upsampled rest: pool, `b2`, the next level or `b2_plus`, `b3`.
fn hourglass(layers: &mut Layers<'_>, x: &str, level: usize) -> String {
    let name = |part: &str| format!("m0.{part}_{level}");
    let both = [WIDTH, WIDTH];
    let skip = block(layers, &name("b1"), x, both);
    let h = layers.op(&name("pool"), Op::AveragePool2, &[x]);
    let h = block(layers, &name("b2"), &h, both);
    let h = match level {
        1 => block(layers, &name("b2_plus"), &h, both),
        _ => hourglass(layers, &h, level - 1),
    };
    let h = block(layers, &name("b3"), &h, both);
    let h = layers.op(&name("up"), Op::NearestUp2, &[&h]);
    layers.op(&name("sum"), Op::Add, &[&skip, &h])
}

/// Three convolutions `norm, ReLU, conv3x3` of widths 1/2, 1/4, 1/4, concatenated, plus the input.
fn block(layers: &mut Layers<'_>, name: &str, x: &str, [from, to]: [usize; 2]) -> String {
    let widths = [from, to / 2, to / 4, to / 4];
    let mut parts: Vec<String> = Vec::new();
    for i in 0..3 {
        let input = parts.last().map_or(x, String::as_str).to_owned();
        let h = norm_relu(layers, &format!("{name}.bn{}", i + 1), &input, widths[i]);
        let shape = ConvShape::same([widths[i], widths[i + 1]]).without_bias();
        parts.push(layers.conv(&format!("{name}.conv{}", i + 1), &h, shape));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let joined = layers.op(&format!("{name}.joined"), Op::Concat { axis: 0 }, &parts);
    let mut shortcut = x.to_owned();
    if from != to {
        let h = norm_relu(layers, &format!("{name}.downsample.0"), x, from);
        let shape = ConvShape::pointwise([from, to]).without_bias();
        shortcut = layers.conv(&format!("{name}.downsample.2"), &h, shape);
    }
    layers.op(name, Op::Add, &[&joined, &shortcut])
}

fn norm_relu(layers: &mut Layers<'_>, name: &str, x: &str, channels: usize) -> String {
    let h = layers.batch_norm(name, x, channels);
    layers.op(&format!("{name}.relu"), Op::Relu, &[&h])
}

/// A convolution of `x` with row, column and radius as three more channels. What it makes of those is
/// the same for every image, so it is computed here and added.
fn conv_with_coordinates(
    layers: &mut Layers<'_>,
    name: &str,
    x: &str,
    shape: ConvShape,
    side: usize,
) -> String {
    let [from, to] = shape.channels;
    let weight = layers.weight(name, [to, from + 3, shape.kernel, shape.kernel]);
    let of_image = weight.slice(s![.., ..from, .., ..]).to_owned();
    let of_coordinates = weight.slice(s![.., from.., .., ..]);
    let value = convolved(&coordinates(side), of_coordinates, shape);
    let h = layers.conv_of(name, x, of_image, shape);
    let op = Op::AddConstant {
        value: value.into_dyn(),
    };
    layers.op(&format!("{name}.coordinates"), op, &[&h])
}

/// Row and column, -1 to 1, and radius, 0 to 1: `[3,side,side]`.
fn coordinates(side: usize) -> Array3<f64> {
    let place = |i: usize| 2.0 * i as f64 / (side - 1) as f64 - 1.0;
    Array3::from_shape_fn((3, side, side), |(channel, row, column)| {
        let (y, x) = (place(row), place(column));
        match channel {
            0 => y,
            1 => x,
            _ => (y.hypot(x)) / 2_f64.sqrt(),
        }
    })
}

fn convolved(x: &Array3<f64>, weight: ArrayView4<'_, f32>, shape: ConvShape) -> Array3<f32> {
    let (channels, side, _) = x.dim();
    let (stride, padding, kernel) = (shape.stride, shape.padding, shape.kernel);
    let outputs = (side + 2 * padding - kernel) / stride + 1;
    let weight: Array4<f64> = weight.mapv(f64::from);
    let mut sum = Array3::<f64>::zeros((weight.dim().0, outputs, outputs));
    // One row of the kernel's window after the other, so that borders cost nothing inside.
    for ((to, c, i, j), &factor) in weight.indexed_iter() {
        debug_assert!(c < channels);
        for row in 0..outputs {
            let Some(y) = (row * stride + i)
                .checked_sub(padding)
                .filter(|y| *y < side)
            else {
                continue;
            };
            for column in 0..outputs {
                let at = (column * stride + j).checked_sub(padding);
                if let Some(at) = at.filter(|at| *at < side) {
                    sum[[to, row, column]] += factor * x[[c, y, at]];
                }
            }
        }
    }
    sum.mapv(|value| value as f32)
}
