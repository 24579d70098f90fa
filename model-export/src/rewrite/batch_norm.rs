//! A batch norm with stored statistics is part of the convolution before it.

use super::Pass;
use crate::graph::{
    Graph,
    op::{Conv, Op},
};
use ndarray::{Array1, Axis};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "batch-norm",
    skip: "no-batch-norm",
    summary: "batch norm folded into the convolution before it",
    apply,
};

/// `norm(conv(x))`: with `factor = scale / sqrt(variance + epsilon)`, the weights are multiplied by
/// `factor`, and the bias becomes `(bias - mean) factor + shift`.
fn apply(graph: &mut Graph) -> usize {
    let mut count = 0;
    for at in 0..graph.nodes.len() {
        let Some((from, conv)) = folded(graph, at) else {
            continue;
        };
        let norm = graph.nodes[at].name.clone();
        let name = graph.nodes[from].name.clone();
        graph.nodes[from].op = Op::Conv(conv);
        graph.redirect(&norm, &name);
        count += 1;
    }
    count
}

fn folded(graph: &Graph, at: usize) -> Option<(usize, Conv)> {
    let Op::BatchNorm {
        scale,
        shift,
        mean,
        variance,
        epsilon,
    } = &graph.nodes[at].op
    else {
        return None;
    };
    let input = &graph.nodes[at].inputs[0];
    let from = graph.position(input)?;
    let Op::Conv(conv) = &graph.nodes[from].op else {
        return None;
    };
    if graph.uses(input) != 1 {
        return None;
    }
    let mut conv = conv.clone();
    let mut bias = conv
        .bias
        .take()
        .unwrap_or_else(|| Array1::zeros(scale.len()));
    for (c, mut weight) in conv.weight.axis_iter_mut(Axis(0)).enumerate() {
        let factor = f64::from(scale[c]) / (f64::from(variance[c]) + f64::from(*epsilon)).sqrt();
        weight.mapv_inplace(|w| (f64::from(w) * factor) as f32);
        let centred = f64::from(bias[c]) - f64::from(mean[c]);
        bias[c] = (centred * factor + f64::from(shift[c])) as f32;
    }
    conv.bias = Some(bias);
    Some((from, conv))
}
