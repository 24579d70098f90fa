//! The perceptual loss: an edited face keeps the features of the original.

use super::absolute::mean_absolute;
use tch::Tensor;

/// Section 3.3, Yang et al. 2021, `L_per = ||F(x) - F(G(x, s~))||_1`.
///
/// # Shapes
/// Features of real and of edited images, `[N,f]` -> scalar.
///
/// # Deviations
/// Without ResNet18 weights in the settings, `F` is the run's own attribute classifier.
pub(crate) fn perceptual(features: &Tensor, features_edited: &Tensor) -> Tensor {
    mean_absolute(features, features_edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_features_cost_nothing_and_others_their_mean_distance() {
        let a = Tensor::from_slice2(&[[1.0_f32, 2.0, 3.0]]);
        let b = Tensor::from_slice2(&[[1.0_f32, 0.0, 4.0]]);
        assert_eq!(perceptual(&a, &a).double_value(&[]), 0.0);
        assert!((perceptual(&a, &b).double_value(&[]) - 1.0).abs() < 1e-6);
    }
}
