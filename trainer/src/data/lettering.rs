//! Small letters on contact sheets and grids.

use font8x8::UnicodeFonts;
use image::{Rgb, RgbImage};

/// Width and height of a letter in pixels.
pub(crate) const LETTER: u32 = 8;
/// Space around a line of letters.
const MARGIN: u32 = 2;
/// Height of a line.
pub(crate) const LINE: u32 = LETTER + 2 * MARGIN;

const INK: Rgb<u8> = Rgb([230, 230, 230]);

/// Width of a column that holds every one of `texts`.
pub(crate) fn width<'a>(texts: impl IntoIterator<Item = &'a str>) -> u32 {
    let longest = texts.into_iter().map(|text| text.chars().count()).max();
    LETTER * longest.unwrap_or(0) as u32 + 2 * MARGIN
}

/// Writes as much of `text` as fits into `width` pixels, its line starting at `left` and `top`.
pub(crate) fn write(picture: &mut RgbImage, [left, top]: [u32; 2], width: u32, text: &str) {
    let room = (width.saturating_sub(MARGIN) / LETTER) as usize;
    for (position, letter) in text.chars().take(room).enumerate() {
        let glyph = font8x8::BASIC_FONTS.get(letter).unwrap_or_default();
        let left = left + MARGIN + LETTER * position as u32;
        for (y, row) in (0_u32..).zip(glyph) {
            for x in (0..LETTER).filter(|x| row >> x & 1 == 1) {
                let (x, y) = (left + x, top + MARGIN + y);
                if x < picture.width() && y < picture.height() {
                    picture.put_pixel(x, y, INK);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_within_their_width() {
        let mut picture = RgbImage::new(60, LINE);
        write(&mut picture, [10, 0], 20, "smiling");
        let inked = |x: u32| (0..LINE).any(|y| *picture.get_pixel(x, y) == INK);
        assert!((12..28).any(inked));
        assert!((0..12).chain(28..60).all(|x| !inked(x)));
        assert_eq!(width(["a", "abc"]), 28);
    }
}
