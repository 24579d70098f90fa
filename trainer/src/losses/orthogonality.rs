//! The orthogonality loss: the two parts of a style code have nothing in common.

use crate::{config::OrthogonalityForm, networks::SplitStyle, ranks::Group};
use tch::{Kind, Tensor};

/// Keeps a cosine finite for codes that are all zero.
const SMALLEST_NORM: f64 = 1e-6;

/// Section 3.3, Yang et al. 2021, `L_ort = ||s_un * s_re||_1 + ||s_un * s~_re||_1`, products taken
/// elementwise, or one of the forms that the paper's ablation compares with it.
///
/// # Shapes
/// Three parts of a code, each `[N,d]`; `unit` scalar (see [`super::code_unit`]) -> scalar.
///
/// # Deviations
/// The paper has no `unit`, by whose square the loss is divided as it has two codes in every product;
/// it is 1 unless the settings ask for relative code losses.
pub fn orthogonality(
    split: &SplitStyle,
    form: OrthogonalityForm,
    unit: &Tensor,
    group: &Group,
) -> Tensor {
    let SplitStyle {
        unrelated,
        related,
        related_target,
    } = split;
    let elementwise = |related: &Tensor| (unrelated * related).abs().mean(Kind::Float);
    let inner = |related: &Tensor| {
        (unrelated * related)
            .sum_dim_intlist([1].as_slice(), false, Kind::Float)
            .abs()
            .mean(Kind::Float)
    };
    let norm = |code: &Tensor| {
        let squares = code
            .square()
            .sum_dim_intlist([1].as_slice(), false, Kind::Float);
        squares.sqrt()
    };
    let cosine = |related: &Tensor| {
        let products = (unrelated * related).abs();
        let products = products.sum_dim_intlist([1].as_slice(), false, Kind::Float);
        (products / (norm(unrelated) * norm(related) + SMALLEST_NORM)).mean(Kind::Float)
    };
    let loss = match form {
        // A cosine has no scale to be relative to.
        OrthogonalityForm::Cosine => {
            return (cosine(related) + cosine(related_target)) * 0.5;
        }
        OrthogonalityForm::None => Tensor::zeros([], (Kind::Float, unrelated.device())),
        OrthogonalityForm::Single => elementwise(related),
        OrthogonalityForm::Inner => inner(related) + inner(related_target),
        OrthogonalityForm::Full => elementwise(related) + elementwise(related_target),
    };
    group.mean(loss) / unit.square()
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrthogonalityForm::{Cosine, Full, Inner, None, Single};

    #[test]
    fn every_form_measures_its_own_products() {
        let code = |values: [f32; 2]| Tensor::from_slice2(&[values]);
        let split = SplitStyle {
            unrelated: code([1.0, 1.0]),
            related: code([2.0, -2.0]),
            related_target: code([0.0, 4.0]),
        };
        let unit = Tensor::from(2.0_f32);
        for (form, expected) in [(None, 0.0), (Single, 2.0), (Inner, 4.0), (Full, 4.0)] {
            let loss = orthogonality(&split, form, &unit, &Group::alone()).double_value(&[]);
            assert!((loss - expected / 4.0).abs() < 1e-6, "{form:?}: {loss}");
        }
    }

    #[test]
    fn the_cosine_form_does_not_reward_shrinking_codes() {
        let code = |values: [f32; 2]| Tensor::from_slice2(&[values]);
        let loss = |length: f32| {
            let split = SplitStyle {
                unrelated: code([length, 0.0]),
                related: code([2.0, 0.0]),
                related_target: code([0.0, 4.0]),
            };
            orthogonality(&split, Cosine, &Tensor::from(7.0_f32), &Group::alone()).double_value(&[])
        };
        assert!((loss(1.0) - 0.5).abs() < 1e-5);
        assert!((loss(0.01) - 0.5).abs() < 1e-3);
    }
}
