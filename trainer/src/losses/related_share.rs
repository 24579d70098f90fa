//! The price of the related share: what an attribute does not need stays in the unrelated part.

use crate::{networks::SplitStyle, ranks::Group};
use tch::{Kind, Tensor};

/// Keeps the share finite for codes that are all zero.
const SMALLEST_MAGNITUDE: f64 = 1e-6;

/// `|s_re| / (|s_re| + |s_un|)`, mean magnitudes over the batch, 0 to 1.
///
/// # Shapes
/// Parts of a code, each `[N,d]` -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021, whose losses are all content with `s_un = 0`: the orthogonality loss is then zero.
pub(crate) fn related_share(split: &SplitStyle, group: &Group) -> Tensor {
    let magnitude = |code: &Tensor| group.mean(code.abs().mean(Kind::Float));
    let (unrelated, related) = (magnitude(&split.unrelated), magnitude(&split.related));
    &related / (&related + unrelated + SMALLEST_MAGNITUDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collapsed_unrelated_part_costs_the_whole_price() {
        let code = |value: f32| Tensor::from_slice2(&[[value, -value]]);
        let split = |unrelated: f32| SplitStyle {
            unrelated: code(unrelated),
            related: code(1.0),
            related_target: code(1.0),
        };
        let share = |unrelated| related_share(&split(unrelated), &Group::alone()).double_value(&[]);
        assert!((share(0.0) - 1.0).abs() < 1e-5);
        assert!((share(3.0) - 0.25).abs() < 1e-5);
    }
}
