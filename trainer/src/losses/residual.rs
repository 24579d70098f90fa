//! The residual loss: an edit changes no more than it has to.

use super::absolute::mean_absolute;
use tch::Tensor;

/// The pixel loss of Shen and Liu 2017, "Learning residual images for face attribute manipulation":
/// `||G(x, s~) - x||_1`.
///
/// # Shapes
/// Real and edited images, each `[N,C,S,S]` in [-1, 1] -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021.
pub(crate) fn residual(x: &Tensor, edited: &Tensor) -> Tensor {
    mean_absolute(edited, x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_edit_costs_nothing_and_a_change_its_mean_size() {
        let x = Tensor::zeros([1, 1, 2, 2], tch::kind::FLOAT_CPU);
        assert_eq!(residual(&x, &x).double_value(&[]), 0.0);
        assert!((residual(&x, &(&x - 0.5)).double_value(&[]) - 0.5).abs() < 1e-6);
    }
}
