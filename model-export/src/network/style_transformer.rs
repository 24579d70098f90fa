//! The style transformer `T`: splits a style code and moves its attribute-related part.

use crate::{
    graph::{Graph, op::Op},
    network::{layers::Layers, weights::Weights},
};
use model_spec::{Architecture, GraphKind, tensor};

/// The plain graph `style [d] -> style_unrelated [d], style_related [d], style_related_targets [Y,d]`.
///
/// Yang et al. 2021, section 3.2: `s_un = P(s)`, `s_re = s - s_un`, `s~_re = T_y~(s_re)`.
pub(crate) fn build(architecture: &Architecture, domains: usize, weights: &mut Weights) -> Graph {
    let doc = "s_un = P(s), s_re = s - s_un, and T_y(s_re) with one row per target domain y.";
    let mut layers = Layers::new(GraphKind::StyleTransformer, doc, weights);
    let dim = architecture.style_dim;
    let style = layers.graph.input(tensor::STYLE, &[dim]);
    let unrelated = perceptron(&mut layers, "unrelated", &style, dim);
    let related = layers.op("related", Op::Subtract, &[&style, &unrelated]);
    let targets: Vec<String> = (0..domains)
        .map(|y| perceptron(&mut layers, &format!("related.{y}"), &related, dim))
        .collect();
    let targets = layers.stack("targets", &targets, dim);
    layers.graph.output(&unrelated, tensor::STYLE_UNRELATED);
    layers.graph.output(&related, tensor::STYLE_RELATED);
    layers.graph.output(&targets, tensor::STYLE_RELATED_TARGETS);
    layers.graph
}

/// `d-d-d-d` with ReLU between; every ReLU counts in the numbering.
fn perceptron(layers: &mut Layers<'_>, name: &str, x: &str, dim: usize) -> String {
    let mut h = x.to_owned();
    for i in [0, 2] {
        h = layers.linear(&format!("{name}.{i}"), &h, [dim, dim]);
        h = layers.op(&format!("{name}.{}", i + 1), Op::Relu, &[&h]);
    }
    layers.linear(&format!("{name}.4"), &h, [dim, dim])
}
