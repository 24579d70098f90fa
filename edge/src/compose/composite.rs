//! Lays the model's small difference over the camera's full-resolution picture.

use crate::picture::frame::Frame;
use aligner::Square;
use model_spec::ColourMode;

/// Bytes per unit of a model value: [-1, 1] spans 255.
const BYTES_PER_UNIT: f32 = 127.5;
/// Part of the crop's side over which the edit fades out at each border. Small: a training crop ends
/// just below the mouth, where most of a smile is.
const FEATHER: f32 = 0.09;

/// A difference and where it belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patch<'a> {
    /// `[C, S, S]`, to be added in units of the model's [-1, 1].
    pub(crate) difference: &'a [f32],
    /// `S`.
    pub(crate) size: usize,
    /// `C` and its meaning.
    pub(crate) colour: ColourMode,
    /// Where on the frame it lies.
    pub(crate) crop: Square,
}

/// Adds differences to pictures; keeps its buffers, so that a warm compositor allocates nothing.
///
/// The difference is enlarged with Catmull-Rom splines, which are smooth (no grid of model pixels
/// shows) and keep its height, and fades to zero at the crop's border (no square shows). The
/// enlarged one is then turned with the crop, bilinear, which loses nothing on so smooth a picture.
#[derive(Debug, Default)]
pub(crate) struct Compositor {
    taps: Vec<Tap>,
    /// One row of samples at the fine columns.
    wide: Vec<f32>,
    /// `[C, N + 2, N + 2]`: the enlarged difference in bytes, faded, in a border of zeros.
    fine: Vec<f32>,
}

/// Most fine samples per sample of the difference.
const FINEST: usize = 8;

/// For one fine column or row of the crop: four samples, their weights, fade.
#[derive(Debug, Clone, Copy)]
struct Tap {
    samples: [usize; 4],
    weights: [f32; 4],
    fade: f32,
}

impl Compositor {
    /// Adds `patch` to `canvas`, a copy of `frame.rgb`.
    ///
    /// A luma difference is added to red, green and blue alike, which changes luma by just that and
    /// leaves the colour differences alone. Values saturate. Where nothing is added, bytes stay.
    pub(crate) fn apply(&mut self, frame: &Frame, patch: Patch<'_>, canvas: &mut [u8]) {
        let channels = patch.colour.channels();
        let samples = channels * patch.size * patch.size;
        if canvas.len() != frame.rgb.len() || samples != patch.difference.len() || samples == 0 {
            log::error!("a difference or canvas of a wrong size was not drawn");
            return;
        }
        // A crop without a size, or that is not a number, has no pixels.
        if patch.crop.side.is_nan() || patch.crop.side < 1.0 {
            return;
        }
        let count = (patch.crop.side.ceil() as usize).min(FINEST * patch.size);
        self.enlarge(&patch, count);
        self.turn(frame, &patch, count, canvas);
    }

    /// Fills `fine` with `count` samples per side.
    fn enlarge(&mut self, patch: &Patch<'_>, count: usize) {
        let size = patch.size;
        // A face that comes nearer shall not allocate.
        let (most, channels) = (FINEST * size, patch.colour.channels());
        self.taps.clear();
        self.wide.clear();
        self.fine.clear();
        self.taps.reserve_exact(most);
        self.wide.reserve_exact(size * most);
        self.fine.reserve_exact(channels * (most + 2) * (most + 2));
        self.taps
            .extend((0..count).map(|index| Tap::new(index, count, size)));
        self.wide.resize(size * count, 0.0);
        let stride = count + 2;
        self.fine.resize(channels * stride * stride, 0.0);
        for (plane, fine) in patch
            .difference
            .chunks_exact(size * size)
            .zip(self.fine.chunks_exact_mut(stride * stride))
        {
            let rows = plane.chunks_exact(size);
            for (source, wide) in rows.zip(self.wide.chunks_exact_mut(count)) {
                for (out, tap) in wide.iter_mut().zip(&self.taps) {
                    let mix: f32 = (0..4)
                        .map(|i| tap.weights[i] * source[tap.samples[i]])
                        .sum();
                    *out = mix * tap.fade;
                }
            }
            let lines = fine[stride..].chunks_exact_mut(stride);
            for (line, tap) in lines.zip(&self.taps) {
                let rows = tap
                    .samples
                    .map(|sample| &self.wide[sample * count..][..count]);
                let weights = tap.weights.map(|weight| weight * tap.fade * BYTES_PER_UNIT);
                for (column, out) in line[1..=count].iter_mut().enumerate() {
                    *out = (weights[0] * rows[0][column] + weights[1] * rows[1][column])
                        + (weights[2] * rows[2][column] + weights[3] * rows[3][column]);
                }
            }
        }
    }

    /// Adds `fine` where the crop lies.
    fn turn(&self, frame: &Frame, patch: &Patch<'_>, count: usize, canvas: &mut [u8]) {
        let (crop, stride) = (patch.crop, count + 2);
        let (sin, cos) = crop.roll.sin_cos();
        let fine = count as f32;
        // Fine samples per pixel to the right.
        let step = [cos, -sin].map(|part| part * fine / crop.side);
        let bounds = crop.bounds();
        let edge = |middle: f32, limit: usize| middle.clamp(0.0, limit as f32) as usize;
        let top = edge((bounds.centre[1] - bounds.side * 0.5).floor(), frame.height);
        let bottom = edge((bounds.centre[1] + bounds.side * 0.5).ceil(), frame.height);
        for y in top..bottom {
            let start = crop.crop_from_frame([0.5, y as f32 + 0.5]);
            // Positions on the fine samples and their border, of the row's first pixel.
            let start = start.map(|part| (part + 0.5) * fine + 0.5);
            let (begin, end) = inside(start, step, fine, frame.width);
            let pixels = &mut canvas[3 * y * frame.width..][3 * begin..3 * end];
            for (x, pixel) in (begin..end).zip(pixels.chunks_exact_mut(3)) {
                let [u, v] = [0, 1].map(|i| (start[i] + x as f32 * step[i]).clamp(0.0, fine));
                let (column, row) = (u as usize, v as usize);
                let (right, lower) = (u - column as f32, v - row as f32);
                let at = row * stride + column;
                let add = |plane: &[f32]| {
                    let upper = plane[at] + right * (plane[at + 1] - plane[at]);
                    let next = at + stride;
                    let below = plane[next] + right * (plane[next + 1] - plane[next]);
                    upper + lower * (below - upper)
                };
                match patch.colour {
                    ColourMode::Luma => {
                        let add = add(&self.fine);
                        pixel.iter_mut().for_each(|byte| *byte = added(*byte, add));
                    }
                    ColourMode::Rgb => {
                        let planes = self.fine.chunks_exact(stride * stride);
                        for (byte, plane) in pixel.iter_mut().zip(planes) {
                            *byte = added(*byte, add(plane));
                        }
                    }
                }
            }
        }
    }
}

impl Tap {
    /// For fine sample `index` of `count`, over `size` samples.
    fn new(index: usize, count: usize, size: usize) -> Self {
        let relative = (index as f32 + 0.5) / count as f32;
        let position = relative * size as f32 - 0.5;
        let whole = position.floor();
        let last = size as isize - 1;
        let sample = |offset: isize| (whole as isize + offset).clamp(0, last) as usize;
        Self {
            samples: [sample(-1), sample(0), sample(1), sample(2)],
            weights: catmull_rom(position - whole),
            fade: fade(relative),
        }
    }
}

/// The pixels `begin..end` of a row of `width` for which `start + pixel * step` lies in 0.5 to
/// `fine + 0.5` on both axes: those on the crop.
fn inside(start: [f32; 2], step: [f32; 2], fine: f32, width: usize) -> (usize, usize) {
    let (mut begin, mut end) = (0.0_f32, width as f32);
    for (start, step) in start.into_iter().zip(step) {
        let bounds = [0.5 - start, fine + 0.5 - start];
        if step.abs() < 1e-6 {
            if bounds[0] > 0.0 || bounds[1] < 0.0 {
                return (0, 0);
            }
            continue;
        }
        let [a, b] = bounds.map(|bound| bound / step);
        begin = begin.max(a.min(b).ceil());
        end = end.min(a.max(b).floor() + 1.0);
    }
    let begin = begin as usize;
    (
        begin,
        (end.max(0.0) as usize).clamp(begin, width.max(begin)),
    )
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

    const CROP: Square = Square::upright([80.0, 60.0], 100.0);

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
                Square {
                    centre,
                    side: 60.0,
                    roll: 0.4,
                },
            );
        }
    }

    #[test]
    fn a_turned_crop_turns_the_difference_with_it() {
        let frame = grey(100);
        // Bright in the upper left quarter.
        let mut difference = [0.0; 64];
        for row in difference.chunks_exact_mut(8).take(4) {
            row[..4].fill(0.4);
        }
        for degrees in [-90.0_f32, -20.0, 0.0, 10.0, 35.0, 180.0] {
            let crop = Square {
                roll: degrees.to_radians(),
                ..CROP
            };
            let canvas = composed(&frame, &difference, ColourMode::Luma, crop);
            let at = |point: [f32; 2]| {
                let [x, y] = crop.frame_from_crop(point).map(|part| part as usize);
                canvas[3 * (y * 160 + x)]
            };
            assert!(at([-0.25, -0.25]).abs_diff(151) <= 2, "{degrees}");
            for dark in [[0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]] {
                assert!(at(dark).abs_diff(100) <= 2, "{degrees} {dark:?}");
            }
            let changed = canvas.chunks_exact(3).enumerate();
            for (index, _) in changed.filter(|(_, pixel)| pixel[0] != 100) {
                let centre = [(index % 160) as f32 + 0.5, (index / 160) as f32 + 0.5];
                let on_crop = crop.crop_from_frame(centre);
                assert!(on_crop.iter().all(|part| part.abs() <= 0.5), "{degrees}");
            }
        }
    }
}
