//! Every rewrite alone: the plain and the rewritten graph give the same numbers, borders included.

use crate::{fixture::noise, reference, runtime};
use model_export::{
    graph::Graph,
    onnx,
    op::{Conv, Op},
    rewrite::{self, Pass},
};
use ndarray::{Array1, Array4, ArrayD, Axis};

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
fn pooled_convolution_is_exact_at_the_borders_and_costs_four_ninths() {
    if runtime::is_missing("pooled_convolution") {
        return;
    }
    // 2x2 images are nothing but borders.
    for side in [2, 4, 10] {
        let nodes: [(&str, Op, &[&str]); 2] = [
            ("c", conv(3, 5, 3, 1), &["x"]),
            ("p", Op::AveragePool2, &["c"]),
        ];
        let plain = graph(&[3, side, side], &nodes);
        let rewritten = assert_exact(&plain, rewrite::pooled_conv::PASS);
        let (before, after) = (plain.cost().unwrap(), rewritten.cost().unwrap());
        assert_eq!(after.multiply_adds * 9, before.multiply_adds * 4);
    }
}

#[test]
fn upsampled_convolution_is_exact_at_the_borders_and_costs_four_ninths() {
    if runtime::is_missing("upsampled_convolution") {
        return;
    }
    for side in [1, 2, 5] {
        let nodes: [(&str, Op, &[&str]); 2] = [
            ("u", Op::NearestUp2, &["x"]),
            ("c", conv(3, 5, 3, 1), &["u"]),
        ];
        let plain = graph(&[3, side, side], &nodes);
        let rewritten = assert_exact(&plain, rewrite::upsampled_conv::PASS);
        let (before, after) = (plain.cost().unwrap(), rewritten.cost().unwrap());
        assert_eq!(after.multiply_adds * 9, before.multiply_adds * 4);
    }
}

#[test]
fn upsampled_convolution_from_nine_products_is_exact_at_the_borders_and_costs_a_quarter() {
    if runtime::is_missing("upsampled_products") {
        return;
    }
    let channels = rewrite::upsampled_products::LEAST_CHANNELS;
    for side in [1, 2, 5] {
        let nodes: [(&str, Op, &[&str]); 2] = [
            ("u", Op::NearestUp2, &["x"]),
            ("c", conv(channels, channels + 4, 3, 1), &["u"]),
        ];
        let plain = graph(&[channels, side, side + 1], &nodes);
        let rewritten = assert_exact(&plain, rewrite::upsampled_products::PASS);
        let (before, after) = (plain.cost().unwrap(), rewritten.cost().unwrap());
        assert_eq!(after.multiply_adds * 4, before.multiply_adds);
    }
}

#[test]
fn pooled_convolution_from_nine_products_is_exact_at_the_borders_and_costs_a_quarter() {
    if runtime::is_missing("pooled_products") {
        return;
    }
    let channels = rewrite::pooled_products::LEAST_CHANNELS;
    for side in [2, 4, 10] {
        let nodes: [(&str, Op, &[&str]); 2] = [
            ("c", conv(channels, channels + 4, 3, 1), &["x"]),
            ("p", Op::AveragePool2, &["c"]),
        ];
        let plain = graph(&[channels, side, side + 2], &nodes);
        let rewritten = assert_exact(&plain, rewrite::pooled_products::PASS);
        let (before, after) = (plain.cost().unwrap(), rewritten.cost().unwrap());
        assert_eq!(after.multiply_adds * 4, before.multiply_adds);
    }
}

#[test]
fn winograd_products_are_exact_at_the_borders_and_cost_four_ninths() {
    if runtime::is_missing("winograd") {
        return;
    }
    let channels = rewrite::winograd::LEAST_CHANNELS;
    for side in [2, 4, 10] {
        let nodes: [(&str, Op, &[&str]); 1] = [("c", conv(channels, channels + 4, 3, 1), &["x"])];
        let plain = graph(&[channels, side, side + 2], &nodes);
        let rewritten = assert_exact(&plain, rewrite::winograd::PASS);
        let (before, after) = (plain.cost().unwrap(), rewritten.cost().unwrap());
        assert_eq!(after.multiply_adds * 9, before.multiply_adds * 4);
    }
}

#[test]
fn tensors_that_no_operator_reads_and_dead_operators_are_left_out() {
    if runtime::is_missing("dead_weights") {
        return;
    }
    let nodes: [(&str, Op, &[&str]); 2] = [
        ("dead", conv(3, 5, 3, 1), &["x"]),
        ("y", conv(3, 5, 1, 0), &["x"]),
    ];
    let mut plain = graph(&[3, 4, 4], &nodes);
    plain
        .unused
        .push(("attention.weight".into(), noise(&[7], 1)));
    let rewritten = assert_exact(&plain, rewrite::dead_weights::PASS);
    let saved = plain.cost().unwrap().parameters - rewritten.cost().unwrap().parameters;
    assert_eq!(saved, 7 + 5 * 3 * 9 + 5);
}

#[test]
fn runtime_operators_agree_with_the_reference_at_the_borders() {
    if runtime::is_missing("runtime_operators") {
        return;
    }
    let nodes: [(&str, Op, &[&str]); 3] = [
        ("u", Op::NearestUp2, &["x"]),
        ("c", conv(2, 3, 3, 1), &["u"]),
        ("p", Op::AveragePool2, &["c"]),
    ];
    let (found, ..) = both(&graph(&[2, 3, 3], &nodes), rewrite::upsampled_conv::PASS);
    let x = noise(&[2, 2, 3, 3], 60).mapv(f64::from);
    let (weight, bias) = (
        weight(3, 2, 3, 50).mapv(f64::from),
        vector(3, 51).mapv(f64::from),
    );
    for n in 0..2 {
        let x = x
            .index_axis(Axis(0), n)
            .to_owned()
            .into_dimensionality()
            .unwrap();
        let doubled = reference::nearest_up2(&x);
        let convolved = reference::conv(&doubled, weight.view(), Some(bias.view()), 1, 1);
        let expected = reference::average_pool2(&convolved).into_dyn();
        let found = found.index_axis(Axis(0), n).mapv(f64::from);
        assert!((found - expected).iter().all(|d| d.abs() < 1e-6));
    }
}

#[test]
fn pointwise_convolution_commutes_with_pooling_and_upsampling() {
    if runtime::is_missing("pointwise_convolution") {
        return;
    }
    let nodes: [(&str, Op, &[&str]); 2] = [
        ("c", conv(3, 5, 1, 0), &["x"]),
        ("p", Op::AveragePool2, &["c"]),
    ];
    let plain = graph(&[3, 6, 6], &nodes);
    let rewritten = assert_exact(&plain, rewrite::pointwise::PASS);
    assert_eq!(
        rewritten.cost().unwrap().multiply_adds * 4,
        plain.cost().unwrap().multiply_adds
    );
    let nodes: [(&str, Op, &[&str]); 2] = [
        ("u", Op::NearestUp2, &["x"]),
        ("c", conv(3, 5, 1, 0), &["u"]),
    ];
    let plain = graph(&[3, 3, 3], &nodes);
    let rewritten = assert_exact(&plain, rewrite::pointwise::PASS);
    assert_eq!(
        rewritten.cost().unwrap().multiply_adds * 4,
        plain.cost().unwrap().multiply_adds
    );
}

#[test]
fn batch_norm_folds_into_the_convolution() {
    if runtime::is_missing("batch_norm") {
        return;
    }
    let norm = Op::BatchNorm {
        scale: vector(5, 70),
        shift: vector(5, 71),
        mean: vector(5, 72),
        variance: vector(5, 73).mapv(|v| 1.0 + 0.9 * v),
        epsilon: 1e-5,
    };
    let plain = graph(
        &[3, 4, 4],
        &[("c", conv(3, 5, 3, 1), &["x"]), ("n", norm, &["c"])],
    );
    let rewritten = assert_exact(&plain, rewrite::batch_norm::PASS);
    assert_eq!(rewritten.nodes.len(), 1);
}

#[test]
fn bias_before_an_instance_norm_vanishes_but_not_where_a_shortcut_sees_it() {
    if runtime::is_missing("bias_before_norm") {
        return;
    }
    let nodes: [(&str, Op, &[&str]); 3] = [
        ("c", conv(3, 5, 3, 1), &["x"]),
        ("p", Op::AveragePool2, &["c"]),
        ("n", instance_norm(5), &["p"]),
    ];
    let plain = graph(&[3, 8, 8], &nodes);
    let rewritten = assert_exact(&plain, rewrite::bias_before_norm::PASS);
    assert_eq!(
        rewritten.cost().unwrap().parameters,
        plain.cost().unwrap().parameters - 5
    );

    let mut seen = plain.clone();
    seen.push("s", Op::Add, &["n", "p"]);
    seen.outputs[0].value = "s".into();
    let before = seen.clone();
    rewrite::apply(&mut seen, &[rewrite::bias_before_norm::PASS]);
    assert_eq!(seen, before);
}

#[test]
fn one_plus_gamma_folds_into_the_bias() {
    if runtime::is_missing("one_plus_gamma") {
        return;
    }
    let linear = Op::Linear {
        weight: noise(&[6, 4], 80).into_dimensionality().unwrap(),
        bias: vector(6, 81),
    };
    let shape = vec![6, 1, 1];
    let one = ArrayD::ones(vec![3, 1, 1]);
    let nodes: [(&str, Op, &[&str]); 6] = [
        ("fc", linear, &["x"]),
        ("columns", Op::Reshape { shape }, &["fc"]),
        ("gamma", Op::channels(0, 3), &["columns"]),
        ("beta", Op::channels(3, 6), &["columns"]),
        ("one_plus_gamma", Op::AddConstant { value: one }, &["gamma"]),
        ("y", Op::Multiply, &["one_plus_gamma", "beta"]),
    ];
    let rewritten = assert_exact(&graph(&[4], &nodes), rewrite::one_plus_gamma::PASS);
    assert_eq!(count(&rewritten, "Add"), 0);
}

/// A block with a shortcut without weights, then one whose shortcut has some, then a norm.
fn scaled_blocks() -> Graph {
    let factor = std::f32::consts::FRAC_1_SQRT_2;
    let leaky = Op::LeakyRelu { slope: 0.2 };
    let nodes: [(&str, Op, &[&str]); 12] = [
        ("stem", conv(3, 4, 3, 1), &["x"]),
        ("act", leaky.clone(), &["stem"]),
        ("c1", conv(4, 4, 3, 1), &["act"]),
        ("sum1", Op::Add, &["c1", "stem"]),
        ("b1", Op::Scale { factor }, &["sum1"]),
        ("act2", leaky, &["b1"]),
        ("c2", conv(4, 5, 3, 1), &["act2"]),
        ("short", conv(4, 5, 1, 0), &["b1"]),
        ("sum2", Op::Add, &["c2", "short"]),
        ("b2", Op::Scale { factor }, &["sum2"]),
        ("n", instance_norm(5), &["b2"]),
        ("y", Op::Add, &["n", "b2"]),
    ];
    graph(&[3, 6, 6], &nodes)
}

#[test]
fn constants_vanish_into_weights_even_behind_a_shortcut_without_any() {
    if runtime::is_missing("scale") {
        return;
    }
    let rewritten = assert_exact(&scaled_blocks(), rewrite::scale::PASS);
    assert_eq!(count(&rewritten, "Mul"), 0);
}

#[test]
fn constant_before_an_output_or_a_norm_alone_keeps_the_numbers() {
    if runtime::is_missing("scale at outputs") {
        return;
    }
    let half = Op::Scale { factor: 0.5 };
    // No layer can absorb it: it has to stay at the output.
    let kept = graph(
        &[3, 4, 4],
        &[
            ("a", Op::Relu, &["x"]),
            ("b", half.clone(), &["a"]),
            ("y", Op::Relu, &["b"]),
        ],
    );
    let rewritten = assert_exact(&kept, rewrite::scale::PASS);
    assert_eq!(count(&rewritten, "Mul"), 1);
    // A norm hides it but for its epsilon; small values make the epsilon count.
    let small = Op::Scale { factor: 0.01 };
    let hidden = graph(
        &[3, 4, 4],
        &[("b", small, &["x"]), ("y", instance_norm(3), &["b"])],
    );
    let rewritten = assert_exact(&hidden, rewrite::scale::PASS);
    assert_eq!(count(&rewritten, "Mul"), 0);
    // Two summands of different factors, neither adjustable.
    let nodes: [(&str, Op, &[&str]); 2] = [("b", half, &["x"]), ("y", Op::Add, &["x", "b"])];
    let mut plain = graph(&[3, 4, 4], &nodes);
    plain.push("z", Op::Relu, &["y"]);
    plain.outputs[0].value = "z".into();
    let mut rewritten = plain.clone();
    rewrite::apply(&mut rewritten, &[rewrite::scale::PASS]);
    assert_eq!(count(&rewritten, "Mul"), 1);
    assert!(rewritten.shapes().is_ok());
}

#[test]
fn layers_of_all_domains_become_one() {
    if runtime::is_missing("domain_heads") {
        return;
    }
    let linear = |seed: u64| Op::Linear {
        weight: noise(&[4, 4], seed).into_dimensionality().unwrap(),
        bias: vector(4, seed + 1),
    };
    let row = || Op::Reshape { shape: vec![1, 4] };
    let nodes: [(&str, Op, &[&str]); 9] = [
        ("t.0.0", linear(90), &["x"]),
        ("t.0.1", Op::Relu, &["t.0.0"]),
        ("t.0.2", linear(92), &["t.0.1"]),
        ("t.0.row", row(), &["t.0.2"]),
        ("t.1.0", linear(94), &["x"]),
        ("t.1.1", Op::Relu, &["t.1.0"]),
        ("t.1.2", linear(96), &["t.1.1"]),
        ("t.1.row", row(), &["t.1.2"]),
        ("y", Op::Concat { axis: 0 }, &["t.0.row", "t.1.row"]),
    ];
    let rewritten = assert_exact(&graph(&[4], &nodes), rewrite::domain_heads::PASS);
    assert_eq!(
        (count(&rewritten, "Gemm"), count(&rewritten, "MatMul")),
        (1, 1)
    );
    assert_eq!(count(&rewritten, "Concat"), 0);
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
