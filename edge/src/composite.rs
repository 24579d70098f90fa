//! Lays the model's small difference over the camera's full-resolution picture.

use crate::{frame::Frame, square::Square};
use model_spec::ColourMode;

/// Bytes per unit of a model value: [-1, 1] spans 255.
const BYTES_PER_UNIT: f32 = 127.5;
/// Part of the crop's side over which the edit fades out at each border. Small: a training crop ends
/// just below the mouth, where most of a smile is.
const FEATHER: f32 = 0.09;

/// A difference and where it belongs.
#[derive(Debug, Clone, Copy)]
pub struct Patch<'a> {
    /// `[C, S, S]`, to be added in units of the model's [-1, 1].
    pub difference: &'a [f32],
    /// `S`.
    pub size: usize,
    /// `C` and its meaning.
    pub colour: ColourMode,
    /// Where on the frame it lies.
    pub crop: Square,
}

/// Adds differences to pictures; keeps its buffers, so that a warm compositor allocates nothing.
///
/// The difference is enlarged with Catmull-Rom splines, which are smooth (no grid of model pixels
/// shows) and keep its height, and fades to zero at the crop's border (no square shows).
#[derive(Debug, Default)]
pub struct Compositor {
    columns: Axis,
    rows: Axis,
    /// The difference at the frame's columns and its own rows.
    wide: Vec<f32>,
    /// What to add to one row, `[C, columns]`, in bytes.
    line: Vec<f32>,
}

/// For every frame column or row of the crop: first of four samples, their weights, fade.
#[derive(Debug, Default)]
struct Axis {
    begin: usize,
    taps: Vec<Tap>,
}

#[derive(Debug, Clone, Copy)]
struct Tap {
    samples: [usize; 4],
    weights: [f32; 4],
    fade: f32,
}

impl Axis {
    /// Frame pixels of `0..limit` under `side` pixels from `origin`, on `size` samples.
    fn plan(&mut self, origin: f32, side: f32, size: usize, limit: usize) {
        let begin = origin.ceil().clamp(0.0, limit as f32) as usize;
        let end = (origin + side).floor().clamp(0.0, limit as f32) as usize;
        self.begin = begin;
        self.taps.clear();
        self.taps.extend((begin..end.max(begin)).map(|pixel| {
            let relative = (pixel as f32 + 0.5 - origin) / side;
            let position = relative * size as f32 - 0.5;
            let whole = position.floor();
            let last = size as isize - 1;
            let sample = |offset: isize| (whole as isize + offset).clamp(0, last) as usize;
            Tap {
                samples: [sample(-1), sample(0), sample(1), sample(2)],
                weights: catmull_rom(position - whole),
                fade: fade(relative),
            }
        }));
    }
}

impl Compositor {
    /// Adds `patch` to `canvas`, a copy of `frame.rgb`.
    ///
    /// A luma difference is added to red, green and blue alike, which changes luma by just that and
    /// leaves the colour differences alone. Values saturate. Where nothing is added, bytes stay.
    pub fn apply(&mut self, frame: &Frame, patch: Patch<'_>, canvas: &mut [u8]) {
        let Patch { size, crop, .. } = patch;
        let channels = patch.colour.channels();
        if canvas.len() != frame.rgb.len() || patch.difference.len() != channels * size * size {
            log::error!("a difference or canvas of a wrong size was not drawn");
            return;
        }
        let [left, top] = crop.origin();
        self.columns.plan(left, crop.side, size, frame.width);
        self.rows.plan(top, crop.side, size, frame.height);
        let span = self.columns.taps.len();
        if span == 0 || self.rows.taps.is_empty() {
            return;
        }

        self.wide.resize(channels * size * span, 0.0);
        for (source, wide) in patch
            .difference
            .chunks_exact(size)
            .zip(self.wide.chunks_exact_mut(span))
        {
            for (out, tap) in wide.iter_mut().zip(&self.columns.taps) {
                let mix: f32 = (0..4)
                    .map(|i| tap.weights[i] * source[tap.samples[i]])
                    .sum();
                *out = mix * tap.fade;
            }
        }

        self.line.resize(channels * span, 0.0);
        for (row, tap) in self.rows.taps.iter().enumerate() {
            for (channel, line) in self.line.chunks_exact_mut(span).enumerate() {
                let rows = tap
                    .samples
                    .map(|sample| &self.wide[(channel * size + sample) * span..][..span]);
                let weights = tap.weights.map(|weight| weight * tap.fade * BYTES_PER_UNIT);
                for (column, out) in line.iter_mut().enumerate() {
                    *out = (weights[0] * rows[0][column] + weights[1] * rows[1][column])
                        + (weights[2] * rows[2][column] + weights[3] * rows[3][column]);
                }
            }
            let begin = 3 * ((self.rows.begin + row) * frame.width + self.columns.begin);
            let pixels = canvas[begin..begin + 3 * span].chunks_exact_mut(3);
            match patch.colour {
                ColourMode::Luma => {
                    for (pixel, &add) in pixels.zip(&self.line) {
                        for byte in pixel {
                            *byte = added(*byte, add);
                        }
                    }
                }
                ColourMode::Rgb => {
                    for (column, pixel) in pixels.enumerate() {
                        for (channel, byte) in pixel.iter_mut().enumerate() {
                            *byte = added(*byte, self.line[channel * span + column]);
                        }
                    }
                }
            }
        }
    }
}

/// Nearest byte; `as` saturates.
fn added(byte: u8, add: f32) -> u8 {
    (f32::from(byte) + add + 0.5) as u8
}

/// Weights of the samples at -1, 0, 1 and 2 for a position `t` between 0 and 1.
fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

/// 0 at the borders of 0..=1, 1 inside, smooth to the first derivative.
fn fade(relative: f32) -> f32 {
    let t = (relative.min(1.0 - relative) / FEATHER).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(byte: u8) -> Frame {
        let mut frame = Frame::default();
        frame.resize(160, 120);
        frame.rgb.fill(byte);
        frame
    }

    fn composed(frame: &Frame, difference: &[f32], colour: ColourMode, crop: Square) -> Vec<u8> {
        let mut canvas = frame.rgb.clone();
        let patch = Patch {
            difference,
            size: 8,
            colour,
            crop,
        };
        Compositor::default().apply(frame, patch, &mut canvas);
        canvas
    }

    const CROP: Square = Square {
        centre: [80.0, 60.0],
        side: 100.0,
    };

    #[test]
    fn a_constant_difference_is_reached_in_the_middle_and_nothing_changes_at_the_border() {
        let frame = grey(100);
        let canvas = composed(&frame, &[20.0 / 127.5; 64], ColourMode::Luma, CROP);
        let at = |x: usize, y: usize| &canvas[3 * (y * 160 + x)..][..3];
        assert_eq!(at(80, 60), [120; 3]);
        assert_eq!(at(80, 10), [100; 3]); // first row of the crop
        assert_eq!(at(30, 60), [100; 3]); // first column
        assert_eq!(at(5, 5), [100; 3]);
        let steps = canvas
            .chunks_exact(3)
            .zip(canvas[3..].chunks_exact(3))
            .map(|(a, b)| a[0].abs_diff(b[0]));
        assert!(steps.max().unwrap_or(0) <= 4, "an edge of the square shows");
    }

    #[test]
    fn zero_difference_changes_no_byte() {
        let mut frame = grey(0);
        for (index, byte) in frame.rgb.iter_mut().enumerate() {
            *byte = (index * 31 % 256) as u8;
        }
        assert_eq!(
            composed(&frame, &[0.0; 64], ColourMode::Luma, CROP),
            frame.rgb
        );
    }

    #[test]
    fn colour_differences_go_to_their_own_channel_and_saturate() {
        let frame = grey(200);
        let mut difference = vec![0.0; 192];
        difference[..64].fill(2.0);
        difference[128..].fill(-0.1);
        let canvas = composed(&frame, &difference, ColourMode::Rgb, CROP);
        assert_eq!(canvas[3 * (60 * 160 + 80)..][..3], [255, 200, 187]);
    }

    #[test]
    fn a_crop_over_the_edge_or_outside_is_clipped() {
        let frame = grey(100);
        for centre in [[0.0, 0.0], [159.0, 119.0], [-500.0, 60.0], [80.0, 900.0]] {
            composed(
                &frame,
                &[0.5; 64],
                ColourMode::Luma,
                Square { centre, side: 60.0 },
            );
        }
    }
}
