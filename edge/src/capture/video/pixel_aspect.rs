//! Pictures whose pixels are not square, as analogue video and DVDs have them.

use crate::picture::frame::Frame;
use std::mem;

/// Width and height of a pixel, in any unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PixelAspect {
    width: u32,
    height: u32,
}

impl PixelAspect {
    /// From `24:11`; none where pixels are square, where it is not told (`0:0`), or beyond reason.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (width, height) = text.split_once(':')?;
        let (width, height) = (width.parse().ok()?, height.parse().ok()?);
        let ratio = f64::from(width) / f64::from(height);
        let is_told = (0.1..=10.0).contains(&ratio) && (ratio - 1.0).abs() > 0.002;
        is_told.then_some(Self { width, height })
    }

    /// Pixels of a row once they are square.
    fn width_of(self, pixels: usize) -> usize {
        let (width, height) = (self.width as usize, self.height as usize);
        ((pixels * width + height / 2) / height).max(1)
    }
}

/// Stretches rows to square pixels; keeps its tables, so that a warm one allocates nothing.
#[derive(Debug)]
pub(super) struct Squarer {
    aspect: PixelAspect,
    /// Width the taps are planned for.
    planned: usize,
    taps: Vec<Tap>,
    spare: Vec<u8>,
}

/// The bytes of two neighbouring pixels and the weight of the second, 0 to 256.
#[derive(Debug, Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    weight: u32,
}

impl Squarer {
    pub(super) fn new(aspect: PixelAspect) -> Self {
        Self {
            aspect,
            planned: 0,
            taps: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn plan(&mut self, width: usize) {
        let wide = self.aspect.width_of(width);
        let step = width as f64 / wide as f64;
        self.taps.clear();
        self.taps.extend((0..wide).map(|pixel| {
            let at = ((pixel as f64 + 0.5) * step - 0.5).clamp(0.0, (width - 1) as f64);
            let first = at as usize;
            Tap {
                first: 3 * first,
                second: 3 * (first + 1).min(width - 1),
                weight: ((at - first as f64) * 256.0).round() as u32,
            }
        }));
        self.planned = width;
    }

    /// Gives `frame` square pixels; its height stays.
    pub(super) fn apply(&mut self, frame: &mut Frame) {
        if self.planned != frame.width {
            self.plan(frame.width);
        }
        let wide = self.taps.len();
        self.spare.resize(3 * wide * frame.height, 0);
        let rows = frame.rgb.chunks_exact(3 * frame.width);
        for (row, out) in rows.zip(self.spare.chunks_exact_mut(3 * wide)) {
            for (out, tap) in out.chunks_exact_mut(3).zip(&self.taps) {
                for channel in 0..3 {
                    let first = u32::from(row[tap.first + channel]) * (256 - tap.weight);
                    let second = u32::from(row[tap.second + channel]) * tap.weight;
                    out[channel] = ((first + second + 128) >> 8) as u8;
                }
            }
        }
        mem::swap(&mut frame.rgb, &mut self.spare);
        frame.width = wide;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_stretched_to_square_pixels() {
        for (aspect, wide) in [("2:1", 8), ("24:11", 9), ("1:2", 2)] {
            let aspect = PixelAspect::parse(aspect).unwrap();
            let mut frame = Frame::default();
            frame.resize(4, 2);
            for (at, pixel) in frame.rgb.chunks_exact_mut(3).enumerate() {
                pixel.fill((at % 4 * 60) as u8);
            }
            Squarer::new(aspect).apply(&mut frame);
            assert_eq!([frame.width, frame.height], [wide, 2]);
            let row: Vec<u8> = frame.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
            assert!(
                row[..wide].is_sorted() && row[..wide] == row[wide..],
                "{row:?}"
            );
            assert_eq!(u32::from(row[0]) + u32::from(row[wide - 1]), 180, "{row:?}");
        }
        for text in ["1:1", "0:0", "", "5", "1:0", "1:1000", "128:128"] {
            assert_eq!(PixelAspect::parse(text), None, "{text}");
        }
    }
}
