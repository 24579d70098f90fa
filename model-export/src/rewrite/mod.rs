//! Exact rewrites: the same numbers from fewer multiply-adds and fewer operators.
//!
//! The networks are built plainly, as the paper has them; each [`Pass`] then looks for one pattern
//! and replaces it. Folded weights are computed in 64-bit floats and rounded once.

pub mod batch_norm;
pub mod bias_before_norm;
pub mod dead_weights;
pub mod domain_heads;
mod halves;
pub mod one_plus_gamma;
mod pattern;
pub mod pointwise;
pub mod pooled_conv;
pub mod pooled_products;
pub mod scale;
mod taps;
pub mod upsampled_conv;
pub mod upsampled_products;
pub mod winograd;

use crate::{
    error::Result,
    graph::{Cost, Graph, Node},
    onnx,
};

/// One kind of rewrite.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Name for logs and options.
    pub name: &'static str,
    /// Name of the option that leaves it out.
    pub skip: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Rewrites a graph and returns how many places it changed.
    pub apply: fn(&mut Graph) -> usize,
}

/// All rewrites. Each works alone and in any order; in this one they find the most.
pub const PASSES: [Pass; 12] = [
    dead_weights::PASS,
    batch_norm::PASS,
    bias_before_norm::PASS,
    one_plus_gamma::PASS,
    scale::PASS,
    pointwise::PASS,
    pooled_products::PASS,
    pooled_conv::PASS,
    upsampled_products::PASS,
    upsampled_conv::PASS,
    winograd::PASS,
    domain_heads::PASS,
];

/// What one pass made of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Name of the pass.
    pub pass: &'static str,
    /// Places it changed.
    pub places: usize,
    /// Cost of the graph behind it.
    pub cost: Cost,
    /// Size of the graph behind it as ONNX, in bytes.
    pub bytes: usize,
}

/// Applies `passes` in order.
pub fn apply(graph: &mut Graph, passes: &[Pass]) {
    for pass in passes {
        let count = (pass.apply)(graph);
        // What a pass leaves unread; dead operators of the network itself are `dead_weights`' work.
        graph.prune();
        log::debug!("{}: {} in {count} places", graph.name, pass.name);
    }
}

/// Applies `passes` in order and says what each of them made of the graph.
///
/// # Errors
/// [`crate::ExportError::Graph`]: a pass made a graph that contradicts itself.
pub fn explain(graph: &mut Graph, passes: &[Pass]) -> Result<Vec<Step>> {
    let mut steps = Vec::with_capacity(passes.len());
    for pass in passes {
        let places = (pass.apply)(graph);
        graph.prune();
        steps.push(Step {
            pass: pass.name,
            places,
            cost: graph.cost()?,
            bytes: onnx::encoded_len(graph)?,
        });
    }
    Ok(steps)
}

/// Puts what `becomes` makes of a node in the node's place, for every node it has something for, and
/// counts them. What was put in is not looked at again.
fn replace_each(graph: &mut Graph, becomes: impl Fn(&Graph, usize) -> Option<Vec<Node>>) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < graph.nodes.len() {
        let nodes = becomes(graph, at).unwrap_or_default();
        if nodes.is_empty() {
            at += 1;
            continue;
        }
        let added = nodes.len();
        graph.nodes.splice(at..=at, nodes);
        at += added;
        count += 1;
    }
    count
}
