//! A small picture with transparency somewhere on the window.

use tiny_skia::{Color, Pixmap};

/// A pixmap and its place.
#[derive(Debug, Default)]
pub struct Layer {
    at: [i32; 2],
    pixmap: Option<Pixmap>,
}

impl Layer {
    /// Moves the layer to `at`, gives it a size in pixels and empties it. None when it has no area.
    pub fn start(&mut self, at: [f32; 2], size: [f32; 2]) -> Option<&mut Pixmap> {
        self.at = at.map(|value| value.round() as i32);
        let [width, height] = size.map(|side| side.ceil().max(0.0) as u32);
        let fits = |pixmap: &Pixmap| (pixmap.width(), pixmap.height()) == (width, height);
        if !self.pixmap.as_ref().is_some_and(fits) {
            self.pixmap = Pixmap::new(width, height);
        }
        let pixmap = self.pixmap.as_mut()?;
        pixmap.fill(Color::TRANSPARENT);
        Some(pixmap)
    }

    /// Shows nothing.
    pub fn clear(&mut self) {
        self.pixmap = None;
    }

    /// Blends the layer onto `pixels` (`0x00RRGGBB`) of a window; what lies outside is clipped.
    pub fn blend(&self, pixels: &mut [u32], [width, height]: [usize; 2]) {
        let Some(pixmap) = &self.pixmap else { return };
        let layer_width = pixmap.width() as usize;
        let left = self.at[0].max(0) as usize;
        let skipped = (left as i64 - i64::from(self.at[0])) as usize;
        let right = (self.at[0].max(0) as usize + layer_width.saturating_sub(skipped)).min(width);
        if right <= left {
            return;
        }
        for (row, line) in pixmap.pixels().chunks_exact(layer_width).enumerate() {
            let Ok(y) = usize::try_from(self.at[1] + row as i32) else {
                continue;
            };
            if y >= height {
                break;
            }
            let out = &mut pixels[y * width + left..y * width + right];
            for (out, pixel) in out.iter_mut().zip(&line[skipped..]) {
                let alpha = u32::from(pixel.alpha());
                if alpha == 0 {
                    continue;
                }
                // 0..=255 to 0..=256, so that opaque is exactly opaque.
                let rest = 256 - (alpha + (alpha >> 7));
                let red_blue = (((*out & 0x00ff_00ff) * rest) >> 8) & 0x00ff_00ff;
                let green = (((*out & 0x0000_ff00) * rest) >> 8) & 0x0000_ff00;
                let [red, over, blue] = [pixel.red(), pixel.green(), pixel.blue()].map(u32::from);
                *out = (red_blue + green) + (red << 16 | over << 8 | blue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_over_any_edge_are_clipped_and_opaque_is_opaque() {
        for at in [[-3.0, -2.0], [8.0, 7.0], [100.0, 100.0], [-100.0, 3.0]] {
            let mut layer = Layer::default();
            layer
                .start(at, [6.0, 6.0])
                .unwrap()
                .fill(Color::from_rgba8(1, 2, 3, 255));
            let mut pixels = vec![0x00aa_aaaa; 100];
            layer.blend(&mut pixels, [10, 10]);
            for (index, &pixel) in pixels.iter().enumerate() {
                let (x, y) = ((index % 10) as f32, (index / 10) as f32);
                let inside = (at[0]..at[0] + 6.0).contains(&x) && (at[1]..at[1] + 6.0).contains(&y);
                assert_eq!(pixel, if inside { 0x0001_0203 } else { 0x00aa_aaaa });
            }
        }
    }
}
