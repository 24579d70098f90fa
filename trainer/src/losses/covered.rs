//! The price of changing what is in front of a face.

use tch::{Kind, Tensor};

/// `||c (G(x, s~) - x)||_1`: the mean absolute change where something covers the face.
///
/// # Shapes
/// Real and edited images, each `[N,C,S,S]` in [-1, 1]; coverage `c [N,1,S,S]` in [0, 1] -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021.
pub(crate) fn covered(x: &Tensor, edited: &Tensor, coverage: &Tensor) -> Tensor {
    ((edited - x).abs() * coverage).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_covered_costs() {
        let x = Tensor::zeros([1, 1, 2, 2], tch::kind::FLOAT_CPU);
        let coverage = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        let edited = Tensor::from_slice(&[0.4_f32, 1.0, 1.0, 1.0]).reshape([1, 1, 2, 2]);
        let cost = covered(&x, &edited, &coverage).double_value(&[]);
        assert!((cost - 0.1).abs() < 1e-6);
    }
}
