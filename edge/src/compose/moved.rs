//! The frame's own pixels, a little way off.

use super::{
    enlarge::catmull_rom,
    fast::{self, between},
};
use crate::picture::frame::Frame;
use std::sync::LazyLock;
use wide::{f32x4, i16x8, u8x16};

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
pub(super) fn kept_inside(before: usize, behind: usize, shift: f32) -> f32 {
    let room = if shift < 0.0 { before } else { behind } as f32;
    let far = FAR * shift.abs();
    if room >= far {
        return shift;
    }
    let part = room / far;
    shift * part * (2.0 - part)
}

/// Positions between two pixels for which weights are kept, as a power of two.
const PHASE_BITS: u32 = 8;
const PHASES: usize = 1 << PHASE_BITS;
/// What a weight of 1 is in whole numbers.
const ONE: f32 = 16_384.0;
/// Pixels of a tap.
const TAPS: usize = 4;
/// Bytes of a line from its first pixel on that are read at once: a vector register from its last pixel on.
const LINE: usize = 3 * (TAPS - 1) + 16;

/// Weights of a phase.
struct Weights {
    /// Of the first two lines and of the last two, as whole numbers, which add up to [`ONE`].
    down: [i16x8; 2],
    /// Of the columns, divided by [`ONE`].
    across: [f32x4; TAPS],
}

static WEIGHTS: LazyLock<[Weights; PHASES]> = LazyLock::new(|| std::array::from_fn(Weights::of));

impl Weights {
    fn of(phase: usize) -> Self {
        let weights = catmull_rom(phase as f32 / PHASES as f32);
        let mut whole = weights.map(|weight| (weight * ONE).round() as i16);
        let left = ONE as i16 - whole.iter().sum::<i16>();
        // The middle ones are the largest: there it matters least.
        whole[if whole[1] > whole[2] { 1 } else { 2 }] += left;
        let pair = |i: usize| i16x8::new(std::array::from_fn(|lane| whole[i + lane % 2]));
        Self {
            down: [pair(0), pair(2)],
            across: weights.map(|weight| f32x4::splat(weight / ONE)),
        }
    }
}

/// Pixels of `frame` from `[x, y]` on to the right as they are when each shows what is `shifts` away (right, down), none
/// farther than `farthest`: red, green and blue, 0 to 255, and a number without meaning. Catmull-Rom splines, to 1/256
/// of a pixel; the border repeats. Pixels past the end of the row have no meaning.
#[inline]
pub(super) fn shown(
    frame: &Frame,
    [x, y]: [usize; 2],
    mut shifts: [[f32; SPAN]; 2],
    farthest: f32,
) -> [f32x4; SPAN] {
    beyond_notice(&mut shifts);
    let last = [frame.width - 1, frame.height - 1];
    let far = (FAR * farthest).ceil().min(1e6) as usize + LINE;
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
    let place = |at: f32, last: usize| fast::nearest(between(at, 0.0, last as f32) * PHASES as f32);
    let columns: [u32; SPAN] =
        std::array::from_fn(|i| place((x + i) as f32 + shifts[0][i], last[0]));
    let rows: [u32; SPAN] = std::array::from_fn(|i| place(y as f32 + shifts[1][i], last[1]));
    let weights = WEIGHTS.as_slice();
    let mut shown = [f32x4::ZERO; SPAN];
    for ((shown, column), row) in shown.iter_mut().zip(columns).zip(rows) {
        let [across, down] = [column, row].map(|place| &weights[place as usize % PHASES]);
        let [column, row] = [column, row].map(|place| (place >> PHASE_BITS) as usize);
        *shown = if is_far {
            let first = 3 * ((row.saturating_sub(1) * frame.width + column).saturating_sub(1));
            let lines = frame.rgb.get(first..).unwrap_or_default();
            sample(lines, 3 * frame.width, across, down)
        } else {
            let pixels = bordered(frame, [column, row]);
            sample(pixels.as_flattened(), LINE, across, down)
        };
    }
    shown
}

/// The four rows and columns around a place, the border repeated.
fn bordered(frame: &Frame, [column, row]: [usize; 2]) -> [[u8; LINE]; TAPS] {
    let place =
        |at: usize, offset: usize, limit: usize| (at + offset).saturating_sub(1).min(limit - 1);
    let mut pixels = [[0; LINE]; TAPS];
    for (i, line) in pixels.iter_mut().enumerate() {
        for (j, pixel) in line.chunks_exact_mut(3).enumerate().take(TAPS) {
            let at = place(row, i, frame.height) * frame.width + place(column, j, frame.width);
            pixel.copy_from_slice(&frame.rgb[3 * at..][..3]);
        }
    }
    pixels
}

/// The weighted sum of four times four pixels, 0 to 255: `lines`, one every `stride` bytes.
#[inline]
fn sample(lines: &[u8], stride: usize, across: &Weights, down: &Weights) -> f32x4 {
    let line = |i: usize| {
        let line = lines.get(i * stride..).unwrap_or_default();
        line.first_chunk::<LINE>().unwrap_or(&[0; LINE])
    };
    let lines = [line(0), line(1), line(2), line(3)];
    let mut sum = f32x4::ZERO;
    for tap in 0..TAPS {
        // Three bytes of a pixel and one of the next, of two lines each.
        let pixel = |line: &[u8; LINE]| {
            let bytes = line[3 * tap..].first_chunk::<16>();
            u8x16::new(*bytes.unwrap_or(&[0; 16]))
        };
        let pair = |upper: usize| {
            let both = u8x16::unpack_low(pixel(lines[upper]), pixel(lines[upper + 1]));
            i16x8::from_u8x16_low(both)
        };
        // Down first.
        let column = pair(0).dot(down.down[0]) + pair(2).dot(down.down[1]);
        sum += f32x4::from_i32x4(column) * across.across[tap];
    }
    sum.fast_max(f32x4::ZERO).fast_min(f32x4::splat(255.0))
}

/// A displacement less what nobody notices.
#[cfg(test)]
pub(super) fn noticed(shift: [f32; 2]) -> [f32; 2] {
    let mut shifts = shift.map(|part| [part; SPAN]);
    beyond_notice(&mut shifts);
    shifts.map(|parts| parts[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_weights_add_up_to_one_and_are_the_splines() {
        for (phase, weights) in WEIGHTS.iter().enumerate() {
            let [first, second] = weights.down.map(i16x8::to_array);
            let whole = [first[0], first[1], second[0], second[1]].map(f32::from);
            assert_eq!(whole.iter().sum::<f32>(), ONE);
            let exact = catmull_rom(phase as f32 / PHASES as f32);
            for (whole, weight) in whole.into_iter().zip(exact) {
                assert!(
                    (whole / ONE - weight).abs() <= 2.0 / ONE,
                    "{whole} {weight}"
                );
            }
        }
    }

    /// Against Catmull-Rom splines in full precision, in the middle of a frame and near its borders.
    #[test]
    fn a_moved_pixel_is_within_a_byte_of_the_exact_spline() {
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
                let shifts = shift.map(|part| [part; SPAN]);
                let shown = shown(&frame, [x, y], shifts, 2.5);
                for (i, found) in shown.into_iter().enumerate().take(count) {
                    let at = [x + i, y];
                    let mut noticed = shift.map(|part| [part; SPAN]);
                    beyond_notice(&mut noticed);
                    let place = [0, 1].map(|axis| {
                        let room = SIZE[axis] - 1 - at[axis];
                        at[axis] as f32 + kept_inside(at[axis], room, noticed[axis][0])
                    });
                    let whole = place.map(|part| part.floor() as i32);
                    let weights = [0, 1].map(|i| catmull_rom(place[i] - whole[i] as f32));
                    for (channel, found) in found.to_array().into_iter().enumerate().take(3) {
                        let mut exact = 0.0;
                        for (i, down) in weights[1].into_iter().enumerate() {
                            for (j, across) in weights[0].into_iter().enumerate() {
                                let place = [whole[0] + j as i32 - 1, whole[1] + i as i32 - 1];
                                exact += down * across * pixel(place, channel);
                            }
                        }
                        let here = pixel(at.map(|part| part as i32), channel);
                        let error = (found - exact.clamp(0.0, 255.0)).abs();
                        assert!(error <= 1.0, "{at:?} {shift:?}: {error}");
                        assert!(shift != [0.0, 0.0] || found == here);
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
