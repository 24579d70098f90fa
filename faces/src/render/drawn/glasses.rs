//! Eyeglasses: a flat frame, a hard glare, a narrow shadow.

use crate::anatomy::palette::Palette;
use crate::anatomy::spectacles::Eyewear;
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{coverage, smooth_step};

/// Paints them over the face, at frontal coordinates.
pub(super) fn paint(
    eyewear: &Eyewear,
    palette: &Palette,
    x: f32,
    y: f32,
    face: Colour,
    light: f32,
    unit: f32,
) -> Colour {
    let place = eyewear.place(x, y);
    let shadow = coverage((eyewear.shadow_distance(x, y)) * unit);
    let amount = eyewear.amount();
    let mut colour = blend(face, scale(face, 0.62), shadow * amount);
    let lens = coverage(place.lens * unit) * amount;
    if lens > 0.0 {
        let tint = eyewear.made().tint;
        let seen = scale(colour, 1.0 - 0.80 * tint);
        let slant = eyewear.slant(x, &place);
        let glare = coverage(((slant - 0.80).abs() - 0.10) * 0.12 * unit);
        colour = blend(colour, blend(seen, [1.0; 3], 0.22 * glare), lens);
    }
    let frame = coverage(place.frame * unit) * smooth_step(0.0, 0.25, amount);
    let [lit, shaded] = palette.of(eyewear.made().colour.map(|v| 0.9 * v));
    let flat = if light < 0.0 { shaded } else { lit };
    blend(colour, flat, frame)
}
