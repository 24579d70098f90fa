//! The prices of a displacement field: no pixel moves further, or otherwise than its neighbours, than it has to.
//!
//! After the smoothness term of Dorta et al., "The GAN that Warped", CVPR 2020. Not in Yang et al. 2021.

use super::absolute::{step, total_variation};
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
    total_variation(u)
}

/// The mean square of the second differences, along both sides and across: the bending energy of a thin plate
/// (Bookstein, "Principal Warps", 1989), on the field's grid.
///
/// # Shapes
/// `u [N,2,h,w]`, shares of the image's side -> scalar.
pub(crate) fn bending(u: &Tensor) -> Tensor {
    let energy = |u: Tensor| u.square().mean(Kind::Float);
    let (down, right) = (step(u, 2), step(u, 3));
    energy(step(&down, 2)) + 2.0 * energy(step(&down, 3)) + energy(step(&right, 3))
}

/// Least area, as a share of what it was, to which `1 / area²` is followed; below, its tangent goes on, so that skin that is
/// folded over is still pulled back.
const SMALLEST_AREA: f64 = 0.25;

/// How much the field stretches and squeezes: the symmetric Dirichlet energy of `p -> p + u(p)` on the field's grid (Smith
/// and Schaefer, "Bijective Parameterization with Free Boundaries", 2015), less the 4 that it has without any. With the
/// singular values `a` and `b` of the Jacobian matrix, the mean of `a² + b² + 1/a² + 1/b² - 4`.
///
/// A field may slope as gently as it likes and yet draw a finger's width of cheek out to a hand's: pixels smear there.
///
/// # Shapes
/// `u [N,2,h,w]`, shares of the image's side -> scalar.
pub(crate) fn stretch(u: &Tensor) -> Tensor {
    let size = u.size();
    let (height, width) = (size[2], size[3]);
    // Derivatives of where a pixel is taken from, by where it is shown.
    let down = step(u, 2).narrow(3, 0, width - 1) * height as f64;
    let right = step(u, 3).narrow(2, 0, height - 1) * width as f64;
    let part = |of: &Tensor, channel: i64| of.select(1, channel);
    let (xx, xy) = (part(&right, 0) + 1.0, part(&down, 0));
    let (yx, yy) = (part(&right, 1), part(&down, 1) + 1.0);
    let squares = xx.square() + xy.square() + yx.square() + yy.square();
    let area = xx * yy - xy * yx;
    let followed = area.clamp_min(SMALLEST_AREA);
    let below = &followed - area;
    let inverse_square = followed.pow_tensor_scalar(-2) + below * (2.0 / SMALLEST_AREA.powi(3));
    (squares * (inverse_square + 1.0) - 4.0).mean(Kind::Float)
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

    /// A field that takes from `x` to the right and `y` down for each unit of the side.
    fn affine(x: [f64; 2], y: [f64; 2]) -> Tensor {
        let ramp = Tensor::arange(8, tch::kind::FLOAT_CPU) / 8.0;
        let (right, down) = (ramp.reshape([1, 1, 1, 8]), ramp.reshape([1, 1, 8, 1]));
        Tensor::cat(
            &[&right * x[0] + &down * x[1], &right * y[0] + &down * y[1]],
            1,
        )
    }

    #[test]
    fn shifts_and_turns_stretch_nothing_and_stretching_costs_as_much_as_squeezing() {
        let cost = |u: &Tensor| stretch(u).double_value(&[]);
        assert!(cost(&(affine([0.0; 2], [0.0; 2]) + 0.02)).abs() < 1e-5);
        let (sine, cosine) = 0.3_f64.sin_cos();
        assert!(cost(&affine([cosine - 1.0, -sine], [sine, cosine - 1.0])).abs() < 1e-4);
        // Twice as wide, or half: 4 + 1/4 + 2 - 4.
        for wide in [1.0, -0.5] {
            let found = cost(&affine([wide, 0.0], [0.0, 0.0]));
            assert!((found - 2.25).abs() < 1e-4, "{found}");
        }
        // Sheared by as much as the side: squares of 3, and an area of 1.
        assert!((cost(&affine([0.0, 1.0], [0.0, 0.0])) - 2.0).abs() < 1e-4);
    }

    #[test]
    fn folded_skin_costs_more_the_further_it_is_folded() {
        let cost = |wide: f64| {
            let u = affine([wide, 0.0], [0.0, 0.0]).set_requires_grad(true);
            let cost = stretch(&u);
            cost.backward();
            assert!(bool::try_from(u.grad().isfinite().all()).unwrap());
            cost.double_value(&[])
        };
        let costs = [-0.7, -0.8, -1.0, -1.2].map(cost);
        assert!(costs.is_sorted(), "{costs:?}");
    }
}
