//! An instance norm subtracts each channel's mean, and with it any bias added before.

use super::Pass;
use crate::graph::{Graph, op::Op};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "bias-before-norm",
    skip: "no-bias-before-norm",
    summary: "bias of a convolution dropped where only an instance norm sees it",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let norms: Vec<String> = graph
        .nodes
        .iter()
        .filter(|node| matches!(node.op, Op::InstanceNorm { .. }))
        .map(|node| node.inputs[0].clone())
        .collect();
    let mut count = 0;
    for value in norms {
        let Some(at) = seen_only_by_norm(graph, &value) else {
            continue;
        };
        if let Op::Conv(conv) = &mut graph.nodes[at].op {
            count += usize::from(conv.bias.take().is_some());
        }
    }
    count
}

/// The convolution that `value` comes from by way of operators that keep a constant constant.
fn seen_only_by_norm(graph: &Graph, value: &str) -> Option<usize> {
    let mut value = value;
    loop {
        if graph.uses(value) != 1 {
            return None;
        }
        let at = graph.position(value)?;
        match graph.nodes[at].op {
            Op::Conv(_) => return Some(at),
            Op::AveragePool2 | Op::NearestUp2 => value = &graph.nodes[at].inputs[0],
            _ => return None,
        }
    }
}
