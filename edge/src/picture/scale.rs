//! Fits a picture into a window: bilinear, mirrored or not, with bars or cut edges where the aspects
//! differ.

use clap::ValueEnum;
use std::ops::Range;

/// Colour of the bars, `0x00RRGGBB`.
const BARS: u32 = 0x0008_090c;

/// What to do where picture and window have different aspects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Fit {
    /// Show the whole picture, with bars beside it.
    #[default]
    Contain,
    /// Fill the whole window, and cut off what lies beyond.
    Cover,
}

/// Draws pictures into a window's pixels; keeps its tables, so that a warm scaler allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Scaler {
    /// Whether what is left stands on the right, as a mirror shows it to the one in the picture.
    pub(crate) flipped: bool,
    pub(crate) fit: Fit,
    columns: Vec<LinearTap>,
    rows: Vec<LinearTap>,
    planned: Option<Planned>,
    origin: [usize; 2],
    /// The two source rows in use, stretched to the window's columns.
    lines: [Line; 2],
}

/// What the tables are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Planned {
    size: [usize; 2],
    window: [usize; 2],
    flipped: bool,
    fit: Fit,
}

#[derive(Debug, Default)]
struct Line {
    row: Option<usize>,
    /// Four to a pixel in the order of a window's bytes: blue, green, red, nothing.
    values: Vec<u8>,
}

/// Bytes per pixel of a window.
const LANES: usize = 4;
// A window's pixel is a number; its bytes lie in memory from the lowest to the highest.
const _: () = assert!(cfg!(target_endian = "little"));

impl Line {
    fn stretch(&mut self, rgb: &[u8], columns: &[LinearTap], brightness: u32) {
        self.values.resize(LANES * columns.len(), 0);
        for (out, tap) in self.values.chunks_exact_mut(LANES).zip(columns) {
            let (a, b) = (
                &rgb[tap.first..tap.first + 3],
                &rgb[tap.second..tap.second + 3],
            );
            let (first, second) = ((256 - tap.weight) * brightness, tap.weight * brightness);
            for i in 0..3 {
                let mixed = u32::from(a[i]) * first + u32::from(b[i]) * second;
                out[2 - i] = ((mixed + (1 << 15)) >> 16) as u8;
            }
        }
    }
}

/// Two neighbouring samples and the weight of the second, 0..=256.
#[derive(Debug, Clone, Copy)]
struct LinearTap {
    first: usize,
    second: usize,
    weight: u32,
}

impl Scaler {
    /// Draws `rgb` of `size` pixels into `pixels` of a window of `window` pixels. A `brightness` of
    /// 256 shows the picture as it is, 0 black.
    pub(crate) fn draw(
        &mut self,
        rgb: &[u8],
        size: [usize; 2],
        pixels: &mut [u32],
        window: [usize; 2],
        brightness: u32,
    ) {
        self.draw_columns(rgb, size, pixels, window, brightness, 0..window[0]);
    }

    /// Like [`Scaler::draw`], but only these columns of the window.
    pub(crate) fn draw_columns(
        &mut self,
        rgb: &[u8],
        size: [usize; 2],
        pixels: &mut [u32],
        window: [usize; 2],
        brightness: u32,
        columns: Range<usize>,
    ) {
        if size.contains(&0) || window.contains(&0) || rgb.len() != 3 * size[0] * size[1] {
            pixels.fill(BARS);
            return;
        }
        let wanted = Planned {
            size,
            window,
            flipped: self.flipped,
            fit: self.fit,
        };
        if self.planned != Some(wanted) {
            self.plan(size, window);
            self.planned = Some(wanted);
        }
        let [width, height] = [self.columns.len(), self.rows.len()];
        if [width, height] != window {
            for line in pixels.chunks_exact_mut(window[0]) {
                line[columns.clone()].fill(BARS);
            }
        }
        let left = self.origin[0];
        let part = columns.start.max(left) - left..columns.end.clamp(left, left + width) - left;
        if part.start >= part.end {
            return;
        }
        let stride = 3 * size[0];
        self.lines.iter_mut().for_each(|line| line.row = None);
        for (row, tap) in self.rows.iter().enumerate() {
            // Neighbouring window rows share source rows, so each of them is stretched once.
            if self.lines[0].row != Some(tap.first) {
                self.lines.swap(0, 1);
            }
            for (line, source) in self.lines.iter_mut().zip([tap.first, tap.second]) {
                if line.row != Some(source) {
                    line.stretch(
                        &rgb[source * stride..][..stride],
                        &self.columns[part.clone()],
                        brightness,
                    );
                    line.row = Some(source);
                }
            }
            let begin = (self.origin[1] + row) * window[0] + left + part.start;
            let out: &mut [u8] = bytemuck::cast_slice_mut(&mut pixels[begin..begin + part.len()]);
            let [upper, lower] = [&self.lines[0].values, &self.lines[1].values];
            if tap.weight == 0 {
                out.copy_from_slice(upper);
                continue;
            }
            // In 16 bits, which processors do eight or more at a time.
            let (first, second) = (256 - tap.weight as u16, tap.weight as u16);
            for ((out, &upper), &lower) in out.iter_mut().zip(upper).zip(lower) {
                let mixed = u16::from(upper) * first + u16::from(lower) * second;
                *out = ((mixed + 128) >> 8) as u8;
            }
        }
    }

    fn plan(&mut self, size: [usize; 2], window: [usize; 2]) {
        let scales = [0, 1].map(|i| window[i] as f32 / size[i] as f32);
        let scale = match self.fit {
            Fit::Contain => scales[0].min(scales[1]),
            Fit::Cover => scales[0].max(scales[1]),
        };
        let drawn = [0, 1].map(|i| {
            let side = (size[i] as f32 * scale).round() as usize;
            match self.fit {
                Fit::Contain => side.clamp(1, window[i]),
                Fit::Cover => side.max(window[i]),
            }
        });
        self.origin = [0, 1].map(|i| window[i].saturating_sub(drawn[i]) / 2);
        taps(&mut self.columns, size[0], drawn[0], window[0]);
        taps(&mut self.rows, size[1], drawn[1], window[1]);
        if self.flipped {
            self.columns.reverse();
        }
        // Samples become byte offsets.
        for tap in &mut self.columns {
            (tap.first, tap.second) = (3 * tap.first, 3 * tap.second);
        }
    }
}

/// For `drawn` pixels made of `source`, or for the `room` in their middle if that is less.
fn taps(taps: &mut Vec<LinearTap>, source: usize, drawn: usize, room: usize) {
    taps.clear();
    let step = source as f32 / drawn as f32;
    let shown = drawn.min(room);
    let first = (drawn - shown) / 2;
    taps.extend((first..first + shown).map(|pixel| {
        let position = ((pixel as f32 + 0.5) * step - 0.5).clamp(0.0, source as f32 - 1.0);
        let first = position as usize;
        LinearTap {
            first,
            second: (first + 1).min(source - 1),
            weight: ((position - first as f32) * 256.0).round() as u32,
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_its_own_size_the_picture_is_exactly_itself_or_exactly_flipped() {
        let rgb: Vec<u8> = (0..4 * 2 * 3).map(|i| i * 9).collect();
        let mut scaler = Scaler::default();
        for flipped in [true, false] {
            let mut pixels = vec![0; 8];
            scaler.flipped = flipped;
            scaler.draw(&rgb, [4, 2], &mut pixels, [4, 2], 256);
            for y in 0..2 {
                for x in 0..4 {
                    let at = 3 * (y * 4 + if flipped { 3 - x } else { x });
                    let [red, green, blue] = [rgb[at], rgb[at + 1], rgb[at + 2]].map(u32::from);
                    assert_eq!(pixels[y * 4 + x], red << 16 | green << 8 | blue);
                }
            }
        }
    }

    #[test]
    fn two_halves_drawn_apart_are_the_whole_picture() {
        let rgb: Vec<u8> = (0..7 * 5 * 3).map(|i| (i * 7 % 251) as u8).collect();
        for window in [[20, 9], [9, 20], [7, 5]] {
            let (mut whole, mut parts) = (vec![1; 180], vec![2; 180]);
            let mut scaler = Scaler::default();
            let pixels = window[0] * window[1];
            scaler.draw(&rgb, [7, 5], &mut whole[..pixels], window, 200);
            for columns in [0..1, 1..window[0] / 2, window[0] / 2..window[0]] {
                let out = &mut parts[..pixels];
                scaler.draw_columns(&rgb, [7, 5], out, window, 200, columns);
            }
            assert_eq!(whole[..pixels], parts[..pixels]);
        }
    }

    #[test]
    fn a_covered_window_has_no_bars_and_shows_the_middle() {
        // A bright square in the middle of a wide picture.
        let bright = |i: usize| (12..20).contains(&(i % 32)) && (4..12).contains(&(i / 32));
        let rgb: Vec<u8> = (0..32 * 16)
            .flat_map(|i| [if bright(i) { 200 } else { 40 }; 3])
            .collect();
        let mut scaler = Scaler {
            fit: Fit::Cover,
            ..Scaler::default()
        };
        for window in [[16, 32], [32, 16], [9, 40], [64, 8], [333, 7]] {
            let mut pixels = vec![BARS; window[0] * window[1]];
            scaler.draw(&rgb, [32, 16], &mut pixels, window, 256);
            assert!(!pixels.contains(&BARS), "{window:?}");
            let middle = pixels[window[1] / 2 * window[0] + window[0] / 2];
            assert_eq!(middle, 0x00c8_c8c8, "{window:?}");
        }
        // A portrait screen: the square keeps its shape.
        let mut pixels = vec![0; 16 * 32];
        scaler.draw(&rgb, [32, 16], &mut pixels, [16, 32], 256);
        let lit = |pixel: &&u32| **pixel > 0x0078_7878;
        assert_eq!(pixels.iter().filter(lit).count(), 16 * 16);
    }

    #[test]
    fn bars_fill_what_another_aspect_leaves_and_odd_sizes_are_no_problem() {
        let rgb = vec![200; 4 * 4 * 3];
        let mut pixels = vec![0; 8 * 4];
        Scaler::default().draw(&rgb, [4, 4], &mut pixels, [8, 4], 256);
        assert_eq!(pixels[..8].iter().filter(|&&p| p == BARS).count(), 4);
        for window in [[1, 1], [3, 50], [50, 3], [0, 5]] {
            let mut pixels = vec![0; window[0] * window[1]];
            Scaler::default().draw(&rgb, [4, 4], &mut pixels, window, 90);
        }
    }
}
