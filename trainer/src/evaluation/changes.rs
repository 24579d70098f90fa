//! How much edits change, and how far they are from what they should be.

use super::{Estimate, Estimates, interval::values};
use tch::{Kind, Tensor};

/// Below this, in units of the pixel range, a picture counts as unchanged.
const SMALLEST_STEP: f64 = 1e-6;

/// Mean absolute difference face by face, in units of the whole pixel range: two of `[N,C,S,S]` in [-1, 1] -> `[N]`.
pub(super) fn difference(a: &Tensor, b: &Tensor) -> Tensor {
    let difference = (a - b).abs() * 0.5;
    difference.mean_dim(&[1_i64, 2, 3][..], false, Kind::Float)
}

/// How even the steps of strength are, from how much each changes the faces: `[N]` each -> `N` mean steps as shares of
/// the largest, 1 where every step changes a face alike.
pub(super) fn smoothness(steps: &[Tensor]) -> Vec<f64> {
    let steps = Tensor::stack(steps, 1);
    let largest = steps.amax([1], false);
    let mean = steps.mean_dim(&[1_i64][..], false, Kind::Float);
    values(&(mean / largest.clamp_min(SMALLEST_STEP)))
}

/// The figures `counterfactual_error_inside.PATH`, `counterfactual_error_outside.PATH` and `counterfactual_change.PATH`
/// of faces, their edits and their twins, `[N,C,S,S]` in [-1, 1].
pub(super) fn counterfactual_errors(pictures: [&Tensor; 3], path: &str) -> Estimates {
    let names = ["error_inside", "error_outside", "change"];
    let figures = names.into_iter().zip(errors(pictures));
    let figures = figures.map(|(name, of_faces)| {
        let name = format!("counterfactual_{name}.{path}");
        (name, Estimate::mean(&of_faces))
    });
    figures.collect()
}

/// The mean absolute differences of edit and twin where face and twin differ and elsewhere, and of face and twin where
/// they differ; face by face, in units of the whole pixel range.
fn errors([before, edit, truth]: [&Tensor; 3]) -> [Vec<f64>; 3] {
    // Less than three levels of a byte is rounding and noise.
    const SAME: f64 = 2.5 / 255.0;
    let channels = &[1_i64][..];
    let distance = |a: &Tensor, b: &Tensor| {
        let distance = (a - b).abs() * 0.5;
        distance.mean_dim(channels, false, Kind::Float)
    };
    let change = distance(before, truth);
    let inside = change.gt(SAME).to_kind(Kind::Float);
    let outside = 1.0 - &inside;
    let error = distance(edit, truth);
    let mean = |of: &Tensor, weight: &Tensor| {
        let sides = &[1_i64, 2][..];
        let sum = (of * weight).sum_dim_intlist(sides, false, Kind::Float);
        let count = weight.sum_dim_intlist(sides, false, Kind::Float);
        values(&(sum / count.clamp_min(1.0)))
    };
    [
        mean(&error, &inside),
        mean(&error, &outside),
        mean(&change, &inside),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counterfactual_errors_are_apart_by_what_the_attribute_changes() {
        // Four pixels: the attribute makes the first two lighter by a tenth of the range.
        let face = Tensor::zeros([1, 3, 2, 2], tch::kind::FLOAT_CPU);
        let truth = Tensor::from_slice(&[0.2_f32, 0.2, 0.0, 0.0]).reshape([1, 1, 2, 2]);
        let truth = truth.expand([1, 3, 2, 2], false);
        let errors = |edit: &Tensor| errors([&face, edit, &truth]).concat();
        let close = |found: Vec<f64>, expected: [f64; 3]| {
            let pairs = found.iter().zip(expected);
            assert!(
                pairs.clone().all(|(a, b)| (a - b).abs() < 1e-6),
                "{found:?}"
            );
        };
        close(errors(&truth), [0.0, 0.0, 0.1]);
        close(errors(&face), [0.1, 0.0, 0.1]);
        let half = Tensor::from_slice(&[0.1_f32, 0.2, 0.4, 0.0]).reshape([1, 1, 2, 2]);
        close(errors(&half.expand([1, 3, 2, 2], false)), [0.025, 0.1, 0.1]);
    }

    #[test]
    fn steps_are_even_where_each_changes_a_face_alike() {
        let step = |of: [f32; 3]| Tensor::from_slice(&of);
        // One face that is changed evenly, one in a single step, one not at all.
        let steps = [step([0.2, 0.0, 0.0]), step([0.2, 0.6, 0.0])];
        assert_eq!(smoothness(&steps), [1.0, 0.5, 0.0]);
    }
}
