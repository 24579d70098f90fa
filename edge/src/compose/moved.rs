//! The frame's own pixels, a little way off.

use super::enlarge::catmull_rom;
use crate::picture::frame::Frame;

/// Displacement in pixels below which a pixel stays as it is: nobody sees it, and most of a face is this still.
pub(super) const STILL: f32 = 1.0 / 64.0;

/// What the pixel `[x, y]` of `frame` changes by when it shows what is `shift` pixels away (right, down), red,
/// green and blue in bytes. Catmull-Rom splines; the border repeats.
pub(super) fn moved_by(frame: &Frame, [x, y]: [usize; 2], shift: [f32; 2]) -> [f32; 3] {
    let (width, height) = (frame.width, frame.height);
    let last = [(width - 1) as f32, (height - 1) as f32];
    let u = (x as f32 + shift[0]).clamp(0.0, last[0]);
    let v = (y as f32 + shift[1]).clamp(0.0, last[1]);
    let (column, row) = (u as usize, v as usize);
    let across = catmull_rom(u - column as f32);
    let down = catmull_rom(v - row as f32);
    let mut sum = [0.0_f32; 3];
    if column >= 1 && row >= 1 && column + 2 < width && row + 2 < height {
        for (i, weight) in down.into_iter().enumerate() {
            let begin = 3 * ((row + i - 1) * width + column - 1);
            let Some(&line) = frame.rgb[begin..].first_chunk::<12>() else {
                continue;
            };
            let line = line.map(f32::from);
            for (channel, sum) in sum.iter_mut().enumerate() {
                *sum += weight
                    * ((across[0] * line[channel] + across[1] * line[3 + channel])
                        + (across[2] * line[6 + channel] + across[3] * line[9 + channel]));
            }
        }
    } else {
        let place =
            |at: usize, offset: usize, limit: usize| (at + offset).saturating_sub(1).min(limit - 1);
        for (i, weight) in down.into_iter().enumerate() {
            for (j, across) in across.into_iter().enumerate() {
                let pixel = place(row, i, height) * width + place(column, j, width);
                for (channel, sum) in sum.iter_mut().enumerate() {
                    *sum += weight * across * f32::from(frame.rgb[3 * pixel + channel]);
                }
            }
        }
    }
    let here = 3 * (y * width + x);
    [0, 1, 2].map(|channel| sum[channel].clamp(0.0, 255.0) - f32::from(frame.rgb[here + channel]))
}
