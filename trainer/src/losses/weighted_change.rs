//! The price of changing places that an edit has to leave alone.

use tch::{Kind, Tensor};

/// `||w (G(x, s~) - x)||_1`: the mean absolute change where `w` is, which is what covers a face, or all that the
/// discriminator does not look at.
///
/// # Shapes
/// Real and edited images, each `[N,C,S,S]` in [-1, 1]; weights `w [N,1,S,S]` or `[1,1,S,S]` in [0, 1] -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021, whose faces nothing covers and whose discriminator sees all of an image.
pub(crate) fn weighted_change(x: &Tensor, edited: &Tensor, weights: &Tensor) -> Tensor {
    ((edited - x).abs() * weights).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_weight_costs() {
        let x = Tensor::zeros([1, 1, 2, 2], tch::kind::FLOAT_CPU);
        let weights = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        for change in [0.4_f32, -0.4] {
            let edited = Tensor::from_slice(&[change, 1.0, 1.0, 1.0]).reshape([1, 1, 2, 2]);
            let cost = weighted_change(&x, &edited, &weights).double_value(&[]);
            assert!((cost - 0.1).abs() < 1e-6);
        }
    }
}
