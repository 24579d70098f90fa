//! The prices of a displacement field: no pixel moves further, or otherwise than its neighbours, than it has to.
//!
//! After the smoothness term of Dorta et al., "The GAN that Warped", CVPR 2020. Not in Yang et al. 2021.

use tch::{Kind, Tensor};

/// `||u||_1`: the mean absolute displacement.
///
/// # Shapes
/// `u [N,2,h,w]`, shares of the image's side -> scalar.
pub(crate) fn displacement(u: &Tensor) -> Tensor {
    u.abs().mean(Kind::Float)
}

/// The mean absolute difference of neighbouring displacements, over both directions.
///
/// # Shapes
/// `u [N,2,h,w]`, shares of the image's side -> scalar.
pub(crate) fn roughness(u: &Tensor) -> Tensor {
    let difference = |side: i64| {
        let count = u.size()[side as usize] - 1;
        let step = u.narrow(side, 1, count) - u.narrow(side, 0, count);
        step.abs().mean(Kind::Float)
    };
    difference(2) + difference(3)
}

/// The mean square of the second differences, along both sides and across: the bending energy of a thin plate
/// (Bookstein, "Principal Warps", 1989), on the field's grid.
///
/// # Shapes
/// `u [N,2,h,w]`, shares of the image's side -> scalar.
pub(crate) fn bending(u: &Tensor) -> Tensor {
    let step = |u: &Tensor, side: i64| {
        let count = u.size()[side as usize] - 1;
        u.narrow(side, 1, count) - u.narrow(side, 0, count)
    };
    let energy = |u: Tensor| u.square().mean(Kind::Float);
    let (down, right) = (step(u, 2), step(u, 3));
    energy(step(&down, 2)) + 2.0 * energy(step(&down, 3)) + energy(step(&right, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_of_all_costs_its_length_and_no_roughness() {
        let u = Tensor::full([1, 2, 4, 4], -0.02, tch::kind::FLOAT_CPU);
        assert!((displacement(&u).double_value(&[]) - 0.02).abs() < 1e-6);
        assert_eq!(roughness(&u).double_value(&[]), 0.0);
    }

    #[test]
    fn a_slope_costs_its_step() {
        let row = Tensor::arange(4, tch::kind::FLOAT_CPU) * 0.01;
        let u = row.reshape([1, 1, 1, 4]).expand([1, 2, 4, 4], false);
        assert!((roughness(&u).double_value(&[]) - 0.01).abs() < 1e-6);
    }

    #[test]
    fn a_slope_does_not_bend_but_its_ends_do() {
        let row = Tensor::arange(4, tch::kind::FLOAT_CPU) * 0.01;
        let slope = row.reshape([1, 1, 1, 4]).expand([1, 2, 4, 4], false);
        assert!(bending(&slope).double_value(&[]) < 1e-12);
        // Second differences of 0.01 and -0.01 in each row of two.
        let end = slope.clamp(0.01, 0.02);
        assert!((bending(&end).double_value(&[]) - 1e-4).abs() < 1e-9);
        // A twist bends neither along rows nor along columns: u = 0.01 x y has mixed differences of 0.01.
        let column = Tensor::arange(4, tch::kind::FLOAT_CPU).reshape([1, 1, 4, 1]);
        assert!((bending(&(&slope * column)).double_value(&[]) - 2e-4).abs() < 1e-9);
    }
}
