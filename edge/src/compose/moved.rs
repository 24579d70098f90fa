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

/// What the pixel `[x, y]` of `frame` changes by when it shows what is `shift` pixels away (right, down), red,
/// green and blue in bytes. Catmull-Rom splines, to 1/128 of a pixel; the border repeats.
#[inline]
pub(super) fn change(frame: &Frame, [x, y]: [usize; 2], shift: [f32; 2]) -> [f32; 3] {
    let (width, height) = (frame.width, frame.height);
    let last = [(width - 1) as f32, (height - 1) as f32];
    let (column, right) = whole_and_rest(between(x as f32 + shift[0], 0.0, last[0]));
    let (row, lower) = whole_and_rest(between(y as f32 + shift[1], 0.0, last[1]));
    let weights = &*WEIGHTS;
    let phase = |part: f32| weights[nearest(part * PHASES as f32).min(PHASES)];
    let (across, down) = (phase(right), phase(lower));
    let mut sum = [0.0_f32; 12];
    if column >= 1 && row >= 1 && column + 2 < width && row + 2 < height {
        // Down first, all twelve values of four pixels at once.
        for (i, weight) in down.into_iter().enumerate() {
            let begin = 3 * ((row + i - 1) * width + column - 1);
            let Some(line) = frame.rgb[begin..].first_chunk::<12>() else {
                continue;
            };
            for (sum, &byte) in sum.iter_mut().zip(line) {
                *sum += weight * f32::from(byte);
            }
        }
    } else {
        let place =
            |at: usize, offset: usize, limit: usize| (at + offset).saturating_sub(1).min(limit - 1);
        for (i, weight) in down.into_iter().enumerate() {
            for j in 0..4 {
                let pixel = place(row, i, height) * width + place(column, j, width);
                for channel in 0..3 {
                    sum[3 * j + channel] += weight * f32::from(frame.rgb[3 * pixel + channel]);
                }
            }
        }
    }
    let here = 3 * (y * width + x);
    [0, 1, 2].map(|channel| {
        let there = (across[0] * sum[channel] + across[1] * sum[3 + channel])
            + (across[2] * sum[6 + channel] + across[3] * sum[9 + channel]);
        between(there, 0.0, 255.0) - f32::from(frame.rgb[here + channel])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
