//! Convolutions beside pooling and upsampling, and as matrix products.

use super::{assert_exact, both, conv, graph, vector, weight};
use crate::{fixture::noise, reference, runtime};
use model_export::{graph::op::Op, rewrite};
use ndarray::Axis;

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
fn upsampled_convolution_from_nine_products_is_exact_and_costs_a_quarter() {
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
fn pooled_convolution_from_nine_products_is_exact_and_costs_a_quarter() {
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
