//! Rewritten convolutions give the plain ones' numbers, borders and gradients included; so do the
//! activation and the optimiser.

use crate::fixtures::assert_close;
use tch::{
    Device, Kind, Tensor,
    nn::{Init, VarStore},
};
use trainer::{
    networks::{
        ConvolutionForm, Rewrite,
        layers::{Convolution, leaky_relu},
    },
    optimiser::{Adam, AdamSettings},
};

fn compare(name: &str, run: impl Fn(&Convolution, &Tensor, ConvolutionForm) -> Tensor) {
    tch::manual_seed(3);
    let store = VarStore::new(Device::Cpu);
    let convolution = Convolution::new(&store.root(), 3, 5, 3);
    let weight = &store.variables()["weight"];
    let x = Tensor::randn([2, 3, 6, 8], (Kind::Float, Device::Cpu));
    let result = |form| {
        let x = x.detach().set_requires_grad(true);
        let y = run(&convolution, &x, form);
        // A loss that weighs every output pixel differently, so that no border can hide.
        let ramp = Tensor::arange(y.numel() as i64, (Kind::Float, Device::Cpu)) / 50.0;
        let loss = (&y * ramp.reshape(y.size().as_slice()).sin()).sum(Kind::Float);
        let mut gradients = Tensor::run_backward(&[loss], &[&x, weight], true, true);
        // As R1 does: the gradient at the image is itself differentiated, here by the kernel.
        let penalty = gradients[0].square().sum(Kind::Float);
        gradients.extend(Tensor::run_backward(&[penalty], &[weight], false, false));
        (y, gradients)
    };
    let (plain, plain_gradients) = result(ConvolutionForm::Plain);
    for rewrite in [Rewrite::SpreadKernel, Rewrite::BoxFilter] {
        let name = format!("{name}, {rewrite:?}");
        let (rewritten, rewritten_gradients) = result(ConvolutionForm::Always(rewrite));
        assert_close(&name, &rewritten, &plain, 1e-5);
        for (rewritten, plain) in rewritten_gradients.iter().zip(&plain_gradients) {
            assert_close(&format!("{name}: gradient"), rewritten, plain, 1e-5);
        }
    }
}

#[test]
fn pooling_folds_into_the_convolution_before_it() {
    let _alone = crate::small::alone();
    compare("pooled", Convolution::forward_pooled);
}

#[test]
fn upsampling_folds_into_the_convolution_behind_it() {
    let _alone = crate::small::alone();
    compare("upsampled", Convolution::forward_upsampled);
}

#[test]
fn leaky_relu_has_its_slope_in_value_gradient_and_second_gradient() {
    let _alone = crate::small::alone();
    let x = Tensor::from_slice(&[-2.0_f32, -0.5, 0.5, 3.0]).set_requires_grad(true);
    let weight = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 4.0]).set_requires_grad(true);
    let y = leaky_relu(&x);
    let expected = Tensor::from_slice(&[-0.4_f32, -0.1, 0.5, 3.0]);
    assert_close("value", &y, &expected, 1e-6);
    let loss = (&y * &weight).sum(Kind::Float);
    let gradient = Tensor::run_backward(&[loss], &[&x], true, true).remove(0);
    let expected = Tensor::from_slice(&[0.2_f32, 0.4, 3.0, 4.0]);
    assert_close("gradient", &gradient, &expected, 1e-6);
    let penalty = gradient.square().sum(Kind::Float);
    let second = Tensor::run_backward(&[penalty], &[&weight], false, false).remove(0);
    let expected = Tensor::from_slice(&[0.08_f32, 0.16, 6.0, 8.0]);
    assert_close("second gradient", &second, &expected, 1e-6);
}

/// Adam (Kingma and Ba 2015, algorithm 1) of one number, with the decay added to its gradients.
#[test]
fn adam_follows_its_formulas() {
    let _alone = crate::small::alone();
    let settings = AdamSettings {
        learning_rate: 0.1,
        beta1: 0.9,
        beta2: 0.99,
        weight_decay: 0.01,
    };
    let store = VarStore::new(Device::Cpu);
    let parameter = store.root().var("p", &[1], Init::Const(2.0));
    let unused = store.root().var("unused", &[1], Init::Const(5.0));
    let mut adam = Adam::new(&store, settings);
    let (mut expected, mut first, mut second) = (2.0_f64, 0.0, 0.0);
    for step in 1..=4 {
        adam.descend(&(parameter.square().sum(Kind::Float) * 0.5));
        let gradient = expected + settings.weight_decay * expected;
        first = 0.9 * first + 0.1 * gradient;
        second = 0.99 * second + 0.01 * gradient * gradient;
        let (m, v) = (
            first / (1.0 - 0.9_f64.powi(step)),
            second / (1.0 - 0.99_f64.powi(step)),
        );
        expected -= 0.1 * m / (v.sqrt() + 1e-8);
        let found = parameter.double_value(&[0]);
        assert!(
            (found - expected).abs() < 1e-5,
            "step {step}: {found}, expected {expected}"
        );
    }
    assert_eq!(unused.double_value(&[0]), 5.0);
}
