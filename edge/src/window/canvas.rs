//! The window's pixels.

use crate::{
    compose::mirror::Mirror,
    overlay::{
        Overlay,
        view::{Content, View},
    },
    picture::scale::{Fit, Scaler},
};

/// The window's pixels, `0x00RRGGBB`; kept, so that drawing at the same size allocates nothing.
#[derive(Default)]
pub(crate) struct Canvas {
    scaler: Scaler,
    pixels: Vec<u32>,
    size: [usize; 2],
}

impl Canvas {
    /// Empty, for pictures that are fitted into it as `fit` says.
    pub(crate) fn new(fit: Fit) -> Self {
        let mut canvas = Self::default();
        canvas.scaler.fit = fit;
        canvas
    }

    pub(crate) fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Sets the size. Returns whether it is another one.
    pub(crate) fn resize(&mut self, size: [usize; 2]) -> bool {
        std::mem::replace(&mut self.size, size) != size
    }

    /// Makes everything black.
    pub(crate) fn clear(&mut self) {
        self.pixels.clear();
        self.pixels.resize(self.size[0] * self.size[1], 0);
    }

    /// Draws the picture as the overlay wants it, and the overlay on it. `before` is the frame under the
    /// mirror picture, as RGB.
    pub(crate) fn draw(&mut self, before: &[u8], mirror: &Mirror, overlay: &Overlay) {
        self.pixels.resize(self.size[0] * self.size[1], 0);
        self.draw_picture(before, mirror, overlay.view());
        overlay.blend(&mut self.pixels, self.size);
    }

    fn draw_picture(&mut self, before: &[u8], mirror: &Mirror, view: View) {
        let (size, bright, after) = (mirror.size(), view.brightness, mirror.rgb());
        let (scaler, pixels, window) = (&mut self.scaler, &mut self.pixels, self.size);
        scaler.flipped = view.flipped;
        match view.content {
            Content::After => scaler.draw(after, size, pixels, window, bright),
            Content::Before => scaler.draw(before, size, pixels, window, bright),
            Content::Split => {
                let width = window[0];
                let line = ((width as f32 * view.split_at) as usize).clamp(1, width.max(2) - 1);
                let (left, right) = (0..line, line..width);
                scaler.draw_columns(before, size, pixels, window, bright, left);
                scaler.draw_columns(after, size, pixels, window, bright, right);
                for row in pixels.chunks_exact_mut(width) {
                    row[line - 1..(line + 1).min(width)].fill(0x00ff_ffff);
                }
            }
        }
    }
}
