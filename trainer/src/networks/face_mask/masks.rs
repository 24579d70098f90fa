//! Face masks from the heat maps of landmarks.

use super::SIDE;
use crate::networks::Masks;
use model_spec::network::face_mask::{INNER, LEAST_HEAT, OUTER, Part, RANGE_EPSILON};
use tch::{Kind, Tensor};

/// Masks from heat maps `[N,98,64,64]`: two `[N,1,256,256]` in [0, 1].
#[must_use]
pub fn masks_from_heat_maps(heat_maps: &Tensor) -> Masks {
    let heat = heat_maps.upsample_bilinear2d([SIDE, SIDE], true, None, None);
    let heat = &heat * heat.ge(f64::from(LEAST_HEAT)).to_kind(Kind::Float);
    let sides = [2_i64, 3];
    let (low, high) = (heat.amin(sides, true), heat.amax(sides, true));
    let heat = (&heat - &low) / (high - low + f64::from(RANGE_EPSILON));
    let inner = sum(&heat, &INNER);
    Masks {
        first: (&inner + sum(&heat, &OUTER)).clamp(0.0, 1.0),
        second: inner.clamp(0.0, 1.0),
    }
}

/// All maps of `parts`, each moved and raised to its power: `[N,98,S,S]` -> `[N,1,S,S]`.
fn sum(heat: &Tensor, parts: &[Part]) -> Tensor {
    let part = |part: &Part| {
        let landmarks = &part.landmarks;
        heat.narrow(1, landmarks.start as i64, landmarks.len() as i64)
            .roll([-(part.rows_up as i64)], [2])
            .pow_tensor_scalar(i64::from(part.power))
            .sum_dim_intlist([1].as_slice(), true, Kind::Float)
    };
    parts.iter().map(part).sum()
}
