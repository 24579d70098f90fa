//! A mouth: a line while it is closed; open, a dark shape with one white band and a tongue.

use crate::anatomy::mouth::Mouth;
use crate::anatomy::palette::{Palette, line_width};
use crate::math::colour::{Colour, blend};
use crate::math::curve::coverage;

/// Paints the mouth over the skin, at frontal coordinates.
#[inline]
pub(super) fn paint(
    mouth: &Mouth,
    palette: &Palette,
    x: f32,
    y: f32,
    skin: Colour,
    unit: f32,
) -> Colour {
    let half = mouth.half_width();
    let t = x / half;
    let [upper, top, bottom, lower] = mouth.edges(t);
    let mut colour = skin;
    // A short shade says where the lower lip ends.
    let below = (y - lower - 0.030).abs() - 0.35 * line_width(unit);
    let below = coverage(below.max(x.abs() - 0.042) * unit);
    colour = blend(colour, palette.skin[1], below);
    if t.abs() >= 1.0 {
        return colour;
    }
    // The lips are no more than the line around the gap.
    let between = |from: f32, to: f32| coverage((from - y) * unit).min(coverage((y - to) * unit));
    colour = blend(colour, palette.lips, between(upper, lower));
    let height = bottom - top;
    let gap = between(top, bottom) * ((height - 0.006) * 100.0).clamp(0.0, 1.0);
    if gap > 0.0 {
        let [dark, tongue] = palette.mouth;
        let (u, v) = (x / (0.62 * half), (y - bottom) / (0.42 * height));
        let round = ((u * u + v * v).sqrt() - 1.0) * 0.42 * height;
        let mut inside = blend(dark, tongue, coverage(round * unit));
        let teeth = top + (0.40 * height).min(0.050);
        inside = blend(inside, palette.white[0], coverage((y - teeth) * unit));
        colour = blend(colour, inside, gap);
    }
    colour
}
