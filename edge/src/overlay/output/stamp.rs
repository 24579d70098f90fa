//! The edited mark in pictures that leave the screen.

use crate::overlay::{
    page::marks,
    widget::{
        extent::{Extent, TOP_ROW_HEIGHT},
        layer::Layer,
        text::Text,
    },
};
use crate::{
    error::EdgeError,
    overlay::language::labels::{Labels, Language},
};
use std::path::Path;

/// Draws the edited mark into the upper right corner of RGB pictures; allocates only for another size.
pub(crate) struct Stamp {
    layer: Layer,
    text: Text,
    size: [usize; 2],
    label: String,
    row: Vec<u32>,
}

impl Stamp {
    /// A stamp in this language, with an optional font for characters that the built-in ones lack.
    ///
    /// # Errors
    /// Those of language and font files.
    pub(crate) fn open(language: &Language, font: Option<&Path>) -> Result<Self, EdgeError> {
        let (languages, chosen) = Labels::offered(language)?;
        let mut text = Text::new()?;
        if let Some(font) = font {
            text.add(font)?;
        }
        Ok(Self::new(text, &languages[chosen]))
    }

    /// A stamp in the language of these labels.
    pub(crate) fn new(text: Text, labels: &Labels) -> Self {
        Self {
            layer: Layer::default(),
            text,
            size: [0, 0],
            label: labels.edited.clone(),
            row: Vec::new(),
        }
    }

    /// Draws the mark onto `rgb` of `size` pixels.
    pub(crate) fn apply(&mut self, rgb: &mut [u8], size: [usize; 2]) {
        let extent = Extent::new(size);
        if self.size != size {
            self.size = size;
            let pill = marks::edited(&self.label);
            let width = pill.width(&self.text, extent.unit);
            let margin = extent.margin() * 0.6;
            let at = [extent.width - margin - width, margin];
            pill.draw(&mut self.layer, &mut self.text, at, extent.unit);
        }
        // Only the rows that the mark touches are converted.
        let height = extent.margin() + TOP_ROW_HEIGHT * extent.unit;
        let rows = (height.ceil() as usize + 2).min(size[1]);
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
    fn a_stamped_picture_has_the_mark_and_is_unchanged_elsewhere() {
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
