//! The R1 penalty of the discriminator.

use super::adversarial::mean_of_examples;
use crate::ranks::Group;
use tch::{Kind, Tensor};

/// R1 (Mescheder et al. 2018): `0.5 ||dD(x) / dx||^2`, summed over pixels, mean over the images whose `examples`
/// is 1.
///
/// # Shapes
/// `logits [N]` of real images `x [N,C,S,S]` that require a gradient, `examples [N]` -> scalar, differentiable.
///
/// # Deviations
/// Not among the equations of Yang et al. 2021; their code has it, from StarGAN v2.
pub(crate) fn r1_penalty(logits: &Tensor, x: &Tensor, examples: &Tensor, group: &Group) -> Tensor {
    let gradients = Tensor::run_backward(&[logits.sum(Kind::Float)], &[x], true, true);
    let squares = gradients[0].square().flatten(1, -1);
    let norms = squares.sum_dim_intlist([1].as_slice(), false, Kind::Float);
    mean_of_examples(&norms, examples, group) * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_discriminator_is_charged_half_its_squared_slope() {
        let x = Tensor::ones([2, 1, 2, 2], tch::kind::FLOAT_CPU).set_requires_grad(true);
        let slope = Tensor::from(3.0_f32).set_requires_grad(true);
        let logits = (&x * &slope).sum_dim_intlist([1, 2, 3].as_slice(), false, Kind::Float);
        let examples = Tensor::from_slice(&[1.0_f32, 0.0]);
        let penalty = r1_penalty(&logits, &x, &examples, &Group::alone());
        // Four pixels of slope 3 each; the image that is no example does not halve it.
        assert!((penalty.double_value(&[]) - 0.5 * 4.0 * 9.0).abs() < 1e-6);
        let gradient = Tensor::run_backward(&[penalty], &[&slope], false, false).remove(0);
        assert!((gradient.double_value(&[]) - 4.0 * 3.0).abs() < 1e-6);
    }
}
