//! The attribute classifier: tells the source domain of a live face.

use crate::{
    graph::{Graph, op::Op},
    network::{
        layers::{ConvShape, Layers},
        weights::Weights,
    },
};
use model_spec::{Architecture, GraphKind, network::CLASSIFIER_LAYERS, tensor};

/// The plain graph `image [C,S,S] -> logits [A]`.
pub(crate) fn build(
    architecture: &Architecture,
    attributes: usize,
    weights: &mut Weights,
) -> Graph {
    let doc = "One logit per attribute; above 0 means the attribute's `on` value.";
    let mut layers = Layers::new(GraphKind::Classifier, doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let width = |i: usize| architecture.classifier_width(i);
    let mut h = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    for i in 0..CLASSIFIER_LAYERS {
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
    let width = width(CLASSIFIER_LAYERS - 1);
    let h = layers.op("pool", Op::GlobalAveragePool, &[&h]);
    let h = layers.op("flat", Op::Reshape { shape: vec![width] }, &[&h]);
    let logits = layers.linear("head", &h, [width, attributes]);
    layers.graph.output(&logits, tensor::LOGITS);
    layers.graph
}
