//! What an edit has to be, where its truth is known: the losses of supervised training on counterfactual pairs.
//!
//! Not in Yang et al. 2021, who have no pairs; see [`crate::data::Truth`].

use super::absolute::mean_absolute;
use tch::{Kind, Tensor};

/// `||G(x, s~) - x~||_1`: the edit is the face's twin in the target domain.
///
/// # Shapes
/// Edited images and twins, each `[N,C,S,S]` in [-1, 1] -> scalar.
pub(crate) fn counterfactual(edited: &Tensor, twin: &Tensor) -> Tensor {
    mean_absolute(edited, twin)
}

/// `||m (u - u~)||_1`: the skin moves as it did between the twins. A mean over all elements, known or not, so that a
/// batch shared out among ranks has the loss of the whole.
///
/// # Shapes
/// Fields `u` and `u~ [N,2,F,F]`, shares of the image's side; `m [N,1,F,F]` in [0, 1] -> scalar.
pub(crate) fn true_displacement(u: &Tensor, truth: &Tensor, skin: &Tensor) -> Tensor {
    ((u - truth).abs() * skin).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_displacements_cost() {
        let kind = tch::kind::FLOAT_CPU;
        let truth = Tensor::zeros([1, 2, 2, 2], kind);
        let u = Tensor::full([1, 2, 2, 2], 0.04, kind);
        let skin = Tensor::from_slice(&[1.0_f32, 0.5, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        let cost = true_displacement(&u, &truth, &skin).double_value(&[]);
        assert!((cost - 0.04 * 1.5 / 4.0).abs() < 1e-7, "{cost}");
        assert_eq!(true_displacement(&u, &u, &skin).double_value(&[]), 0.0);
    }
}
