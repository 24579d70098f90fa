//! Roundings and clamps of a few instructions: `as` and `f32::clamp` also care for values that never come here, and
//! take a third of the time that a pixel has.

/// Added to a small number, its last bits are the number, rounded: `1.5 * 2^23`.
const ROUNDING: f32 = 12_582_912.0;

/// `value` within `low..=high`; `low` for what is not a number.
#[inline]
pub(super) fn between(value: f32, low: f32, high: f32) -> f32 {
    let value = if value > low { value } else { low };
    if value < high { value } else { high }
}

/// The nearest whole number of a value from 0 to 2^22; of two as near, the even one. In 32 bits, which vector registers
/// have.
#[inline]
pub(super) fn nearest(value: f32) -> u32 {
    (value + ROUNDING)
        .to_bits()
        .wrapping_sub(ROUNDING.to_bits())
}

/// A whole number at or next below a value from 0 to 2^22, and what is left of it, 0 to 1.
#[inline]
pub(super) fn whole_and_rest(value: f32) -> (usize, f32) {
    let shifted = value - 0.5 + ROUNDING;
    let whole = shifted.to_bits().wrapping_sub(ROUNDING.to_bits());
    (whole as usize, value - (shifted - ROUNDING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_plain_ones_where_both_are_defined() {
        for step in 0..40_000 {
            let value = step as f32 * 0.037;
            let (whole, rest) = whole_and_rest(value);
            assert!((0.0..=1.0).contains(&rest), "{value}: {rest}");
            assert!((whole as f32 + rest - value).abs() < 1e-3, "{value}");
            assert!(
                nearest(value).abs_diff(value.round() as u32) <= u32::from(value.fract() == 0.5)
            );
        }
        assert_eq!(
            [-3.0, 0.4, 254.6, 1e9, f32::NAN].map(|value| nearest(between(value, 0.0, 255.0))),
            [0, 0, 255, 255, 0]
        );
        assert_eq!(between(f32::INFINITY, 0.0, 7.5), 7.5);
    }
}
