//! The frame's own pixels, a little way off.

use super::{
    enlarge::catmull_rom,
    fast::{between, nearest, whole_and_rest},
};
use crate::picture::frame::Frame;
use std::sync::LazyLock;

/// Displacement in pixels that nobody notices; most of a face moves no farther, and need not be computed.
const UNNOTICED: f32 = 0.25;
/// Its square.
const LEAST: f32 = UNNOTICED * UNNOTICED;

/// A displacement in pixels, less what nobody notices: none up to [`UNNOTICED`], all of it far beyond, and no
/// jump in between.
#[inline]
pub(super) fn beyond_notice(shift: [f32; 2]) -> Option<[f32; 2]> {
    let squared = shift[0] * shift[0] + shift[1] * shift[1];
    (squared > LEAST).then(|| shift.map(|part| part * (1.0 - LEAST / squared)))
}

/// Shifts from which on a border is far away.
const FAR: f32 = 3.0;

/// `shift`, less near a border that it leads to: never beyond it, where there is nothing to show, no two pixels
/// change their order, and nothing changes farther off.
#[inline]
pub(super) fn kept_inside(frame: &Frame, [x, y]: [usize; 2], shift: [f32; 2]) -> [f32; 2] {
    let kept = |at: usize, size: usize, shift: f32| {
        let room = if shift < 0.0 { at } else { size - 1 - at } as f32;
        let far = FAR * shift.abs();
        if room >= far {
            return shift;
        }
        let part = room / far;
        shift * part * (2.0 - part)
    };
    [
        kept(x, frame.width, shift[0]),
        kept(y, frame.height, shift[1]),
    ]
}

/// Positions between two pixels for which weights are kept.
const PHASES: usize = 128;
static WEIGHTS: LazyLock<[[f32; 4]; PHASES + 1]> =
    LazyLock::new(|| std::array::from_fn(|phase| catmull_rom(phase as f32 / PHASES as f32)));

/// What a weight of 1 is in whole numbers: sums of four weighted bytes, less [`MIDDLE`], fit into 16 bits.
const ONE: i16 = 128;
/// Half of the bytes' range.
const MIDDLE: i16 = 128;
/// The weights in whole numbers, which add up to [`ONE`].
static WHOLE_WEIGHTS: LazyLock<[[i16; 4]; PHASES + 1]> = LazyLock::new(|| {
    WEIGHTS.map(|weights| {
        let mut whole = weights.map(|weight| (weight * f32::from(ONE)).round() as i16);
        let left = ONE - whole.iter().sum::<i16>();
        // The middle ones are the largest: there it matters least.
        whole[if whole[1] > whole[2] { 1 } else { 2 }] += left;
        whole
    })
});

/// What the pixel `[x, y]` of `frame` changes by when it shows what is `shift` pixels away (right, down), red,
/// green and blue in bytes. Catmull-Rom splines, to 1/128 of a pixel; the border repeats.
#[inline]
pub(super) fn change(frame: &Frame, [x, y]: [usize; 2], shift: [f32; 2]) -> [f32; 3] {
    let (width, height) = (frame.width, frame.height);
    let last = [(width - 1) as f32, (height - 1) as f32];
    let (column, right) = whole_and_rest(between(x as f32 + shift[0], 0.0, last[0]));
    let (row, lower) = whole_and_rest(between(y as f32 + shift[1], 0.0, last[1]));
    let phase = |part: f32| nearest(part * PHASES as f32).min(PHASES);
    let (across, down) = (WEIGHTS[phase(right)], WHOLE_WEIGHTS[phase(lower)]);
    // Down first: four pixels at once, and what else fills a vector register.
    let mut sum = [0_i16; 16];
    if column >= 1 && row >= 1 && column + 4 < width && row + 2 < height {
        for (i, weight) in down.into_iter().enumerate() {
            let begin = 3 * ((row + i - 1) * width + column - 1);
            let Some(line) = frame.rgb[begin..].first_chunk::<16>() else {
                continue;
            };
            for (sum, &byte) in sum.iter_mut().zip(line) {
                *sum += weight * (i16::from(byte) - MIDDLE);
            }
        }
    } else {
        let place =
            |at: usize, offset: usize, limit: usize| (at + offset).saturating_sub(1).min(limit - 1);
        for (i, weight) in down.into_iter().enumerate() {
            for j in 0..4 {
                let pixel = place(row, i, height) * width + place(column, j, width);
                for channel in 0..3 {
                    let byte = i16::from(frame.rgb[3 * pixel + channel]);
                    sum[3 * j + channel] += weight * (byte - MIDDLE);
                }
            }
        }
    }
    let sum = sum.map(f32::from);
    let here = 3 * (y * width + x);
    [0, 1, 2].map(|channel| {
        let there = (across[0] * sum[channel] + across[1] * sum[3 + channel])
            + (across[2] * sum[6 + channel] + across[3] * sum[9 + channel]);
        let there = there * (1.0 / f32::from(ONE)) + f32::from(MIDDLE);
        between(there, 0.0, 255.0) - f32::from(frame.rgb[here + channel])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_weights_add_up_and_their_sums_fit() {
        for (whole, weights) in WHOLE_WEIGHTS.iter().zip(WEIGHTS.iter()) {
            assert_eq!(whole.iter().sum::<i16>(), ONE);
            let most: i32 = whole.iter().map(|&w| i32::from(w).abs()).sum();
            assert!(most * i32::from(MIDDLE) <= i32::from(i16::MAX));
            for (&whole, weight) in whole.iter().zip(weights) {
                let error = f32::from(whole) / f32::from(ONE) - weight;
                assert!(error.abs() <= 2.0 / f32::from(ONE), "{whole} {weight}");
            }
        }
    }

    /// Against Catmull-Rom splines in full precision.
    #[test]
    fn a_moved_pixel_is_within_two_bytes_of_the_exact_spline() {
        let mut frame = Frame::default();
        frame.resize(12, 9);
        for (index, byte) in frame.rgb.iter_mut().enumerate() {
            *byte = (index * 7919 % 256) as u8;
        }
        let pixel = |x: i32, y: i32, channel: usize| {
            let (x, y) = (x.clamp(0, 11) as usize, y.clamp(0, 8) as usize);
            f32::from(frame.rgb[3 * (y * 12 + x) + channel])
        };
        for (x, y) in (0..12).flat_map(|x| (0..9).map(move |y| (x, y))) {
            for shift in [[0.3, -0.6], [-1.25, 0.5], [2.1, 1.9]] {
                let found = change(&frame, [x, y], shift);
                let place = [x as f32 + shift[0], y as f32 + shift[1]];
                let place = [place[0].clamp(0.0, 11.0), place[1].clamp(0.0, 8.0)];
                let whole = place.map(|part| part.floor() as i32);
                let weights = [0, 1].map(|i| catmull_rom(place[i] - whole[i] as f32));
                for (channel, found) in found.into_iter().enumerate() {
                    let mut exact = 0.0;
                    for (i, down) in weights[1].into_iter().enumerate() {
                        for (j, across) in weights[0].into_iter().enumerate() {
                            let at = [whole[0] + j as i32 - 1, whole[1] + i as i32 - 1];
                            exact += down * across * pixel(at[0], at[1], channel);
                        }
                    }
                    let exact = exact.clamp(0.0, 255.0) - pixel(x as i32, y as i32, channel);
                    let error = (found - exact).abs();
                    assert!(error <= 2.0, "{x} {y} {shift:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn what_nobody_notices_is_left_out_without_a_jump() {
        assert_eq!(beyond_notice([0.1, -0.2]), None);
        let just = beyond_notice([0.2501, 0.0]).unwrap_or_default();
        assert!(just[0].abs() < 1e-3, "{just:?}");
        let far = beyond_notice([-6.0, 8.0]).unwrap_or_default();
        assert!(
            (far[0] + 6.0).abs() < 0.005 && (far[1] - 8.0).abs() < 0.006,
            "{far:?}"
        );
    }
}
