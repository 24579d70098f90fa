//! The price of adding something where the discriminator does not look.

use tch::{Kind, Tensor};

/// `||w d||_1`: the mean absolute addition to the image outside the discriminator's square.
///
/// # Shapes
/// Additions `d [N,C,S,S]`; `w [1,1,S,S]`, 1 outside the square and 0 inside -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021, whose discriminator sees all of an image. Without it the other losses find marks that tell them
/// what they want to hear, as cycle consistency is known for (Chu et al., "CycleGAN, a Master of Steganography", 2017).
pub(crate) fn unseen(added: &Tensor, outside: &Tensor) -> Tensor {
    (added.abs() * outside).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_outside_costs() {
        let outside = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        let added = Tensor::from_slice(&[-0.4_f32, 1.0, 1.0, 1.0]).reshape([1, 1, 2, 2]);
        let cost = unseen(&added, &outside).double_value(&[]);
        assert!((cost - 0.1).abs() < 1e-6);
    }
}
