//! `conv3x3(x)` with 16 products per 2x2 pixels and channel pair, where the plain form has 36: Winograd's
//! minimal filtering F(2x2, 3x3) (Lavin and Gray 2016).
//!
//! In one direction, of the pixels `d0 = x[2i-1] .. d3 = x[2i+2]`, with taps `g0, g1, g2`:
//! `m0 = g0 (d0 - d2)`, `m1 = (g0 + g1 + g2) / 2 (d1 + d2)`, `m2 = (g0 - g1 + g2) / 2 (d2 - d1)`,
//! `m3 = g2 (d1 - d3)`, and the pixels `2i` and `2i+1` are `m0 + m1 + m2` and `m1 - m2 - m3`. Beyond the
//! border `x` is 0, as the padding is.
//!
//! The sums are memory traffic, so it pays only where there are many channels.

use super::{Pass, halves::Halves, pattern::Conv3x3, replace_each};
use crate::graph::{
    Graph, Node,
    op::{Conv, Op},
};
use ndarray::{Array1, Array4, ArrayView4, Axis, concatenate, s};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "winograd-products",
    skip: "no-winograd-products",
    summary: "3x3 convolutions as 16 matrix products for 2x2 pixels, where channels are many",
    apply: |graph| rewrite(graph, LEAST_CHANNELS),
};

/// The same for any number of channels, to measure where it pays.
pub const ALWAYS: Pass = Pass {
    apply: |graph| rewrite(graph, 1),
    ..PASS
};

/// Fewer input or output channels than this make the plain convolution faster, as measured by
/// `cargo bench -p model-export`.
pub const LEAST_CHANNELS: usize = 512;

fn rewrite(graph: &mut Graph, least_channels: usize) -> usize {
    replace_each(graph, |graph, at| products(graph, at, least_channels))
}

fn products(graph: &Graph, at: usize, least_channels: usize) -> Option<Vec<Node>> {
    let found = Conv3x3::at(graph, at)?.with_channels(least_channels)?;
    let [_, height, width] = found.input_shape(graph)?;
    let Conv3x3 { node, conv, x, .. } = found;
    let [from, to] = conv.channels();
    if height % 2 != 0 || width % 2 != 0 {
        return None;
    }
    let mut made = Vec::new();
    let mut halves = Halves {
        name: &node.name,
        made: &mut made,
    };
    let pixels = halves.push("x.quarters", Op::SpaceToDepth2, &[x]);
    let rows = halves.tiled(&pixels, "x", 1, 2 * from, height / 2);
    let mut maps = Vec::new();
    for (i, map) in rows.iter().enumerate() {
        maps.extend(halves.tiled(map, &format!("row{i}"), 2, from, width / 2));
    }
    let maps: Vec<&str> = maps.iter().map(String::as_str).collect();
    let joined = halves.push("maps", Op::Concat { axis: 0 }, &maps);
    let op = Op::Conv(Conv {
        groups: 16,
        ..Conv::new(matrices(conv)?, bias(conv), 0)
    });
    let product = halves.push("products", op, &[&joined]);
    let rows = untiled(&mut halves, &product, "rows", 4 * to);
    let mut phases = Vec::new();
    for (p, row) in rows.iter().enumerate() {
        phases.extend(untiled(&mut halves, row, &format!("columns{p}"), to));
    }
    let phases: Vec<&str> = phases.iter().map(String::as_str).collect();
    let joined = halves.push("phases", Op::Concat { axis: 0 }, &phases);
    let node = Node::new(node.name.clone(), Op::DepthToSpace2, &[&joined])
        .with_doc("conv3x3(x) from 16 products for 2x2 pixels (Winograd)");
    made.push(node);
    Some(made)
}

/// `m0 + m1 + m2` and `m1 - m2 - m3` of the four parts of `channels` channels each.
fn untiled(halves: &mut Halves<'_>, x: &str, label: &str, channels: usize) -> [String; 2] {
    let parts = [0, 1, 2, 3].map(|i| {
        let op = Op::channels(i * channels, (i + 1) * channels);
        halves.push(&format!("{label}.m{i}"), op, &[x])
    });
    let name = |part: &str| format!("{label}.{part}");
    let sum = halves.push(&name("m01"), Op::Add, &[&parts[0], &parts[1]]);
    let difference = halves.push(&name("m12"), Op::Subtract, &[&parts[1], &parts[2]]);
    [
        halves.push(&name("even"), Op::Add, &[&sum, &parts[2]]),
        halves.push(&name("odd"), Op::Subtract, &[&difference, &parts[3]]),
    ]
}

/// The 16 matrices one below the other, `[16 C',C,1,1]`, row by row.
fn matrices(conv: &Conv) -> Option<Array4<f32>> {
    let weight = conv.weight.mapv(f64::from);
    let mut matrices = Vec::new();
    for row in transformed(weight.view(), Axis(2)) {
        matrices.extend(transformed(row.view(), Axis(3)));
    }
    let views: Vec<_> = matrices.iter().map(|matrix| matrix.view()).collect();
    Some(concatenate(Axis(0), &views).ok()?.mapv(|w| w as f32))
}

/// In one direction: `g0`, `(g0 + g1 + g2) / 2`, `(g0 - g1 + g2) / 2`, `g2`.
fn transformed(weight: ArrayView4<'_, f64>, axis: Axis) -> [Array4<f64>; 4] {
    let tap = |i: usize| weight.slice_axis(axis, (i..=i).into());
    let outer = &tap(0) + &tap(2);
    [
        tap(0).to_owned(),
        (&outer + &tap(1)) / 2.0,
        (&outer - &tap(1)) / 2.0,
        tap(2).to_owned(),
    ]
}

/// The product of both sums, number 5, goes into all four pixels, and takes the bias with it.
fn bias(conv: &Conv) -> Option<Array1<f32>> {
    let to = conv.channels()[1];
    conv.bias.as_ref().map(|bias| {
        let mut all = Array1::zeros(16 * to);
        all.slice_mut(s![5 * to..6 * to]).assign(bias);
        all
    })
}
