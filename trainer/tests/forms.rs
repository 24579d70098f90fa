//! Rewritten convolutions give the plain ones' numbers, borders and gradients included.

use crate::fixtures::assert_close;
use tch::{Device, Kind, Tensor, nn::VarStore};
use trainer::networks::{Form, layers::Convolution};

fn compare(name: &str, run: impl Fn(&Convolution, &Tensor, Form) -> Tensor) {
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
        let gradients = Tensor::run_backward(&[loss], &[&x, weight], false, false);
        (y, gradients)
    };
    let (plain, plain_gradients) = result(Form::Plain);
    let (rewritten, rewritten_gradients) = result(Form::Rewritten);
    assert_close(name, &rewritten, &plain, 1e-5);
    for (rewritten, plain) in rewritten_gradients.iter().zip(&plain_gradients) {
        assert_close(&format!("{name}: gradient"), rewritten, plain, 1e-5);
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
