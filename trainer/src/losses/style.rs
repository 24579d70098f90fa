//! The style reconstruction loss: an edited face has the style code it was drawn with.

use super::absolute::mean_absolute;
use crate::ranks::Group;
use tch::Tensor;

/// Section 3.3, Yang et al. 2021, `L_sty = ||s~ - SE_y~(G(x, s~))||_1`, divided by `unit`.
///
/// # Shapes
/// `target` and `reconstructed` style codes `[N,d]`, `unit` scalar (see [`super::code_unit`]) -> scalar.
///
/// # Deviations
/// The paper has no `unit`; it is 1 unless the settings ask for relative code losses.
pub(crate) fn style_reconstruction(
    target: &Tensor,
    reconstructed: &Tensor,
    unit: &Tensor,
    group: &Group,
) -> Tensor {
    group.mean(mean_absolute(target, reconstructed)) / unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::CodeScale, losses::code_unit};

    #[test]
    fn a_relative_style_loss_does_not_see_the_length_of_the_codes() {
        let target = Tensor::from_slice2(&[[1.0_f32, -2.0], [3.0, 0.5]]);
        let again = Tensor::from_slice2(&[[1.5_f32, -2.0], [2.0, 0.5]]);
        let loss = |scale: CodeScale, length: f64| {
            let (target, again) = (&target * length, &again * length);
            let alone = Group::alone();
            let unit = code_unit(scale, &target, &alone);
            style_reconstruction(&target, &again, &unit, &alone).double_value(&[])
        };
        assert!((loss(CodeScale::Absolute, 1.0) - 0.375).abs() < 1e-6);
        assert!((loss(CodeScale::Absolute, 8.0) - 3.0).abs() < 1e-6);
        let relative = loss(CodeScale::Relative, 1.0);
        assert!((relative - 0.375 / 1.625).abs() < 1e-5);
        assert!((loss(CodeScale::Relative, 8.0) - relative).abs() < 1e-5);
    }
}
