//! Norms, biases, constants and layers that can be computed ahead, joined or left out.

use super::{assert_exact, conv, count, graph, instance_norm, vector};
use crate::{fixture::noise, runtime};
use model_export::{
    graph::{Graph, op::Op},
    rewrite,
};
use ndarray::ArrayD;

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
