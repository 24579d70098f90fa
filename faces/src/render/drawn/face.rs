//! Skin in two tones, with a nose, brows, cheeks and the lines of years.

use super::{eye, glasses, mouth, stroke};
use crate::anatomy::brow::Brow;
use crate::anatomy::eye::Eye;
use crate::anatomy::head::{Features, Finer, Head, inside};
use crate::anatomy::landmarks::nose_y;
use crate::anatomy::palette::{Palette, line_width, tone};
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{coverage, smooth_step};
use crate::render::Spread;
use crate::render::fields::{Content, HAIR, OPENING};

/// How far below its ends hair shades the skin, in face heights.
const FRINGE: f32 = 0.055;

/// A place on the face.
#[derive(Clone, Copy)]
struct Spot {
    /// Frontal coordinates.
    at: [f32; 2],
    /// The same on the resting face.
    rest: [f32; 2],
    /// Distance to the edge of the shade in face heights, negative in it.
    light: f32,
    /// Pixels per face height.
    unit: f32,
}

impl Spread {
    /// The face at a pixel, without its outline.
    pub(super) fn flat_face(
        &self,
        head: &Head,
        palette: &Palette,
        content: Content,
        k: usize,
        unit: f32,
    ) -> Colour {
        let mut light = self.lit[0][k];
        if content.hair {
            // Only hair that is there shades: the opening goes on below short hair.
            let fringe = -self.distance[OPENING][k] - FRINGE;
            light = light.min(fringe.max(self.distance[HAIR][k]));
        }
        let rest = [self.rest[0][k], self.rest[1][k]];
        let mut colour = tone(palette.skin, light, unit);
        let pink = coverage(self.lit[2][k] * unit);
        colour = blend(colour, palette.blush, 0.55 * pink);
        let beard = coverage(-self.lit[1][k] * unit);
        if beard > 0.0 {
            let hair = tone([palette.hair[1], palette.hair[2]], light, unit);
            colour = blend(colour, scale(hair, 0.8), beard);
        }
        colour = years(head, palette, rest, colour, unit);
        colour = nose(head, palette, rest, colour, unit);
        let spot = Spot {
            at: [self.frontal[0][k], self.frontal[1][k]],
            rest,
            light,
            unit,
        };
        features(head, palette, content.features, spot, colour)
    }
}

/// Mouth, eyes, brows and glasses over the skin.
fn features(head: &Head, palette: &Palette, present: Features, spot: Spot, skin: Colour) -> Colour {
    let Spot { rest, unit, .. } = spot;
    let [x, y] = spot.at;
    let mut colour = skin;
    if present.mouth && inside(head.mouth.area(), x, y) {
        colour = mouth::paint(&head.mouth, palette, x, y, colour, unit);
    }
    if present.eyes {
        for eye in &head.eyes {
            if inside(eye.area(), x, y) {
                colour = eye::paint(eye, palette, x, y, colour, unit);
                colour = bag(eye, palette, x, y, colour, unit);
            }
        }
    }
    if present.brows {
        for brow in &head.brows {
            if inside(brow.area(), rest[0], rest[1]) {
                colour = paint_brow(brow, palette, rest, colour);
            }
        }
    }
    if let Some(Finer {
        eyewear: Some(eyewear),
        eyewear_area,
        ..
    }) = &head.finer
        && present.glasses
        && inside(*eyewear_area, x, y)
    {
        colour = glasses::paint(eyewear, palette, x, y, colour, spot.light, unit);
    }
    colour
}

/// The nose is a short line at its tip, longer on a man, with a little shade on the side away from the light.
fn nose(head: &Head, palette: &Palette, at: [f32; 2], skin: Colour, unit: f32) -> Colour {
    let identity = &head.identity;
    let [tx, ty] = head.parallax.shift(0.18);
    let (x, y) = (tx, nose_y(identity) - 0.05 + ty);
    if (at[0] - x).abs() > 0.12 || (at[1] - y).abs() > 0.20 {
        return skin;
    }
    let man = identity.masculinity;
    let away = -palette.light_side();
    let half = 0.42 * line_width(unit);
    let tip = [x + 0.006 * away, y + 0.036];
    let ridge = [x + 0.022 * away, y - 0.035 - 0.075 * man];
    let side = [x + (0.030 + 0.016 * man) * away, y + 0.030];
    // A triangle between ridge, tip and wing.
    let wedge = stroke(at, [x + 0.016 * away, y + 0.014], ridge, 0.020, 1.0, unit);
    let mut colour = blend(skin, palette.skin[1], wedge);
    let line = stroke(at, tip, side, half, 0.6, unit);
    colour = blend(colour, palette.ink, 0.85 * line);
    colour
}

fn paint_brow(brow: &Brow, palette: &Palette, [x, y]: [f32; 2], skin: Colour) -> Colour {
    let Some([along, across]) = brow.place(x, y) else {
        return skin;
    };
    let body = smooth_step(1.0, 0.72, across.abs())
        * smooth_step(1.06, 1.0, along)
        * smooth_step(-0.06, 0.0, along);
    blend(skin, palette.hair_ink, body)
}

/// The lines of years: from the nose to the mouth's corners, and on the forehead.
fn years(head: &Head, palette: &Palette, at: [f32; 2], skin: Colour, unit: f32) -> Colour {
    let amount = palette.wrinkles;
    if amount <= 0.0 {
        return skin;
    }
    let [x, y] = [at[0].abs(), at[1]];
    let half = line_width(unit) * (0.15 + 0.35 * amount);
    let corner = head.skin_mouth.corner();
    let ny = nose_y(&head.identity);
    let mut ink = 0.0_f32;
    if y > ny - 0.1 && y < 0.4 && x < 0.4 {
        let knee = [corner[0] + 0.035, 0.5 * (ny + corner[1]) + 0.015];
        let end = [corner[0] + 0.055, corner[1] - 0.01];
        ink = stroke([x, y], [0.105, ny - 0.01], knee, half, 0.0, unit);
        ink = ink.max(stroke([x, y], knee, end, half, 0.7, unit));
        let jowl = stroke(
            [x, y],
            [corner[0] + 0.02, corner[1] + 0.06],
            [corner[0] + 0.05, corner[1] + 0.14],
            half,
            0.7,
            unit,
        );
        ink = ink.max(jowl * smooth_step(0.4, 0.8, amount));
    }
    if y < -0.60 && y > -0.84 && x < 0.26 {
        for (row, reach) in [(-0.66, 0.20), (-0.745, 0.24)] {
            let bow = row - 0.35 * x * x;
            let line = coverage(((y - bow).abs() - 0.8 * half * (1.0 - x / 0.26)) * unit);
            ink =
                ink.max(line * smooth_step(reach, reach - 0.03, x) * smooth_step(0.3, 0.6, amount));
        }
    }
    let crease = blend(palette.skin[1], palette.ink, 0.45);
    blend(skin, crease, ink * smooth_step(0.0, 0.25, amount))
}

/// A bag below an old eye, and lines beside it.
fn bag(eye: &Eye, palette: &Palette, x: f32, y: f32, skin: Colour, unit: f32) -> Colour {
    let amount = palette.wrinkles;
    if amount <= 0.0 {
        return skin;
    }
    let [ex, ey] = eye.own(x, y);
    let t = ex / eye.half_width();
    let low = eye.lids(t)[2];
    let half = line_width(unit) * (0.15 + 0.25 * amount) * (1.0 - t * t).max(0.0);
    let line = coverage(((ey - low - 0.034).abs() - half) * unit) * smooth_step(0.85, 0.6, t.abs());
    let crease = blend(palette.skin[1], palette.ink, 0.35);
    blend(skin, crease, line * smooth_step(0.0, 0.3, amount))
}
