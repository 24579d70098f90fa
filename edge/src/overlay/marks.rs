//! The marks that never fade: edited, before, recording.

use super::{
    chips::HEIGHT,
    extent::Extent,
    layer::Layer,
    shape::{self, Area, Colour},
    text::{Align, Text, Weight, style},
};
use crate::{
    error::EdgeError,
    overlay::labels::{Labels, Language},
};
use std::path::Path;
use tiny_skia::Pixmap;

/// What is true of the picture on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Truth {
    /// It is edited, at least in its right half.
    pub edited: bool,
    /// It is the picture before the edit, on request.
    pub before: bool,
    /// Its left half is the picture before the edit.
    pub split: bool,
    /// It is being recorded.
    pub recording: bool,
}

/// The marks at the upper right; in split view also one at the left.
#[derive(Debug, Default)]
pub struct Marks {
    main: Layer,
    left: Layer,
    recording: Layer,
    drawn: Option<(Truth, Extent)>,
}

const PIXELS: f32 = 16.0;

impl Marks {
    /// Redraws what changed. Returns whether anything did.
    pub fn draw(&mut self, truth: Truth, extent: Extent, text: &mut Text, labels: &Labels) -> bool {
        if self.drawn == Some((truth, extent)) {
            return false;
        }
        self.drawn = Some((truth, extent));
        let (unit, margin) = (extent.unit, extent.margin());
        for layer in [&mut self.main, &mut self.left, &mut self.recording] {
            layer.hide();
        }
        let mut right = extent.width - margin;
        let before = Pill::new(&labels.before, [14, 17, 24, 214], false);
        let main = if truth.before {
            Some(before)
        } else {
            truth
                .edited
                .then(|| Pill::new(&labels.edited, shape::ACCENT, false))
        };
        if let Some(pill) = main {
            let at = [right - pill.width(text, unit), margin];
            right = at[0] - 10.0 * unit;
            pill.draw(&mut self.main, text, at, unit);
        }
        if truth.recording {
            let pill = Pill::new(&labels.recording, shape::RED, true);
            let at = [right - pill.width(text, unit), margin];
            pill.draw(&mut self.recording, text, at, unit);
        }
        if truth.split && truth.edited {
            // Beside the dividing line, under the status line.
            let at = [
                extent.width * 0.5 - before.width(text, unit) - 14.0 * unit,
                margin + (HEIGHT + 12.0) * unit,
            ];
            before.draw(&mut self.left, text, at, unit);
        }
        true
    }

    /// Has everything redrawn.
    pub fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Blends them onto the window, always opaque.
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        for layer in [&self.main, &self.left, &self.recording] {
            layer.blend(pixels, size, 256);
        }
    }
}

/// One mark.
#[derive(Debug, Clone, Copy)]
struct Pill<'a> {
    line: &'a str,
    ground: Colour,
    dot: bool,
}

impl<'a> Pill<'a> {
    fn new(line: &'a str, ground: Colour, dot: bool) -> Self {
        Self { line, ground, dot }
    }

    fn width(&self, text: &Text, unit: f32) -> f32 {
        let dot = if self.dot { 18.0 * unit } else { 0.0 };
        text.width(self.line, Weight::SemiBold, PIXELS * unit) + dot + 36.0 * unit
    }

    fn draw(&self, layer: &mut Layer, text: &mut Text, at: [f32; 2], unit: f32) {
        let size = [self.width(text, unit), HEIGHT * unit];
        if let Some(pixmap) = layer.start(at, size) {
            self.paint(pixmap, text, unit, size);
        }
    }

    fn paint(&self, pixmap: &mut Pixmap, text: &mut Text, unit: f32, size: [f32; 2]) {
        let area = Area::sized(size);
        shape::rounded(pixmap, area, size[1] * 0.5, self.ground);
        let edge = [255, 255, 255, 90];
        shape::outlined(pixmap, area, size[1] * 0.5, 1.2 * unit, edge);
        let mut x = 18.0 * unit;
        if self.dot {
            let centre = [x + 4.0 * unit, size[1] * 0.5];
            shape::disc(pixmap, centre, 5.0 * unit, shape::WHITE);
            x += 18.0 * unit;
        }
        let pixels = PIXELS * unit;
        let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Left);
        let baseline = size[1] * 0.5 + pixels * 0.36;
        text.draw(pixmap, self.line, x, baseline, ink);
    }
}

/// Draws the edited mark into the upper right corner of an RGB picture that leaves the screen.
pub struct Stamp {
    layer: Layer,
    text: Text,
    size: [usize; 2],
    line: String,
    row: Vec<u32>,
}

impl Stamp {
    /// A stamp in this language, with an optional font for characters that the built-in ones lack.
    ///
    /// # Errors
    /// Those of language and font files.
    pub fn open(language: &Language, font: Option<&Path>) -> Result<Self, EdgeError> {
        let (languages, chosen) = Labels::offered(language)?;
        let mut text = Text::new()?;
        if let Some(font) = font {
            text.add(font)?;
        }
        Ok(Self::new(text, &languages[chosen]))
    }

    /// With the mark of these labels.
    #[must_use]
    pub fn new(text: Text, labels: &Labels) -> Self {
        Self {
            layer: Layer::default(),
            text,
            size: [0, 0],
            line: labels.edited.clone(),
            row: Vec::new(),
        }
    }

    /// Draws the mark onto `rgb` of `size` pixels.
    pub fn apply(&mut self, rgb: &mut [u8], size: [usize; 2]) {
        if self.size != size {
            self.size = size;
            let extent = Extent::new(size);
            let pill = Pill::new(&self.line, shape::ACCENT, false);
            let width = pill.width(&self.text, extent.unit);
            let margin = extent.margin() * 0.6;
            let at = [extent.width - margin - width, margin];
            pill.draw(&mut self.layer, &mut self.text, at, extent.unit);
        }
        // Only the rows that the mark touches are taken apart.
        let extent = Extent::new(size);
        let rows = ((extent.margin() + HEIGHT * extent.unit).ceil() as usize + 2).min(size[1]);
        let touched = &mut rgb[..3 * rows * size[0]];
        self.row.clear();
        self.row.extend(touched.chunks_exact(3).map(|pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            red << 16 | green << 8 | blue
        }));
        self.layer.blend(&mut self.row, [size[0], rows], 256);
        for (pixel, mixed) in touched.chunks_exact_mut(3).zip(&self.row) {
            let [_, red, green, blue] = mixed.to_be_bytes();
            pixel.copy_from_slice(&[red, green, blue]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamped_picture_has_the_mark_and_is_untouched_elsewhere() {
        let labels = Labels::shipped().unwrap().remove(0);
        let mut stamp = Stamp::new(Text::new().unwrap(), &labels);
        for size in [[1280, 720], [640, 480], [64, 48]] {
            let before: Vec<u8> = (0..3 * size[0] * size[1])
                .map(|i| (i % 251) as u8)
                .collect();
            let mut after = before.clone();
            stamp.apply(&mut after, size);
            let differ = |at: usize| before[at] != after[at];
            let changed = (0..before.len()).filter(|&at| differ(at)).count();
            assert!(changed > before.len() / 400, "{size:?}: {changed}");
            let below = before.len() / 3;
            assert!(
                size[1] < 100 || !(below..before.len()).any(differ),
                "{size:?}"
            );
            let left = |at: &usize| at / 3 % size[0] < size[0] / 2;
            assert!(
                size[0] < 100 || !(0..before.len()).filter(left).any(differ),
                "{size:?}"
            );
        }
    }
}
