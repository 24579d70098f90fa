//! `conv3x3(nearest_up2(x))` with nine products per small pixel and channel pair, where the plain form
//! has 36 and four convolutions have 16.
//!
//! In one direction, with taps `w0, w1, w2` and `S = w0 + w1 + w2`, the two pixels made of `x[i]` are
//! `w0 x[i-1] + (w1 + w2) x[i] = S x[i] + w0 (x[i-1] - x[i])` and
//! `(w0 + w1) x[i] + w2 x[i+1] = S x[i] + w2 (x[i+1] - x[i])`: three products for two pixels, and in two
//! directions nine for four. Beyond the border `x` is 0, as the padding is.
//!
//! The differences and sums are memory traffic, so it pays only where there are many channels.

use super::{Pass, pattern::Conv3x3, replace_each, taps};
use crate::graph::{
    Graph, Node,
    op::{Conv, Op},
};
use ndarray::Axis;

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "upsampled-products",
    skip: "no-upsampled-products",
    summary: "upsampling and 3x3 convolution as nine matrix products, where channels are many",
    apply,
};

/// Fewer input or output channels than this make the four convolutions of
/// [`super::upsampled_conv`] faster, as measured by `cargo bench -p model-export`.
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

fn products(graph: &Graph, at: usize, least_channels: usize) -> Option<Vec<Node>> {
    let found = Conv3x3::behind_upsampling(graph, at)?.with_channels(least_channels)?;
    let [_, height, width] = found.input_shape(graph)?;
    let Conv3x3 { node, conv, x, .. } = found;
    let mut made = Vec::new();
    let mut differences = Differences {
        name: &node.name,
        made: &mut made,
    };
    let columns = differences.of(x, "x", 2, width);
    let names = ["left", "middle", "right"];
    let maps: Vec<[String; 3]> = columns
        .iter()
        .zip(names)
        .map(|(map, name)| differences.of(map, name, 1, height))
        .collect();
    let mut product = |row: usize, column: usize| {
        let weight = taps::nine_matrices(&conv.weight, 1.0).swap_remove(3 * row + column);
        let weight = weight.insert_axis(Axis(2)).insert_axis(Axis(3));
        let bias = conv.bias.clone().filter(|_| (row, column) == (1, 1));
        let name = format!("{}.product{row}{column}", node.name);
        let op = Op::Conv(Conv::new(weight, bias, 0));
        made.push(Node::new(name.clone(), op, &[&maps[column][row]]));
        name
    };
    let products: Vec<String> = (0..9).map(|i| product(i / 3, i % 3)).collect();
    let mut phases = Vec::new();
    let mut sum = |name: String, a: &str, b: &str| {
        made.push(Node::new(name.clone(), Op::Add, &[a, b]));
        name
    };
    for p in [0, 1] {
        let rows = &products[3 * (2 * p) + 1];
        let base = sum(format!("{}.rows{p}", node.name), rows, &products[4]);
        for q in [0, 1] {
            let part = |part: &str| format!("{}.{part}{p}{q}", node.name);
            let columns = &products[3 + 2 * q];
            let both = &products[3 * (2 * p) + 2 * q];
            let lines = sum(part("lines"), columns, &base);
            phases.push(sum(part("phase"), both, &lines));
        }
    }
    let names: Vec<&str> = phases.iter().map(String::as_str).collect();
    let joined = Node::new(
        format!("{}.phases", node.name),
        Op::Concat { axis: 0 },
        &names,
    );
    let interleaved = Node::new(node.name.clone(), Op::DepthToSpace2, &[&joined.name])
        .with_doc("conv3x3(nearest_up2(x)) from nine products: the four phases interleaved");
    made.extend([joined, interleaved]);
    Some(made)
}

/// Makes the differences between neighbours.
struct Differences<'a> {
    name: &'a str,
    made: &'a mut Vec<Node>,
}

impl Differences<'_> {
    /// `x[i-1] - x[i]`, `x`, `x[i+1] - x[i]` along `axis` (1: rows, 2: columns) of `length`.
    fn of(&mut self, x: &str, label: &str, axis: usize, length: usize) -> [String; 3] {
        let part = |part: &str| format!("{}.{label}.{part}", self.name);
        let pads = match axis {
            1 => [1, 0, 1, 0],
            _ => [0, 1, 0, 1],
        };
        let padded = Node::new(part("padded"), Op::Pad { pads }, &[x]);
        let neighbour = |name: &str, start: usize| {
            let op = Op::Slice {
                axis,
                start,
                end: start + length,
            };
            Node::new(part(name), op, &[&padded.name])
        };
        let (before, after) = (neighbour("before", 0), neighbour("after", 2));
        let less = |name: &str, neighbour: &Node| {
            Node::new(part(name), Op::Subtract, &[&neighbour.name, x])
        };
        let (first, last) = (less("first", &before), less("last", &after));
        let names = [first.name.clone(), x.to_owned(), last.name.clone()];
        self.made.extend([padded, before, after, first, last]);
        names
    }
}
