//! Face masks from the heat maps of landmarks.

use super::SIDE;
use crate::networks::Masks;
use model_spec::network::face_mask::{LEAST_HEAT, RANGE_EPSILON};
use std::ops::Range;
use tch::{Kind, Tensor};

/// What is done to the heat maps of one part of the face, in order.
struct Part {
    landmarks: Range<i64>,
    rows_up: i64,
    power: i64,
}

const fn part(landmarks: Range<i64>, rows_up: i64, power: i64) -> Part {
    Part {
        landmarks,
        rows_up,
        power,
    }
}

const CHIN: Range<i64> = 8..25;
const BROWS: Range<i64> = 33..51;
const LIPS: Range<i64> = 76..96;
const EYES: Range<i64> = 60..76;

/// Chin, brows, nostrils, upper, lower and inner lip, bridge of the nose.
const PARTS: [Part; 7] = [
    part(CHIN, 0, 3),
    part(BROWS, -7, 2),
    part(55..60, 8, 4),
    part(77..82, -8, 4),
    part(83..88, 8, 4),
    part(88..96, -2, 3),
    part(52..55, 4, 1),
];
/// Landmarks of no part: cheeks, the brows' outer ends, the mouth's corners.
const UNUSED: [Range<i64>; 6] = [0..8, 25..33, 33..34, 46..47, 76..77, 82..83];

/// Masks from heat maps `[N,98,64,64]`: two `[N,1,256,256]` in [0, 1].
#[must_use]
pub fn masks_from_heat_maps(heat_maps: &Tensor) -> Masks {
    let heat = heat_maps.upsample_bilinear2d([SIDE, SIDE], true, None, None);
    let heat = &heat * heat.ge(f64::from(LEAST_HEAT)).to_kind(Kind::Float);
    let sides = [2_i64, 3];
    let (low, high) = (heat.amin(sides, true), heat.amax(sides, true));
    let heat = (&heat - &low) / (high - low + f64::from(RANGE_EPSILON));
    let maps = |range: &Range<i64>| heat.narrow(1, range.start, range.end - range.start);
    let up = |t: &Tensor, rows: i64| t.roll([-rows], [2]);
    for Part {
        landmarks,
        rows_up,
        power,
    } in &PARTS
    {
        let moved = up(&maps(landmarks), *rows_up).pow_tensor_scalar(*power);
        maps(landmarks).copy_(&moved);
    }
    for landmarks in &UNUSED {
        let _ = maps(landmarks).zero_();
    }
    // The lids and, lower, the bags under the eyes.
    let eyes = maps(&EYES);
    let both = up(&eyes, -8).pow_tensor_scalar(3) + up(&eyes, -24);
    maps(&EYES).copy_(&both);
    let sum = |t: &Tensor| {
        t.sum_dim_intlist([1].as_slice(), true, Kind::Float)
            .clamp(0.0, 1.0)
    };
    let first = sum(&heat);
    for landmarks in [CHIN, LIPS, BROWS] {
        let _ = maps(&landmarks).zero_();
    }
    Masks {
        first,
        second: sum(&heat),
    }
}
