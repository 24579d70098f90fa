//! The residual loss: an edit changes no more than it has to.

use tch::{Kind, Tensor};

/// The pixel loss of Shen and Liu 2017, "Learning residual images for face attribute manipulation":
/// `||G(x, s~) - x||_1`; of a displacement output, the size of its difference `||d||_1`.
///
/// # Shapes
/// What is added `[N,C,S,S]` -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021.
pub(crate) fn residual(added: &Tensor) -> Tensor {
    added.abs().mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_edit_costs_nothing_and_a_change_its_mean_size() {
        let nothing = Tensor::zeros([1, 1, 2, 2], tch::kind::FLOAT_CPU);
        assert_eq!(residual(&nothing).double_value(&[]), 0.0);
        assert!((residual(&(nothing - 0.5)).double_value(&[]) - 0.5).abs() < 1e-6);
    }
}
