//! A 1x1 convolution commutes with 2x2 pooling and with nearest upsampling, and is four times
//! cheaper on the small side. Exact with a bias too: the mean and the copy of a constant is it.

use super::Pass;
use crate::graph::{Graph, Node, op::Op};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "pointwise",
    skip: "no-pointwise",
    summary: "1x1 convolutions moved behind pooling and before upsampling",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let mut count = 0;
    for second in 0..graph.nodes.len() {
        let Some(first) = graph.position(&graph.nodes[second].inputs[0]) else {
            continue;
        };
        let swap = match (&graph.nodes[first].op, &graph.nodes[second].op) {
            (Op::Conv(conv), Op::AveragePool2) | (Op::NearestUp2, Op::Conv(conv)) => {
                conv.is_pointwise()
            }
            _ => false,
        };
        if swap && graph.uses(&graph.nodes[first].name) == 1 {
            swap_order(graph, first, second);
            count += 1;
        }
    }
    count
}

/// Turns `b(a(x))` into `a(b(x))`; both keep their names.
fn swap_order(graph: &mut Graph, first: usize, second: usize) {
    let (a, b) = (graph.nodes[first].clone(), graph.nodes[second].clone());
    graph.redirect(&b.name, &a.name);
    graph.nodes[first] = Node {
        inputs: a.inputs,
        ..b.clone()
    };
    graph.nodes[second] = Node {
        inputs: vec![b.name],
        ..Node {
            inputs: vec![],
            ..a
        }
    };
}
