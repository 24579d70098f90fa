//! Pictures of scenes.

use super::draw;
use crate::anatomy::head::Head;
use crate::scene::Scene;
use image::RgbImage;

impl Scene {
    /// The picture, `width` by `height` pixels.
    #[must_use]
    pub fn render(&self, width: u32, height: u32) -> RgbImage {
        let mut picture = RgbImage::new(width, height);
        self.render_into(width, height, &mut picture);
        picture
    }

    /// Renders into `3 * width * height` bytes, rows from the top, RGB. Allocates nothing.
    ///
    /// # Panics
    /// When `rgb` has another length.
    pub fn render_into(&self, width: u32, height: u32, rgb: &mut [u8]) {
        let (width, height) = (width as usize, height as usize);
        assert_eq!(rgb.len(), 3 * width * height, "RGB bytes of the picture");
        self.background.paint(width, height, rgb);
        draw(&Head::new(self), width, height, rgb);
    }

    /// Draws only the person over a picture that already holds the background.
    pub(crate) fn render_over(&self, width: u32, height: u32, rgb: &mut [u8]) {
        draw(&Head::new(self), width as usize, height as usize, rgb);
    }
}
