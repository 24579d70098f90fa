//! The price of changing what the discriminator does not look at.

use tch::{Kind, Tensor};

/// `||w (G(x, s~) - x)||_1`: the mean absolute change outside the discriminator's square.
///
/// # Shapes
/// Real and edited images, each `[N,C,S,S]` in [-1, 1]; `w [1,1,S,S]`, 1 outside the square and 0 inside -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021, whose discriminator sees all of an image. Without it the other losses find marks there that tell
/// them what they want to hear, as cycle consistency is known for (Chu et al., "CycleGAN, a Master of Steganography", 2017),
/// and eyes that the classifier takes for serious ones.
pub(crate) fn unseen(x: &Tensor, edited: &Tensor, outside: &Tensor) -> Tensor {
    ((edited - x).abs() * outside).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_outside_costs() {
        let x = Tensor::zeros([1, 1, 2, 2], tch::kind::FLOAT_CPU);
        let outside = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        let edited = Tensor::from_slice(&[-0.4_f32, 1.0, 1.0, 1.0]).reshape([1, 1, 2, 2]);
        let cost = unseen(&x, &edited, &outside).double_value(&[]);
        assert!((cost - 0.1).abs() < 1e-6);
    }
}
