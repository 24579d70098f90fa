//! A transparent picture at some place of the window.

use tiny_skia::{Color, Pixmap};

/// A pixmap and its place. Its memory is reused while its size stays the same.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    at: [i32; 2],
    pixmap: Option<Pixmap>,
    /// The part that stays when the layer is restarted.
    ground: Option<Pixmap>,
    shown: bool,
}

impl Layer {
    /// Moves the layer to `at`, resizes and clears it; both in window pixels. None if it has no area.
    pub(crate) fn start(&mut self, at: [f32; 2], size: [f32; 2]) -> Option<&mut Pixmap> {
        self.at = at.map(|value| value.round() as i32);
        let [width, height] = size.map(|side| side.ceil().max(0.0) as u32);
        let fits = |pixmap: &Pixmap| (pixmap.width(), pixmap.height()) == (width, height);
        if !self.pixmap.as_ref().is_some_and(fits) {
            self.pixmap = Pixmap::new(width, height);
        }
        self.shown = true;
        let pixmap = self.pixmap.as_mut()?;
        pixmap.fill(Color::TRANSPARENT);
        Some(pixmap)
    }

    /// Keeps the current content as what every [`Layer::restart`] begins with.
    pub(crate) fn keep_ground(&mut self) {
        self.ground.clone_from(&self.pixmap);
    }

    /// Goes back to the kept content without allocating. None if there is none of this size.
    pub(crate) fn restart(&mut self) -> Option<&mut Pixmap> {
        let (ground, pixmap) = (self.ground.as_ref()?, self.pixmap.as_mut()?);
        if ground.data().len() != pixmap.data().len() {
            return None;
        }
        pixmap.data_mut().copy_from_slice(ground.data());
        self.shown = true;
        Some(pixmap)
    }

    /// Leaves the layer out of [`Layer::blend`] until it is started again.
    pub(crate) fn hide(&mut self) {
        self.shown = false;
    }

    /// Blends the layer onto the window's `pixels` (`0x00RRGGBB`) with an opacity of 0..=256. Parts
    /// outside the window are clipped.
    pub(crate) fn blend(&self, pixels: &mut [u32], [width, height]: [usize; 2], opacity: u32) {
        let Some(pixmap) = self.pixmap.as_ref().filter(|_| self.shown && opacity > 0) else {
            return;
        };
        let layer_width = pixmap.width() as usize;
        let left = self.at[0].max(0) as usize;
        let skipped = (left as i64 - i64::from(self.at[0])) as usize;
        let right = (left + layer_width.saturating_sub(skipped)).min(width);
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
                if pixel.alpha() == 0 {
                    continue;
                }
                let [red, green, blue, alpha] =
                    [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
                        .map(|channel| (u32::from(channel) * opacity) >> 8);
                // 0..=255 to 0..=256, so that opaque is exactly opaque.
                let rest = 256 - (alpha + (alpha >> 7));
                let red_blue = (((*out & 0x00ff_00ff) * rest) >> 8) & 0x00ff_00ff;
                let below = (((*out & 0x0000_ff00) * rest) >> 8) & 0x0000_ff00;
                *out = (red_blue + below) + (red << 16 | green << 8 | blue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_clipped_at_every_edge_and_opaque_is_opaque() {
        for at in [[-3.0, -2.0], [8.0, 7.0], [100.0, 100.0], [-100.0, 3.0]] {
            let mut layer = Layer::default();
            layer
                .start(at, [6.0, 6.0])
                .unwrap()
                .fill(Color::from_rgba8(1, 2, 3, 255));
            let mut pixels = vec![0x00aa_aaaa; 100];
            layer.blend(&mut pixels, [10, 10], 256);
            for (index, &pixel) in pixels.iter().enumerate() {
                let (x, y) = ((index % 10) as f32, (index / 10) as f32);
                let inside = (at[0]..at[0] + 6.0).contains(&x) && (at[1]..at[1] + 6.0).contains(&y);
                assert_eq!(pixel, if inside { 0x0001_0203 } else { 0x00aa_aaaa });
            }
        }
    }

    #[test]
    fn half_opacity_mixes_and_zero_or_hidden_changes_nothing() {
        let mut layer = Layer::default();
        let white = Color::from_rgba8(255, 255, 255, 255);
        layer.start([0.0; 2], [1.0; 2]).unwrap().fill(white);
        let shown = |layer: &Layer, opacity| {
            let mut pixels = vec![0; 1];
            layer.blend(&mut pixels, [1, 1], opacity);
            pixels[0]
        };
        assert_eq!(shown(&layer, 0), 0);
        assert_eq!(shown(&layer, 128), 0x007f_7f7f);
        layer.hide();
        assert_eq!(shown(&layer, 256), 0);
    }

    #[test]
    fn a_restart_removes_what_was_drawn_over_the_ground() {
        let mut layer = Layer::default();
        assert!(layer.restart().is_none());
        let [ground, above] = [10, 200].map(|value| Color::from_rgba8(value, 0, 0, 255));
        layer.start([0.0; 2], [2.0; 2]).unwrap().fill(ground);
        layer.keep_ground();
        layer.restart().unwrap().fill(above);
        layer.restart().unwrap();
        let mut pixels = vec![0; 4];
        layer.blend(&mut pixels, [2, 2], 256);
        assert_eq!(pixels, [10 << 16; 4]);
    }
}
