//! `avg_pool2(conv3x3(x))` with nine products per pooled pixel and channel pair, where the plain form
//! has 36 and one convolution of stride 2 has 16.
//!
//! In one direction, with taps `w0, w1, w2` and `S = w0 + w1 + w2`, twice the pooled pixel is
//! `w0 x[2i-1] + (w0 + w1) x[2i] + (w1 + w2) x[2i+1] + w2 x[2i+2]
//!  = w0 (x[2i-1] - x[2i+1]) + S (x[2i] + x[2i+1]) + w2 (x[2i+2] - x[2i])`:
//! three products instead of four, and in two directions nine instead of 16. Beyond the border `x` is
//! 0, as the padding is.
//!
//! The differences and sums are memory traffic, so it pays only where there are many channels.

use super::{Pass, halves::Halves, pattern::Conv3x3, replace_each, taps};
use crate::graph::{
    Graph, Node,
    op::{Conv, Op},
};
use ndarray::{Axis, concatenate};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "pooled-products",
    skip: "no-pooled-products",
    summary: "3x3 convolution and 2x2 pooling as nine matrix products, where channels are many",
    apply,
};

/// Fewer input or output channels than this make the one convolution of [`super::pooled_conv`]
/// faster, as measured by `cargo bench -p model-export`.
pub const LEAST_CHANNELS: usize = 256;

/// The same for any number of channels, to measure where it pays.
pub const ALWAYS: Pass = Pass {
    apply: |graph| rewrite(graph, 1),
    ..PASS
};

fn apply(graph: &mut Graph) -> usize {
    rewrite(graph, LEAST_CHANNELS)
}

fn rewrite(graph: &mut Graph, least_channels: usize) -> usize {
    replace_each(graph, |graph, at| products(graph, at, least_channels))
}

/// What the pooling at `at` becomes, if a convolution that nothing else sees comes before it.
fn products(graph: &Graph, at: usize, least_channels: usize) -> Option<Vec<Node>> {
    let found = Conv3x3::before_pooling(graph, at)?.with_channels(least_channels)?;
    let [channels, height, width] = found.input_shape(graph)?;
    let Conv3x3 { node, conv, x, .. } = found;
    let mut made = Vec::new();
    let mut halves = Halves {
        name: &node.name,
        made: &mut made,
    };
    let pixels = halves.push("x.quarters", Op::SpaceToDepth2, &[x]);
    let rows = halves.pooled(&pixels, "x", 1, 2 * channels, height / 2);
    let names = ["above", "within", "below"];
    let maps: Vec<String> = rows
        .iter()
        .zip(names)
        .flat_map(|(map, name)| halves.pooled(map, name, 2, channels, width / 2))
        .collect();
    let maps: Vec<&str> = maps.iter().map(String::as_str).collect();
    let joined = halves.push("maps", Op::Concat { axis: 0 }, &maps);
    let matrices = taps::nine_matrices(&conv.weight, 0.25);
    let views: Vec<_> = matrices.iter().map(|matrix| matrix.view()).collect();
    let weight = concatenate(Axis(1), &views).ok()?;
    let weight = weight.insert_axis(Axis(2)).insert_axis(Axis(3));
    let op = Op::Conv(Conv::new(weight, conv.bias.clone(), 0));
    let node = Node::new(graph.nodes[at].name.clone(), op, &[&joined])
        .with_doc("avg_pool2(conv3x3(x)) from nine products");
    made.push(node);
    Some(made)
}
