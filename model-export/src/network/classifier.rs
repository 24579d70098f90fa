//! The attribute classifier: tells the source domain of a live face.

use crate::{
    graph::{Graph, op::Op},
    network::{
        layers::{ConvShape, Layers},
        weights::Weights,
    },
};
use model_spec::{Architecture, tensor};

/// Convolutions; all but the first halve the image.
const LAYERS: usize = 5;
/// Channels stop growing at this multiple of the first layer's.
const LARGEST_WIDTH: usize = 8;

/// The plain graph `image [C,S,S] -> logits [A]`.
pub fn build(architecture: &Architecture, attributes: usize, weights: &mut Weights) -> Graph {
    let doc = "One logit per attribute; above 0 means the attribute's `on` value.";
    let mut layers = Layers::new("classifier", doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let width = |i: usize| architecture.classifier_channels * (1 << i).min(LARGEST_WIDTH);
    let mut h = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    for i in 0..LAYERS {
        let from = if i == 0 { channels } else { width(i - 1) };
        let stride = if i == 0 { 1 } else { 2 };
        let conv = ConvShape {
            stride,
            ..ConvShape::same([from, width(i)]).without_bias()
        };
        h = layers.conv(&format!("{i}.conv"), &h, conv);
        h = layers.batch_norm(&format!("{i}.norm"), &h, width(i));
        h = layers.op(&format!("{i}.act"), Op::Relu, &[&h]);
    }
    let width = width(LAYERS - 1);
    let h = layers.op("pool", Op::GlobalAveragePool, &[&h]);
    let h = layers.op("flat", Op::Reshape { shape: vec![width] }, &[&h]);
    let logits = layers.linear("head", &h, [width, attributes]);
    layers.graph.output(&logits, tensor::LOGITS);
    layers.graph
}
