//! Hair in clumps of two tones with a shining band.

use crate::anatomy::hair::Hair;
use crate::anatomy::palette::{Palette, line_width};
use crate::math::colour::{Colour, blend};
use crate::math::curve::{coverage, mix};
use crate::math::grain::noise;

/// Clumps per unit of the flow.
const CLUMPS: f32 = 4.6;

/// Colour of the hair at head coordinates.
#[inline]
pub(super) fn paint(hair: &Hair, palette: &Palette, x: f32, y: f32, unit: f32) -> Colour {
    let (across, along) = hair.flow(x, y);
    let [shining, lit, shaded, _] = palette.hair;
    // How wide a clump is here, in face heights.
    let width = (y + 1.48).max(0.06).sqrt() / CLUMPS;
    let u = across * CLUMPS + hair.bend(x, y) + 0.37;
    let clump = (u + 256.0).floor() - 256.0;
    let f = u - clump;
    let own = noise(clump * 3.7 + hair.seed(), 1.5);
    let other = noise(clump * 2.3 - hair.seed(), 5.5);
    // Each clump is shaded on the side away from the light, from some height down.
    let side = if palette.light_side() > 0.0 {
        1.0 - f
    } else {
        f
    };
    let from = 0.62 - 0.22 * own;
    let begun = ((along - 0.42 - 0.35 * other) * 1.6).clamp(0.0, 1.0);
    let edge = (side - mix(1.0, from, begun)) * width;
    let mut colour = blend(lit, shaded, coverage(-edge * unit));
    // The band is smooth above and frayed below, and broken where clumps meet on one side.
    let bow = (f - 0.5).abs() * 2.0;
    let above = 0.40 + 0.02 * noise(u * 0.7, hair.seed());
    let below = 0.43 + 0.13 * (1.0 - bow) * (0.75 + 0.5 * own) + 0.03 * other;
    let broken = if own < -0.45 { 0.02 } else { -0.02 };
    let band = (above - along).max(along - below).max(broken);
    colour = blend(colour, shining, coverage(band * unit));
    // A line between clumps.
    let near = f.min(1.0 - f) * width;
    let started = 0.30 + 0.25 * noise((u + 0.5).floor() * 3.1, 9.5 + hair.seed());
    let line = (near - 0.32 * line_width(unit)).max(started - along);
    blend(colour, palette.hair_ink, 0.75 * coverage(line * unit))
}
