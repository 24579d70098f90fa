//! The frame's own pixels, a little way off.

use super::{
    enlarge::catmull_rom,
    fast::{self, between},
};
use crate::picture::frame::Frame;
use std::sync::LazyLock;
use wide::{i16x8, u8x16};

/// Displacement in pixels that nobody notices; most of a face moves no farther, and need not be computed.
const UNNOTICED: f32 = 0.25;
/// Its square.
const LEAST: f32 = UNNOTICED * UNNOTICED;

/// Shifts from which on a border is far away.
const FAR: f32 = 3.0;

/// Pixels that are moved together.
pub(super) const SPAN: usize = 4;

/// Whether a displacement in pixels is one that nobody notices.
#[inline]
pub(super) fn is_unnoticed([right, down]: [f32; 2]) -> bool {
    right * right + down * down <= LEAST
}

/// Displacements in pixels, less what nobody notices: none up to [`UNNOTICED`], all of it far beyond, and no jump in
/// between.
#[inline]
fn beyond_notice([right, down]: &mut [[f32; SPAN]; 2]) {
    for (right, down) in right.iter_mut().zip(down) {
        let squared = *right * *right + *down * *down;
        let part = 1.0 - LEAST / squared;
        let part = if part > 0.0 { part } else { 0.0 };
        *right *= part;
        *down *= part;
    }
}

/// `shift` at a pixel that has `before` pixels before it and `behind` behind it: less near a border that it leads to,
/// never beyond it, where there is nothing to show; no two pixels change their order, and nothing changes farther off.
#[inline]
fn kept_inside(before: usize, behind: usize, shift: f32) -> f32 {
    let room = if shift < 0.0 { before } else { behind } as f32;
    let far = FAR * shift.abs();
    if room >= far {
        return shift;
    }
    let part = room / far;
    shift * part * (2.0 - part)
}

/// Positions between two pixels for which weights are kept, as a power of two.
const PHASE_BITS: u32 = 7;
const PHASES: usize = 1 << PHASE_BITS;
/// What a weight of 1 is in whole numbers: sums of four weighted bytes, less [`MIDDLE`], fit into 16 bits.
const ONE: i16 = 128;
/// Half of the bytes' range.
const MIDDLE: i16 = 128;
/// The weights in whole numbers, which add up to [`ONE`].
static WHOLE_WEIGHTS: LazyLock<[[i16; 4]; PHASES]> = LazyLock::new(|| {
    std::array::from_fn(|phase| {
        let weights = catmull_rom(phase as f32 / PHASES as f32);
        let mut whole = weights.map(|weight| (weight * f32::from(ONE)).round() as i16);
        let left = ONE - whole.iter().sum::<i16>();
        // The middle ones are the largest: there it matters least.
        whole[if whole[1] > whole[2] { 1 } else { 2 }] += left;
        whole
    })
});

/// [`WHOLE_WEIGHTS`] of lines.
static DOWN: LazyLock<[[i16x8; 4]; PHASES]> =
    LazyLock::new(|| WHOLE_WEIGHTS.map(|weights| weights.map(i16x8::splat)));
/// [`WHOLE_WEIGHTS`] of four pixels of three bytes.
static ACROSS: LazyLock<[[i16x8; 2]; PHASES]> = LazyLock::new(|| {
    WHOLE_WEIGHTS
        .map(|[a, b, c, d]| [[a, a, a, b, b, b, c, c], [c, d, d, d, 0, 0, 0, 0]].map(i16x8::new))
});

/// Adds to `sums` what pixels of `frame` from `[x, y]` on to the right change by when they show what is `shifts` away
/// (right, down), none farther than `farthest`: red, green and blue in bytes. Catmull-Rom splines, to 1/128 of a pixel;
/// the border repeats.
#[inline]
pub(super) fn change(
    frame: &Frame,
    [x, y]: [usize; 2],
    mut shifts: [[f32; SPAN]; 2],
    farthest: f32,
    sums: &mut [[f32; 3]],
) {
    beyond_notice(&mut shifts);
    let last = [frame.width - 1, frame.height - 1];
    let far = (FAR * farthest).ceil().min(1e6) as usize + 2;
    let is_far = x >= far && x + SPAN + far <= last[0] && y >= far && y + far <= last[1];
    if !is_far {
        let [rights, downs] = &mut shifts;
        let columns = x..frame.width;
        for ((x, right), down) in columns.zip(rights).zip(downs) {
            *right = kept_inside(x, last[0] - x, *right);
            *down = kept_inside(y, last[1] - y, *down);
        }
    }
    // Places in 1/PHASES of a pixel.
    let columns: [u32; SPAN] = std::array::from_fn(|i| {
        let at = (x + i) as f32 + shifts[0][i];
        fast::nearest(between(at, 0.0, last[0] as f32) * PHASES as f32)
    });
    let rows: [u32; SPAN] = std::array::from_fn(|i| {
        let at = y as f32 + shifts[1][i];
        fast::nearest(between(at, 0.0, last[1] as f32) * PHASES as f32)
    });
    let (across, down) = (&*ACROSS, &*DOWN);
    for (i, sum) in sums.iter_mut().enumerate().take(SPAN) {
        let phases = [columns[i], rows[i]].map(|place| place as usize % PHASES);
        let [column, row] = [columns[i], rows[i]].map(|place| (place >> PHASE_BITS) as usize);
        let weights = (&across[phases[0]], &down[phases[1]]);
        let there = if is_far {
            let first = (row.saturating_sub(1) * frame.width + column).saturating_sub(1);
            let lines = frame.rgb.get(3 * first..).unwrap_or_default();
            sample(lines, 3 * frame.width, weights)
        } else {
            let pixels = bordered(frame, [column, row]);
            sample(pixels.as_flattened(), 16, weights)
        };
        let here = 3 * (y * frame.width + x + i);
        for channel in 0..3 {
            let there = between(there[channel], 0.0, 255.0);
            sum[channel] += there - f32::from(frame.rgb[here + channel]);
        }
    }
}

/// The four rows and columns around a place, the border repeated.
fn bordered(frame: &Frame, [column, row]: [usize; 2]) -> [[u8; 16]; 4] {
    let place =
        |at: usize, offset: usize, limit: usize| (at + offset).saturating_sub(1).min(limit - 1);
    let mut pixels = [[0; 16]; 4];
    for (i, line) in pixels.iter_mut().enumerate() {
        for (j, pixel) in line.chunks_exact_mut(3).enumerate().take(4) {
            let at = place(row, i, frame.height) * frame.width + place(column, j, frame.width);
            pixel.copy_from_slice(&frame.rgb[3 * at..][..3]);
        }
    }
    pixels
}

/// The weighted sum of four times four pixels: `lines`, one every `stride` bytes.
#[inline]
fn sample(lines: &[u8], stride: usize, (across, down): (&[i16x8; 2], &[i16x8; 4])) -> [f32; 3] {
    /// What the sums count in.
    const UNIT: f32 = 1.0 / (ONE as f32 * ONE as f32);
    // Down first: four pixels of three bytes, and what else two vector registers hold.
    let middle = i16x8::splat(MIDDLE);
    let mut taps = [i16x8::ZERO; 2];
    for (i, &weight) in down.iter().enumerate() {
        let line = lines.get(i * stride..).unwrap_or_default();
        let Some(&line) = line.first_chunk::<16>() else {
            continue;
        };
        let line = u8x16::new(line);
        taps[0] += weight * (i16x8::from_u8x16_low(line) - middle);
        taps[1] += weight * (i16x8::from_u8x16_high(line) - middle);
    }
    let [a, b] = [0, 1].map(|i| taps[i].widening_mul(across[i]).to_array());
    let sums = [
        (a[0] + a[3]) + (a[6] + b[1]),
        (a[1] + a[4]) + (a[7] + b[2]),
        (a[2] + a[5]) + (b[0] + b[3]),
    ];
    sums.map(|sum| sum as f32 * UNIT + f32::from(MIDDLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_weights_add_up_and_their_sums_fit() {
        for (phase, whole) in WHOLE_WEIGHTS.iter().enumerate() {
            assert_eq!(whole.iter().sum::<i16>(), ONE);
            let most: i32 = whole.iter().map(|&w| i32::from(w).abs()).sum();
            assert!(most * i32::from(MIDDLE) <= i32::from(i16::MAX));
            let weights = catmull_rom(phase as f32 / PHASES as f32);
            for (&whole, weight) in whole.iter().zip(weights) {
                let error = f32::from(whole) / f32::from(ONE) - weight;
                assert!(error.abs() <= 2.0 / f32::from(ONE), "{whole} {weight}");
            }
        }
    }

    /// Against Catmull-Rom splines in full precision, in the middle of a frame and near its borders.
    #[test]
    fn a_moved_pixel_is_within_three_bytes_of_the_exact_spline() {
        const SIZE: [usize; 2] = [40, 33];
        let mut frame = Frame::default();
        frame.resize(SIZE[0], SIZE[1]);
        for (index, byte) in frame.rgb.iter_mut().enumerate() {
            *byte = (index * 7919 % 256) as u8;
        }
        let pixel = |place: [i32; 2], channel: usize| {
            let [x, y] = [0, 1].map(|i| place[i].clamp(0, SIZE[i] as i32 - 1) as usize);
            f32::from(frame.rgb[3 * (y * SIZE[0] + x) + channel])
        };
        for shift in [
            [0.3, -0.6],
            [-1.25, 0.5],
            [2.1, 1.9],
            [0.0, 0.0],
            [0.2, 0.1],
        ] {
            for (x, y) in (0..SIZE[0]).flat_map(|x| (0..SIZE[1]).map(move |y| (x, y))) {
                let count = SPAN.min(SIZE[0] - x);
                let mut sums = [[0.0; 3]; SPAN];
                let shifts = shift.map(|part| [part; SPAN]);
                change(&frame, [x, y], shifts, 2.5, &mut sums[..count]);
                for (i, found) in sums.into_iter().enumerate().take(count) {
                    let at = [x + i, y];
                    let mut noticed = shift.map(|part| [part; SPAN]);
                    beyond_notice(&mut noticed);
                    let place = [0, 1].map(|axis| {
                        let room = SIZE[axis] - 1 - at[axis];
                        at[axis] as f32 + kept_inside(at[axis], room, noticed[axis][0])
                    });
                    let whole = place.map(|part| part.floor() as i32);
                    let weights = [0, 1].map(|i| catmull_rom(place[i] - whole[i] as f32));
                    for (channel, found) in found.into_iter().enumerate() {
                        let mut exact = 0.0;
                        for (i, down) in weights[1].into_iter().enumerate() {
                            for (j, across) in weights[0].into_iter().enumerate() {
                                let place = [whole[0] + j as i32 - 1, whole[1] + i as i32 - 1];
                                exact += down * across * pixel(place, channel);
                            }
                        }
                        let here = pixel(at.map(|part| part as i32), channel);
                        let error = (found - (exact.clamp(0.0, 255.0) - here)).abs();
                        assert!(error <= 3.0, "{at:?} {shift:?}: {error}");
                        assert!(shift != [0.0, 0.0] || found == 0.0);
                    }
                }
            }
        }
    }

    #[test]
    fn what_nobody_notices_is_left_out_without_a_jump() {
        let beyond = |shift: [f32; 2]| {
            let mut shifts = shift.map(|part| [part; SPAN]);
            beyond_notice(&mut shifts);
            [shifts[0][1], shifts[1][1]]
        };
        assert_eq!(beyond([0.1, -0.2]), [0.0, 0.0]);
        assert_eq!(beyond([0.0, 0.0]), [0.0, 0.0]);
        assert!(is_unnoticed([0.1, -0.2]) && !is_unnoticed([0.2, -0.2]));
        let just = beyond([0.2501, 0.0]);
        assert!(just[0].abs() < 1e-3, "{just:?}");
        let far = beyond([-6.0, 8.0]);
        assert!(
            (far[0] + 6.0).abs() < 0.005 && (far[1] - 8.0).abs() < 0.006,
            "{far:?}"
        );
    }
}
