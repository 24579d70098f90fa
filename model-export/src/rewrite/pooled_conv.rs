//! `avg_pool2(conv3x3(x))` is one 4x4 convolution of stride 2: 16 instead of 36 multiply-adds per
//! pooled pixel and channel pair.

use super::{Pass, pattern::Conv3x3};
use crate::graph::{
    Graph,
    op::{Conv, Op},
};
use ndarray::{Array4, s};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "pooled-conv",
    skip: "no-pooled-conv",
    summary: "3x3 convolution and 2x2 pooling as one 4x4 convolution of stride 2",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let mut count = 0;
    for pool in 0..graph.nodes.len() {
        let Some(found) = Conv3x3::before_pooling(graph, pool) else {
            continue;
        };
        let (at, name) = (found.at, found.node.name.clone());
        graph.nodes[at].op = Op::Conv(pooled(found.conv));
        graph.nodes[at].doc = "avg_pool2(conv3x3(x)) as one 4x4 convolution of stride 2";
        let old = graph.nodes[pool].name.clone();
        graph.redirect(&old, &name);
        count += 1;
    }
    count
}

/// The mean of the kernel's four shifts by 0 or 1 pixel down and right.
///
/// The four 3x3 windows of a pooled pixel start at rows and columns `2i - 1` and `2i` and lie in the
/// 4x4 window that starts at `2i - 1`; beyond the border all of them read zeros, so padding stays 1.
fn pooled(conv: &Conv) -> Conv {
    let (to, from, _, _) = conv.weight.dim();
    let quarter = conv.weight.mapv(|w| f64::from(w) / 4.0);
    let mut sum = Array4::<f64>::zeros((to, from, 4, 4));
    for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut window = sum.slice_mut(s![.., .., down..down + 3, right..right + 3]);
        window += &quarter;
    }
    Conv {
        weight: sum.mapv(|w| w as f32),
        bias: conv.bias.clone(),
        stride: 2,
        pads: [1; 4],
        groups: 1,
    }
}
