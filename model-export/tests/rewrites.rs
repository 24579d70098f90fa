//! Every rewrite alone: the plain and the rewritten graph give the same numbers, borders included.

mod constants;
mod convolutions;

use crate::{fixture::noise, runtime};
use model_export::{
    graph::{
        Graph,
        op::{Conv, Op},
    },
    onnx,
    rewrite::{self, Pass},
};
use ndarray::{Array1, Array4, ArrayD};

/// Rounding alone; a forgotten border or bias is a thousand times larger.
const TOLERANCE: f32 = 1e-5;

fn weight(to: usize, from: usize, side: usize, seed: u64) -> Array4<f32> {
    let values = noise(&[to, from, side, side], seed);
    let spread = (from * side * side) as f32;
    values
        .mapv(|v| v / spread.sqrt())
        .into_dimensionality()
        .unwrap()
}

fn vector(length: usize, seed: u64) -> Array1<f32> {
    noise(&[length], seed).into_dimensionality().unwrap()
}

fn conv(from: usize, to: usize, side: usize, padding: usize) -> Op {
    let bias = Some(vector(to, 51));
    Op::Conv(Conv::new(weight(to, from, side, 50), bias, padding))
}

fn instance_norm(channels: usize) -> Op {
    Op::InstanceNorm {
        scale: vector(channels, 52),
        shift: vector(channels, 53),
        epsilon: 1e-5,
    }
}

/// A graph with the input `x` of `shape`; the last node is its output `y`.
fn graph(shape: &[usize], nodes: &[(&str, Op, &[&str])]) -> Graph {
    let mut graph = Graph::new("test", "");
    graph.input("x", shape);
    let mut last = String::new();
    for (name, op, inputs) in nodes {
        last = graph.push(*name, op.clone(), inputs);
    }
    graph.output(&last, "y");
    graph
}

/// Both results for two random inputs, after checking that `pass` changed something.
fn both(plain: &Graph, pass: Pass) -> (ArrayD<f32>, ArrayD<f32>, Graph) {
    let mut rewritten = plain.clone();
    rewrite::apply(&mut rewritten, &[pass]);
    assert_ne!(*plain, rewritten, "{} found nothing to do", pass.name);
    let x = noise(&[&[2], plain.inputs[0].1.as_slice()].concat(), 60);
    let run = |graph: &Graph| {
        let bytes = onnx::encode(graph, &[]).unwrap();
        runtime::run(&bytes, &[("x", &x)]).remove("y").unwrap()
    };
    (run(plain), run(&rewritten), rewritten)
}

fn assert_exact(plain: &Graph, pass: Pass) -> Graph {
    let (before, after, rewritten) = both(plain, pass);
    assert_eq!(before.shape(), after.shape());
    let difference = (&before - &after).mapv(f32::abs);
    let worst = difference.iter().copied().fold(0.0, f32::max);
    println!("{}: max|diff| {worst:.2e}", pass.name);
    assert!(worst <= TOLERANCE, "{}: {worst}", pass.name);
    rewritten
}

fn count(graph: &Graph, name: &str) -> usize {
    graph
        .nodes
        .iter()
        .filter(|node| node.op.name() == name)
        .count()
}

#[test]
fn every_rewrite_has_its_own_name() {
    let mut names = rewrite::PASSES.map(|pass| pass.name);
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    for pass in rewrite::PASSES {
        assert_eq!(pass.skip, format!("no-{}", pass.name));
    }
}
