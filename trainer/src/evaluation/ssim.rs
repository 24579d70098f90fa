//! The structural similarity index (Wang et al., "Image Quality Assessment: From Error Visibility to Structural
//! Similarity", IEEE Transactions on Image Processing 13(4), 2004).

use super::{Estimate, interval::values};
use model_spec::pixel::LUMA_WEIGHTS;
use tch::{Kind, Tensor};

/// Side and standard deviation, in pixels, of the window in which pictures are compared: the paper's.
const WINDOW: i64 = 11;
const DEVIATION: f64 = 1.5;
/// `C1 = (K1 L)^2` and `C2 = (K2 L)^2` for a pixel range of `L = 1`.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// The figure `structural_similarity.PATH` of faces and their edits, `[N,C,S,S]` in [-1, 1].
pub(super) fn structure(before: &Tensor, after: &Tensor, path: &str) -> (String, Estimate) {
    let similarities = values(&structural_similarity(before, after));
    let name = format!("structural_similarity.{path}");
    (name, Estimate::mean(&similarities))
}

/// How alike two pictures are in luma, contrast and structure, face by face: the mean of the index over all places at which
/// the window is inside. 1 is the same picture.
///
/// # Shapes
/// `a`, `b [N,C,S,S]` in [-1, 1], of one channel or three, `S` at least 11 -> `[N]`.
fn structural_similarity(a: &Tensor, b: &Tensor) -> Tensor {
    let window = window();
    let mean = |x: &Tensor| {
        x.conv2d(
            &window,
            None::<Tensor>,
            [1, 1].as_slice(),
            [0, 0].as_slice(),
            [1, 1].as_slice(),
            1,
        )
    };
    let [a, b] = [a, b].map(luma);
    let [mean_a, mean_b] = [&a, &b].map(mean);
    let variance = |x: &Tensor, of: &Tensor| mean(&x.square()) - of.square();
    let [variance_a, variance_b] = [variance(&a, &mean_a), variance(&b, &mean_b)];
    let covariance = mean(&(&a * &b)) - &mean_a * &mean_b;
    let luminance = (&mean_a * &mean_b * 2.0 + C1) / (mean_a.square() + mean_b.square() + C1);
    let structure = (covariance * 2.0 + C2) / (variance_a + variance_b + C2);
    (luminance * structure).mean_dim(&[1_i64, 2, 3][..], false, Kind::Float)
}

/// `[N,C,S,S]` in [-1, 1] -> `[N,1,S,S]` in [0, 1], in double precision: variances are differences of like numbers.
fn luma(x: &Tensor) -> Tensor {
    let x = x.to_kind(Kind::Double) * 0.5 + 0.5;
    if x.size()[1] == 1 {
        return x;
    }
    let weights = Tensor::from_slice(&LUMA_WEIGHTS.map(f64::from)).reshape([1, 3, 1, 1]);
    (x * weights).sum_dim_intlist(&[1_i64][..], true, Kind::Double)
}

/// `[1,1,WINDOW,WINDOW]`, a Gaussian that adds up to 1.
fn window() -> Tensor {
    let half = WINDOW / 2;
    let line: Vec<f64> = (-half..=half)
        .map(|at| (-0.5 * (at as f64 / DEVIATION).powi(2)).exp())
        .collect();
    let line = Tensor::from_slice(&line);
    let window = line.outer(&line);
    let sum = window.sum(Kind::Double);
    (window / sum).reshape([1, 1, WINDOW, WINDOW])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &Tensor, b: &Tensor) -> f64 {
        structural_similarity(a, b).double_value(&[0])
    }

    fn flat(value: f64) -> Tensor {
        Tensor::full([1, 3, 16, 16], value * 2.0 - 1.0, tch::kind::FLOAT_CPU)
    }

    /// Stripes one pixel wide: the window sees half of either.
    fn stripes(low: f64, high: f64) -> Tensor {
        let row: Vec<f32> = (0..32)
            .map(|x| [low, high][x % 2] as f32 * 2.0 - 1.0)
            .collect();
        Tensor::from_slice(&row).expand([1, 1, 32, 32], false)
    }

    #[test]
    fn a_picture_is_like_itself_and_flat_ones_differ_by_their_luma() {
        let noise = Tensor::rand([2, 3, 24, 24], tch::kind::FLOAT_CPU);
        let same = structural_similarity(&noise, &noise);
        assert!((same.double_value(&[1]) - 1.0).abs() < 1e-6);
        let expected = (2.0 * 0.2 * 0.6 + C1) / (0.2 * 0.2 + 0.6 * 0.6 + C1);
        assert!((of(&flat(0.2), &flat(0.6)) - expected).abs() < 1e-5);
    }

    #[test]
    fn contrast_and_structure_count_as_the_formula_says() {
        // Of stripes around a half, variances are squares of their heights, and the covariance of stripes and their
        // opposites is minus that.
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 2e-3, "{found} {expected}");
        };
        let [faint, strong] = [stripes(0.4, 0.6), stripes(0.2, 0.8)];
        let (a, b) = (0.1 * 0.1, 0.3 * 0.3);
        close(of(&faint, &strong), (2.0 * 0.1 * 0.3 + C2) / (a + b + C2));
        close(
            of(&strong, &stripes(0.8, 0.2)),
            (-2.0 * b + C2) / (2.0 * b + C2),
        );
    }
}
