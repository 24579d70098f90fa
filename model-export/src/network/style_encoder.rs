//! The style encoder `SE`: a face gives one style code per domain it could be in.

use crate::{
    graph::{Graph, op::Op},
    network::{
        blocks::{self, BlockShape},
        layers::{ConvShape, Layers},
        weights::Weights,
    },
};
use model_spec::{Architecture, GraphKind, tensor};

/// The plain graph `image [C,S,S] -> styles [Y,d]`.
pub(crate) fn build(architecture: &Architecture, domains: usize, weights: &mut Weights) -> Graph {
    let doc = "SE_y(x): the style code of a face, one row per domain y the face could be in.";
    let mut layers = Layers::new(GraphKind::StyleEncoder, doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let count = architecture.encoder_downsamplings();
    let width = architecture.channels_at(count);
    let dim = architecture.style_dim;

    let image = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    let stem = architecture.stem_channels;
    let mut h = layers.conv("shared.0", &image, ConvShape::same([channels, stem]));
    for k in 0..count {
        let shape = BlockShape {
            from: architecture.channels_at(k),
            to: architecture.channels_at(k + 1),
            resample: true,
        };
        let name = format!("shared.{}", k + 1);
        h = blocks::residual(&mut layers, &name, &h, shape, false);
    }
    // The layers without weights count in the numbering too.
    let numbered = |offset: usize| format!("shared.{}", count + offset);
    let h = layers.leaky_relu(&numbered(1), &h);
    let last = ConvShape {
        kernel: 4,
        padding: 0,
        ..ConvShape::same([width, width])
    };
    let h = layers.conv(&numbered(2), &h, last);
    let h = layers.leaky_relu(&numbered(3), &h);
    let shape = vec![width];
    let h = layers.op("shared.flat", Op::Reshape { shape }, &[&h]);
    let heads: Vec<String> = (0..domains)
        .map(|y| layers.linear(&format!("unshared.{y}"), &h, [width, dim]))
        .collect();
    let styles = layers.stack(tensor::STYLES, &heads, dim);
    layers.graph.output(&styles, tensor::STYLES);
    layers.graph
}
