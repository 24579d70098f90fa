//! The generator `G(x, s)`: StarGAN v2's, drawing a face anew in the style of a code.

use crate::{
    blocks::{self, BlockShape},
    graph::Graph,
    layers::{ConvShape, Layers},
    op::Op,
    weights::Weights,
};
use model_spec::{Architecture, OutputForm, tensor};

/// Blocks at the smallest size, on either side.
const BOTTLENECK_BLOCKS: usize = 2;

/// The plain graph `image [C,S,S], style [d] -> edited [C,S,S] [, difference [C,S,S]]`.
pub fn build(architecture: &Architecture, weights: &mut Weights) -> Graph {
    let doc = "G(x, s): the face redrawn in the style of a code (StarGAN v2 generator of L2M-GAN). \
               Images are in [-1,1].";
    let mut layers = Layers::new("generator", doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let stem = architecture.stem_channels;
    let image = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    let code = layers.graph.input(tensor::STYLE, &[architecture.style_dim]);
    let style = (code.as_str(), architecture.style_dim);

    let encoder = encoder_shapes(architecture);
    let mut h = layers.conv("from_rgb", &image, ConvShape::same([channels, stem]));
    for (i, &shape) in encoder.iter().enumerate() {
        h = blocks::residual(&mut layers, &format!("encode.{i}"), &h, shape, true);
    }
    for (i, shape) in encoder.iter().rev().enumerate() {
        let mirrored = BlockShape {
            from: shape.to,
            to: shape.from,
            ..*shape
        };
        h = blocks::adaptive(&mut layers, &format!("decode.{i}"), &h, style, mirrored);
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
    }
    layers.graph
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
