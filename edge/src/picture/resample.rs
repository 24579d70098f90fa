//! Antialiased sub-pixel sampling of a rectangle of a frame into a small picture.

use crate::picture::frame::Frame;
use aligner::Square;
use model_spec::{ColourMode, pixel::LUMA_WEIGHTS};

/// Samples rectangles of frames; keeps its buffers, so that a warm resampler allocates nothing.
///
/// The filter is a triangle as wide as two output pixels (two source pixels when enlarging): no
/// aliasing when shrinking, bilinear when enlarging. Outside the frame the border repeats.
#[derive(Debug, Default, Clone)]
pub struct Resampler {
    columns: Axis,
    rows: Axis,
    /// One source row in planes, the columns in use only.
    line: Vec<f32>,
    /// Source rows in use, already of output width.
    band: Vec<f32>,
    /// The upright surroundings of a turned crop.
    upright: Vec<f32>,
}

/// For every output position: where its source samples begin, and their weights.
#[derive(Debug, Default, Clone)]
struct Axis {
    first: Vec<usize>,
    weights: Vec<f32>,
    taps: usize,
}

impl Axis {
    /// `count` outputs over `origin..origin + count * step` of a source of `limit` samples.
    fn plan(&mut self, origin: f32, step: f32, count: usize, limit: usize) {
        let radius = step.max(1.0);
        self.taps = ((2.0 * radius).ceil() as usize + 1).min(limit);
        self.first.clear();
        self.weights.clear();
        self.weights.resize(count * self.taps, 0.0);
        let last_start = (limit - self.taps) as isize;
        for output in 0..count {
            let centre = origin + (output as f32 + 0.5) * step - 0.5;
            let begin = (centre - radius).ceil() as isize;
            let end = (centre + radius).floor() as isize;
            let first = begin.clamp(0, last_start);
            self.first.push(first as usize);
            let weights = &mut self.weights[output * self.taps..][..self.taps];
            let mut sum = 0.0;
            for sample in begin..=end {
                let weight = (1.0 - (sample as f32 - centre).abs() / radius).max(0.0);
                let slot = (sample - first).clamp(0, self.taps as isize - 1);
                weights[slot as usize] += weight;
                sum += weight;
            }
            weights.iter_mut().for_each(|weight| *weight /= sum);
        }
    }

    /// Source samples in use.
    fn range(&self) -> std::ops::Range<usize> {
        let begin = self.first.first().copied().unwrap_or(0);
        let end = self.first.last().map_or(0, |first| first + self.taps);
        begin..end
    }
}

impl Resampler {
    /// Samples the rectangle at `origin` (frame pixels) of `size` pixels into planes.
    ///
    /// `output` becomes `[channels, out_height, out_width]` with values `byte * scale + offset`,
    /// so scale 1 and offset 0 give 0..=255, and 1/127.5 and -1 give the model's [-1, 1].
    #[allow(clippy::too_many_arguments)] // One rectangle, one grid, one value range.
    pub(crate) fn sample(
        &mut self,
        frame: &Frame,
        origin: [f32; 2],
        size: [f32; 2],
        colour: ColourMode,
        [out_width, out_height]: [usize; 2],
        [scale, offset]: [f32; 2],
        output: &mut Vec<f32>,
    ) {
        let channels = colour.channels();
        output.clear();
        output.resize(channels * out_width * out_height, offset);
        if frame.width == 0 || frame.height == 0 {
            return;
        }
        let steps = [size[0] / out_width as f32, size[1] / out_height as f32];
        self.columns
            .plan(origin[0], steps[0], out_width, frame.width);
        self.rows
            .plan(origin[1], steps[1], out_height, frame.height);
        let columns = self.columns.range();
        let rows = self.rows.range();
        let span = columns.len();
        self.line.resize(channels * span, 0.0);
        let band_row = channels * out_width;
        self.band.resize(rows.len() * band_row, 0.0);

        for (row, band) in rows.clone().zip(self.band.chunks_exact_mut(band_row)) {
            let begin = 3 * (row * frame.width + columns.start);
            let bytes = &frame.rgb[begin..begin + 3 * span];
            match colour {
                ColourMode::Luma => luma_line(bytes, &mut self.line),
                ColourMode::Rgb => plane_lines(bytes, &mut self.line, span),
            }
            for (line, out) in self
                .line
                .chunks_exact(span)
                .zip(band.chunks_exact_mut(out_width))
            {
                let taps = self.columns.taps;
                let weights = self.columns.weights.chunks_exact(taps);
                for ((out, &first), weights) in out.iter_mut().zip(&self.columns.first).zip(weights)
                {
                    *out = dot(&line[first - columns.start..][..taps], weights);
                }
            }
        }

        let plane = out_width * out_height;
        let taps = self.rows.taps;
        for out_row in 0..out_height {
            let weights = &self.rows.weights[out_row * taps..][..taps];
            let first = self.rows.first[out_row] - rows.start;
            for channel in 0..channels {
                let out = &mut output[channel * plane + out_row * out_width..][..out_width];
                for (tap, &weight) in weights.iter().enumerate() {
                    let weight = weight * scale;
                    let band = &self.band[(first + tap) * band_row + channel * out_width..];
                    for (out, &value) in out.iter_mut().zip(band) {
                        *out += weight * value;
                    }
                }
            }
        }
    }
}

impl Resampler {
    /// Samples a crop, which may be turned, into planes `[C, size, size]` with values
    /// `byte * scale + offset`.
    ///
    /// Its upright surroundings are shrunk first, to twice the resolution asked for if there is as
    /// much; turning those is then bilinear, so nothing aliases.
    pub fn sample_crop(
        &mut self,
        frame: &Frame,
        crop: Square,
        colour: ColourMode,
        size: usize,
        [scale, offset]: [f32; 2],
        output: &mut Vec<f32>,
    ) {
        output.clear();
        output.resize(colour.channels() * size * size, offset);
        // Samples per side of an output sample that are averaged.
        let finer = if crop.side > 1.5 * size as f32 { 2 } else { 1 };
        let bounds = crop.bounds();
        let pitch = crop.side / (size * finer) as f32;
        // A sample more on both sides for the bilinear ones at the corners.
        let count = (bounds.side / pitch).ceil();
        // A crop without a size, or that is not a number.
        if !count.is_finite() {
            return;
        }
        let count = count as usize + 2;
        let side = count as f32 * pitch;
        let origin = bounds.centre.map(|centre| centre - side * 0.5);
        let mut upright = std::mem::take(&mut self.upright);
        self.sample(
            frame,
            origin,
            [side; 2],
            colour,
            [count; 2],
            [1.0, 0.0],
            &mut upright,
        );
        let [along, across] = crop.axes().map(|axis| axis.map(|part| part / (crop.side)));
        let middle = count as f32 * 0.5 - 0.5;
        let outputs = output.chunks_exact_mut(size * size);
        for (plane, output) in upright.chunks_exact(count * count).zip(outputs) {
            for (index, out) in output.iter_mut().enumerate() {
                let mut sum = 0.0;
                for part in 0..finer * finer {
                    let place = |sample: usize, part: usize| {
                        (sample * finer + part) as f32 + 0.5 - (size * finer) as f32 * 0.5
                    };
                    let u = place(index % size, part % finer);
                    let v = place(index / size, part / finer);
                    let x = middle + along[0] * u + across[0] * v;
                    let y = middle + along[1] * u + across[1] * v;
                    sum += bilinear(plane, count, x, y);
                }
                *out = sum * (scale / (finer * finer) as f32) + offset;
            }
        }
        self.upright = upright;
    }
}

/// The value at `(x, y)` of a square `plane`, sample centres at whole numbers.
#[inline]
fn bilinear(plane: &[f32], count: usize, x: f32, y: f32) -> f32 {
    let last = (count - 2) as f32 + 0.999;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (column, row) = (x as usize, y as usize);
    let (right, lower) = (x - column as f32, y - row as f32);
    let at = row * count + column;
    let upper = plane[at] + right * (plane[at + 1] - plane[at]);
    let next = at + count;
    let below = plane[next] + right * (plane[next + 1] - plane[next]);
    upper + lower * (below - upper)
}

fn dot(values: &[f32], weights: &[f32]) -> f32 {
    values.iter().zip(weights).map(|(a, b)| a * b).sum()
}

fn luma_line(rgb: &[u8], line: &mut [f32]) {
    let [red, green, blue] = LUMA_WEIGHTS;
    for (out, pixel) in line.iter_mut().zip(rgb.chunks_exact(3)) {
        *out = red * f32::from(pixel[0]) + green * f32::from(pixel[1]) + blue * f32::from(pixel[2]);
    }
}

fn plane_lines(rgb: &[u8], line: &mut [f32], span: usize) {
    for (channel, plane) in line.chunks_exact_mut(span).enumerate() {
        for (out, pixel) in plane.iter_mut().zip(rgb.chunks_exact(3)) {
            *out = f32::from(pixel[channel]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red rises with x, green with y, blue is constant.
    fn ramp() -> Frame {
        let mut frame = Frame::default();
        frame.resize(120, 100);
        for y in 0..100_usize {
            for x in 0..120_usize {
                frame.rgb[3 * (y * 120 + x)..][..3].copy_from_slice(&[x as u8, y as u8, 50]);
            }
        }
        frame
    }

    #[test]
    fn a_linear_picture_is_sampled_exactly_at_any_position_and_scale() {
        let frame = ramp();
        let mut resampler = Resampler::default();
        let mut out = Vec::new();
        for side in [9.7_f32, 20.0, 63.3] {
            let origin = [25.35, 17.8];
            let (size, grid) = ([side, side], [16, 16]);
            resampler.sample(
                &frame,
                origin,
                size,
                ColourMode::Rgb,
                grid,
                [1.0, 0.0],
                &mut out,
            );
            for y in 0..16 {
                for x in 0..16 {
                    let step = side / 16.0;
                    let expected_x = origin[0] + (x as f32 + 0.5) * step - 0.5;
                    let expected_y = origin[1] + (y as f32 + 0.5) * step - 0.5;
                    // A sampled triangle is not exactly symmetric, hence a tenth of a step.
                    let tolerance = 0.1 * step.max(1.0);
                    assert!((out[y * 16 + x] - expected_x).abs() < tolerance);
                    assert!((out[256 + y * 16 + x] - expected_y).abs() < tolerance);
                    assert!((out[512 + y * 16 + x] - 50.0).abs() < 1e-3);
                }
            }
        }
    }

    #[test]
    fn a_turned_crop_of_a_linear_picture_is_sampled_exactly() {
        let frame = ramp();
        let mut resampler = Resampler::default();
        let mut out = Vec::new();
        for (side, degrees) in [
            (9.7_f32, 20.0_f32),
            (20.0, -35.0),
            (40.0, 0.0),
            (43.0, 25.0),
        ] {
            let crop = Square {
                centre: [60.3, 50.8],
                side,
                roll: degrees.to_radians(),
            };
            resampler.sample_crop(&frame, crop, ColourMode::Rgb, 16, [1.0, 0.0], &mut out);
            for index in 0..256 {
                let part = |sample: usize| (sample as f32 + 0.5) / 16.0 - 0.5;
                let [x, y] = crop.frame_from_crop([part(index % 16), part(index / 16)]);
                let tolerance = 0.1 * (side / 16.0).max(1.0);
                assert!(
                    (out[index] - (x - 0.5)).abs() < tolerance,
                    "{side} {degrees}"
                );
                assert!(
                    (out[256 + index] - (y - 0.5)).abs() < tolerance,
                    "{side} {degrees}"
                );
                assert!((out[512 + index] - 50.0).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn shrinking_averages_instead_of_picking() {
        let mut frame = Frame::default();
        frame.resize(64, 64);
        for (index, pixel) in frame.rgb.chunks_exact_mut(3).enumerate() {
            let checker = (index % 64 + index / 64) % 2 == 0;
            pixel.fill(if checker { 255 } else { 0 });
        }
        let mut out = Vec::new();
        Resampler::default().sample(
            &frame,
            [0.0; 2],
            [64.0; 2],
            ColourMode::Luma,
            [8, 8],
            [1.0 / 127.5, -1.0],
            &mut out,
        );
        assert!(out.iter().all(|value| value.abs() < 0.03), "{out:?}");
    }

    #[test]
    fn outside_the_frame_the_border_repeats() {
        let frame = ramp();
        let mut out = Vec::new();
        Resampler::default().sample(
            &frame,
            [-60.0, -60.0],
            [40.0; 2],
            ColourMode::Rgb,
            [4, 4],
            [1.0, 0.0],
            &mut out,
        );
        assert!(out[..32].iter().all(|value| value.abs() < 1e-3), "{out:?}");
    }

    #[test]
    fn a_frame_smaller_than_the_filter_is_no_problem() {
        let mut frame = Frame::default();
        frame.resize(1, 2);
        let mut out = Vec::new();
        Resampler::default().sample(
            &frame,
            [0.0; 2],
            [300.0; 2],
            ColourMode::Luma,
            [8, 8],
            [1.0, 0.0],
            &mut out,
        );
        assert_eq!(out, [0.0; 64]);
    }
}
