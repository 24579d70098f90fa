//! Exact rewrites: the same numbers from fewer multiply-adds and fewer operators.
//!
//! The networks are built plainly, as the paper has them; each [`Pass`] then looks for one pattern
//! and replaces it. Folded weights are computed in 64-bit floats and rounded once.

pub mod batch_norm;
pub mod bias_before_norm;
pub mod domain_heads;
pub mod one_plus_gamma;
pub mod pointwise;
pub mod pooled_conv;
pub mod scale;
pub mod upsampled_conv;

use crate::graph::Graph;

/// One kind of rewrite.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Name for logs and options.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Rewrites a graph and returns how many places it changed.
    pub apply: fn(&mut Graph) -> usize,
}

/// All rewrites. Each works alone and in any order; in this one they find the most.
pub const PASSES: [Pass; 8] = [
    batch_norm::PASS,
    bias_before_norm::PASS,
    one_plus_gamma::PASS,
    scale::PASS,
    pointwise::PASS,
    pooled_conv::PASS,
    upsampled_conv::PASS,
    domain_heads::PASS,
];

/// Applies `passes` in order.
pub fn apply(graph: &mut Graph, passes: &[Pass]) {
    for pass in passes {
        let count = (pass.apply)(graph);
        graph.prune();
        log::debug!("{}: {} in {count} places", graph.name, pass.name);
    }
}
