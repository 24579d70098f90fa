//! The adversarial loss, in logits and non-saturating.

use crate::ranks::Group;
use tch::{Kind, Tensor};

/// Section 3.3, Yang et al. 2021, `L_adv`: `mean(-log sigmoid(D))` of images that are to count as real.
///
/// The discriminator minimises it on real images, the editor on its own.
///
/// # Shapes
/// `logits [N]`, above 0 = real -> scalar.
///
/// # Deviations
/// As a min-max game the editor would minimise `log(1 - D)`. Like the official code and StarGAN v2 (Choi
/// et al. 2020) it maximises `log D`, whose gradient does not vanish while the discriminator wins.
pub(crate) fn adversarial_real(logits: &Tensor) -> Tensor {
    (-logits).softplus().mean(Kind::Float)
}

/// The same as a mean over some of the images: `examples [N]` is 1 for those and 0 for others. Without any it
/// is 0.
pub(crate) fn adversarial_examples(logits: &Tensor, examples: &Tensor, group: &Group) -> Tensor {
    mean_of_examples(&(-logits).softplus(), examples, group)
}

/// The mean of `values [N]` where `examples [N]` is 1 in the whole batch; 0 without any.
///
/// Ranks with fewer examples count for less: what is averaged over them is their sum by the mean number of a rank.
pub(super) fn mean_of_examples(values: &Tensor, examples: &Tensor, group: &Group) -> Tensor {
    let fewest = 1.0 / group.ranks() as f64;
    let count = group.mean(examples.sum(Kind::Float)).clamp_min(fewest);
    (values * examples).sum(Kind::Float) / count
}

/// Section 3.3, Yang et al. 2021, `L_adv`: `mean(-log(1 - sigmoid(D)))` of fake images.
///
/// # Shapes
/// `logits [N]`, above 0 = real -> scalar.
pub(crate) fn adversarial_fake(logits: &Tensor) -> Tensor {
    logits.softplus().mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undecided_logits_cost_the_logarithm_of_two() {
        let logits = Tensor::zeros([3], tch::kind::FLOAT_CPU);
        for loss in [adversarial_real(&logits), adversarial_fake(&logits)] {
            assert!((loss.double_value(&[]) - 2.0_f64.ln()).abs() < 1e-6);
        }
    }

    #[test]
    fn only_examples_count() {
        let logits = Tensor::from_slice(&[0.0_f32, -100.0]);
        let real = |examples: [f32; 2]| {
            adversarial_examples(&logits, &Tensor::from_slice(&examples), &Group::alone())
                .double_value(&[])
        };
        assert!((real([1.0, 0.0]) - 2.0_f64.ln()).abs() < 1e-6);
        assert!((real([1.0, 1.0]) - f64::midpoint(2.0_f64.ln(), 100.0)).abs() < 1e-4);
        assert_eq!(real([0.0, 0.0]), 0.0);
    }

    #[test]
    fn the_gradient_is_the_probability_of_the_wrong_answer() {
        let logits = Tensor::from_slice(&[-2.0_f32]).set_requires_grad(true);
        let sigmoid = 1.0 / (1.0 + 2.0_f64.exp());
        for (loss, expected) in [
            (adversarial_real(&logits), sigmoid - 1.0),
            (adversarial_fake(&logits), sigmoid),
        ] {
            let gradient = Tensor::run_backward(&[loss], &[&logits], false, false).remove(0);
            assert!((gradient.double_value(&[0]) - expected).abs() < 1e-6);
        }
    }
}
