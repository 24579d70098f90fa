//! The flat colours of a drawn head.

use crate::anatomy::skin::albedo;
use crate::math::colour::{Colour, blend, from_bytes, scale, tint};
use crate::math::curve::coverage;
use crate::scene::Scene;
use crate::scene::light::unit;
use crate::scene::looks::Looks;

/// Linear RGB of every surface, lit and shaded, and where the shade begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// Lines.
    pub ink: Colour,
    /// Lines of hair.
    pub hair_ink: Colour,
    /// Lit and shaded.
    pub skin: [Colour; 2],
    /// Cheeks.
    pub blush: Colour,
    /// Shining, lit, shaded, and behind the face.
    pub hair: [Colour; 4],
    /// Lit and shaded.
    pub cloth: [Colour; 2],
    /// Lines of the lips.
    pub lips: Colour,
    /// Iris from above: shaded, lit, brightest.
    pub iris: [Colour; 3],
    /// The white of the eye and of teeth: lit and shaded.
    pub white: [Colour; 2],
    /// Between the lips: dark, and the tongue.
    pub mouth: [Colour; 2],
    /// How visible the marks of years are, 0..=1.
    pub wrinkles: f32,
    /// Colour of the light over white: surfaces without one of their own take it.
    light: Colour,
    /// Unit vector towards the light, flattened: shade from above would look like dirt.
    towards: [f32; 3],
}

/// What is left of the light in the shade of skin, and of anything else.
const SKIN_SHADE: Colour = [0.80, 0.60, 0.58];
const SHADE: Colour = [0.56, 0.54, 0.64];
/// The shade begins where a surface turns this far from the light: a cosine.
const EDGE: f32 = 0.30;

/// Width of a line in face heights; one pixel at least.
#[inline]
pub(crate) fn line_width(unit: f32) -> f32 {
    (0.016_f32).max(1.0 / unit)
}

/// Lit and shaded tone on either side of an edge, positive in the light, in face heights.
#[inline]
pub(crate) fn tone([lit, shaded]: [Colour; 2], light: f32, unit: f32) -> Colour {
    blend(shaded, lit, coverage(-light * unit))
}

impl Palette {
    /// The colours of a person in a light.
    pub(crate) fn new(scene: &Scene, looks: &Looks) -> Self {
        let identity = &scene.identity;
        let [x, y, z] = scene.light.unit_direction();
        let key = scene.light.key;
        let mean = (key[0] + key[1] + key[2]).max(0.03) / 3.0;
        let level = (0.80 + 0.18 * (mean + scene.light.ambient[1])).min(1.0);
        let light = key.map(|v| level * (1.0 + 0.35 * (v / mean - 1.0)));
        let two = |colour: Colour, shade: Colour| {
            let lit = tint(colour, light);
            [lit, tint(lit, shade)]
        };
        // Drawn skin is lighter and purer than real skin is.
        let skin = albedo(identity).map(|v| 1.0 - (1.0 - v.min(1.0)) * (1.0 - v.min(1.0)));
        let skin = two(skin, SKIN_SHADE);
        let ink = blend(from_bytes(44, 30, 38), scale(skin[1], 0.25), 0.35);
        let [lit, shaded] = two(identity.hair.map(|v| v.min(0.9)), SHADE);
        let shining = blend(lit.map(|v| v * 1.5 + 0.02), [0.95, 0.93, 0.92], 0.18);
        let iris = tint(identity.iris, light);
        Self {
            ink,
            hair_ink: blend(from_bytes(36, 28, 40), scale(shaded, 0.4), 0.55),
            skin,
            blush: blend(skin[0], tint([0.95, 0.34, 0.32], skin[0]), 0.55),
            hair: [shining, lit, shaded, scale(shaded, 0.62)],
            cloth: two(identity.clothes.map(|v| 0.03 + 1.25 * v), SHADE),
            lips: blend(ink, [0.42, 0.07, 0.09], 0.65 * identity.lip_redness),
            iris: [
                scale(iris, 0.30),
                iris,
                blend(iris.map(|v| v * 1.3), [1.0; 3], 0.35),
            ],
            white: two([0.96, 0.96, 0.97], [0.72, 0.70, 0.80]),
            mouth: [[0.30, 0.055, 0.06], [0.72, 0.24, 0.24]].map(|v| tint(v, light)),
            wrinkles: looks.wrinkles,
            light,
            towards: unit([0.65 * x, 0.25 * y, z.max(0.35)]),
        }
    }

    /// Lit and shaded colour of anything else that reflects `colour`.
    pub(crate) fn of(&self, colour: Colour) -> [Colour; 2] {
        let lit = tint(colour, self.light);
        [lit, tint(lit, SHADE)]
    }

    /// How far, in face heights, the head's surface at head coordinates lies from the edge of the shade;
    /// negative in the shade.
    #[inline]
    pub(crate) fn light_on_head(&self, x: f32, y: f32) -> f32 {
        self.light_on(
            (x / 0.62).clamp(-0.97, 0.97),
            ((y + 0.30) / 1.2).clamp(-0.6, 0.6),
        )
    }

    /// The same of a surface with these parts of its normal.
    #[inline]
    pub(crate) fn light_on(&self, nx: f32, ny: f32) -> f32 {
        let nz = (1.0 - nx * nx - ny * ny).max(0.02).sqrt();
        let [x, y, z] = self.towards;
        (nx * x + ny * y + nz * z - EDGE) * 0.6
    }

    /// 1 where the light comes from the picture's right, else -1.
    pub(crate) fn light_side(&self) -> f32 {
        if self.towards[0] > 0.0 { 1.0 } else { -1.0 }
    }
}
