//! The cycle-consistency loss: an edit can be undone.

use super::absolute::mean_absolute;
use tch::Tensor;

/// Section 3.3, Yang et al. 2021, `L_cyc = ||x - G(G(x, s~), s)||_1`.
///
/// # Shapes
/// Real images and their reconstructions, each `[N,C,S,S]` in [-1, 1] -> scalar.
pub(crate) fn cycle(x: &Tensor, reconstructed: &Tensor) -> Tensor {
    mean_absolute(x, reconstructed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_counts_alike_and_its_gradient_is_its_sign() {
        let x = Tensor::from_slice(&[0.0_f32, 0.5, -1.0, 1.0]).reshape([1, 1, 2, 2]);
        let again = Tensor::from_slice(&[0.5_f32, 0.0, -1.0, 1.0])
            .reshape([1, 1, 2, 2])
            .set_requires_grad(true);
        let loss = cycle(&x, &again);
        assert!((loss.double_value(&[]) - 0.25).abs() < 1e-6);
        let gradient = Tensor::run_backward(&[loss], &[&again], false, false).remove(0);
        let gradient = Vec::<f32>::try_from(gradient.reshape([-1])).unwrap();
        assert_eq!(gradient, [0.25, -0.25, 0.0, 0.0]);
    }
}
