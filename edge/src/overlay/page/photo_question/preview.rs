//! Both pictures at the size in which the card shows them.

use crate::{overlay::output::photo::Photo, picture::scale::Scaler};
use tiny_skia::{Pixmap, PremultipliedColorU8};

/// Both pictures at the size in which the card shows them.
#[derive(Debug, Default)]
pub(super) struct Preview {
    /// `0x00RRGGBB`.
    pub(super) before: Vec<u32>,
    pub(super) after: Vec<u32>,
    pub(super) size: [usize; 2],
}

impl Preview {
    /// Scales both pictures of a photo to `size` pixels.
    pub(super) fn scale(&mut self, photo: &Photo, size: [usize; 2]) {
        self.size = size;
        // The photo is stored as it was seen, so nothing is flipped here.
        let mut scaler = Scaler::default();
        let pictures = [
            (&mut self.before, &photo.before),
            (&mut self.after, &photo.after),
        ];
        for (pixels, rgb) in pictures {
            pixels.clear();
            pixels.resize(size[0] * size[1], 0);
            scaler.draw(rgb, photo.size, pixels, size, 256);
        }
    }
}

/// Copies a picture of `width` pixels per row.
pub(super) fn paste(
    pixmap: &mut Pixmap,
    picture: &[u32],
    [width, _]: [usize; 2],
    [x, y]: [f32; 2],
) {
    let (stride, x, y) = (pixmap.width() as usize, x as usize, y as usize);
    let pixels = pixmap.pixels_mut();
    for (row, line) in picture.chunks_exact(width).enumerate() {
        let begin = (y + row) * stride + x;
        let Some(out) = pixels.get_mut(begin..begin + width) else {
            return;
        };
        for (out, value) in out.iter_mut().zip(line) {
            let [_, red, green, blue] = value.to_be_bytes();
            let opaque = PremultipliedColorU8::from_rgba(red, green, blue, 255);
            *out = opaque.unwrap_or(*out);
        }
    }
}
