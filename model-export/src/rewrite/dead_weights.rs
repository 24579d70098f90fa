//! Tensors that no operator reads, such as the `attention` layers of official checkpoints, and
//! operators that no output needs.

use super::Pass;
use crate::graph::Graph;

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "dead-weights",
    skip: "no-dead-weights",
    summary: "tensors that no operator reads, such as `attention`, left out",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let before = graph.nodes.len();
    graph.prune();
    let unread = std::mem::take(&mut graph.unused).len();
    before - graph.nodes.len() + unread
}
