//! The generator `G(x, s)`: StarGAN v2's, drawing a face anew in the style of a code.

use crate::{
    graph::{
        Graph,
        op::{Conv, Op},
    },
    network::{
        blocks::{self, BlockShape},
        layers::{ConvShape, Layers, StyleCode},
        weights::Weights,
    },
};
use model_spec::{
    Architecture, GraphKind, OutputForm,
    displacement::FIELD_SIZE,
    network::{BOTTLENECK_BLOCKS, FIELD_CHANNELS, high_pass_mask},
    tensor,
};
use ndarray::Array4;

/// The plain graph
/// `image [C,S,S], style [d] [, mask_first, mask_second [1,256,256]] -> edited [C,S,S] [, difference [C,S,S]]`,
/// or `-> difference [C,S,S], displacement [2,32,32]`.
pub fn build(architecture: &Architecture, weights: &mut Weights) -> Graph {
    let doc = "G(x, s): the face redrawn in the style of a code (StarGAN v2 generator of L2M-GAN). \
               Images are in [-1,1].";
    let mut layers = Layers::new(GraphKind::Generator, doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let stem = architecture.stem_channels;
    let image = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    let code = layers.graph.input(tensor::STYLE, &[architecture.style_dim]);
    let style = StyleCode {
        value: &code,
        dim: architecture.style_dim,
    };
    let reads_masks = architecture.reads_masks();
    if reads_masks {
        for mask in [tensor::MASK_FIRST, tensor::MASK_SECOND] {
            let sides = [1, tensor::MASK_SIZE, tensor::MASK_SIZE];
            layers.graph.input(mask, &sides);
        }
    }

    let encoder = encoder_shapes(architecture);
    let mut h = layers.conv("from_rgb", &image, ConvShape::same([channels, stem]));
    let mut side = size;
    let mut skips: Vec<Skip> = Vec::new();
    let mut features = None;
    for (i, &shape) in encoder.iter().enumerate() {
        if shape.resample {
            skips.push(Skip {
                side,
                feature: h.clone(),
                channels: shape.from,
            });
            side /= 2;
        }
        h = blocks::residual(&mut layers, &format!("encode.{i}"), &h, shape, true);
    }
    for (i, shape) in encoder.iter().rev().enumerate() {
        let mirrored = BlockShape {
            from: shape.to,
            to: shape.from,
            ..*shape
        };
        let name = format!("decode.{i}");
        h = blocks::adaptive(&mut layers, &name, &h, style, mirrored, !reads_masks);
        side *= if shape.resample { 2 } else { 1 };
        let skip = skips
            .iter()
            .find(|skip| skip.side == side && shape.resample);
        let mask = high_pass_mask(side).filter(|_| reads_masks);
        if let (Some(skip), Some(mask)) = (skip, mask) {
            h = high_pass_skip(&mut layers, &name, &h, skip, mask, architecture.w_hpf);
        }
        if side == FIELD_SIZE {
            features = Some(h.clone());
        }
    }
    let h = layers.instance_norm("to_rgb.0", &h, stem);
    let h = layers.leaky_relu("to_rgb.1", &h);
    let net = layers.conv("to_rgb.2", &h, ConvShape::pointwise([stem, channels]));
    match architecture.output {
        OutputForm::Image => layers.graph.output(&net, tensor::EDITED),
        OutputForm::Difference => {
            let edited = layers.op("edited", Op::Add, &[&image, &net]);
            layers.graph.output(&edited, tensor::EDITED);
            layers.graph.output(&net, tensor::DIFFERENCE);
        }
        OutputForm::Displacement => {
            layers.graph.output(&net, tensor::DIFFERENCE);
            let features = features.unwrap_or(h);
            let field = displacement_field(&mut layers, architecture, &features);
            layers.graph.output(&field, tensor::DISPLACEMENT);
        }
    }
    layers.graph
}

/// A feature of the encoder, `[channels,side,side]`, kept for the decoder.
struct Skip {
    side: usize,
    feature: String,
    channels: usize,
}

/// `u = m tanh(conv(conv(f)))` of the decoder's features at the field's size, `m` the largest displacement:
/// `[2,32,32]`.
fn displacement_field(
    layers: &mut Layers<'_>,
    architecture: &Architecture,
    features: &str,
) -> String {
    let h = layers.leaky_relu("field.activation.0", features);
    let shape = ConvShape::same([architecture.field_features(), FIELD_CHANNELS]);
    let h = layers.conv("field.0", &h, shape);
    let h = layers.leaky_relu("field.activation.1", &h);
    let h = layers.conv("field.1", &h, ConvShape::same([FIELD_CHANNELS, 2]));
    let h = layers.op("field.tanh", Op::Tanh, &[&h]);
    let factor = architecture.largest_displacement;
    layers.op("field.bound", Op::Scale { factor }, &[&h])
}

/// `h + HighPass(mask * f) / w_hpf`, `f` the encoder's feature of the same size and channels.
fn high_pass_skip(
    layers: &mut Layers<'_>,
    name: &str,
    h: &str,
    skip: &Skip,
    mask: &str,
    w_hpf: f32,
) -> String {
    let part = |part: &str| format!("{name}.skip.{part}");
    let resized = Op::Bilinear {
        from: tensor::MASK_SIZE,
        side: skip.side,
        align_corners: false,
    };
    let mask = layers.op(&part("mask"), resized, &[mask]);
    let masked = layers.op(&part("masked"), Op::Multiply, &[&skip.feature, &mask]);
    let centre_minus_neighbours = |(_, _, row, column)| match (row, column) {
        (1, 1) => 8.0,
        _ => -1.0,
    };
    let kernel = Array4::from_shape_fn((skip.channels, 1, 3, 3), centre_minus_neighbours);
    let high_pass = Op::Conv(Conv {
        groups: skip.channels,
        ..Conv::new(kernel, None, 1)
    });
    let passed = layers.op(&part("high_pass"), high_pass, &[&masked]);
    let factor = w_hpf.recip();
    let weighted = layers.op(&part("weighted"), Op::Scale { factor }, &[&passed]);
    layers.op(&format!("{name}.skipped"), Op::Add, &[h, &weighted])
}

/// Shapes of the encoder's blocks; the decoder's are the same, mirrored.
fn encoder_shapes(architecture: &Architecture) -> Vec<BlockShape> {
    let downsamplings = architecture.generator_downsamplings();
    let down = (0..downsamplings).map(|k| BlockShape {
        from: architecture.channels_at(k),
        to: architecture.channels_at(k + 1),
        resample: true,
    });
    let deepest = architecture.channels_at(downsamplings);
    let bottleneck = BlockShape {
        from: deepest,
        to: deepest,
        resample: false,
    };
    down.chain([bottleneck; BOTTLENECK_BLOCKS]).collect()
}
