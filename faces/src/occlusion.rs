//! What may be before a face: a mask or a hand.

use crate::anatomy::head::Head;
use crate::anatomy::palette::{line_width, tone};
use crate::math::colour::{Colour, blend, byte_from_linear, linear_from_byte, scale, tint};
use crate::math::curve::{coverage, hill, mix, smooth_step};
use crate::math::draw::Draw;
use crate::math::grain::noise;
use serde::{Deserialize, Serialize};

/// Something that hides a part of the face, whatever the face does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Cover {
    /// A medical mask over mouth and nose.
    Mask {
        /// Linear RGB of the cloth.
        colour: [f32; 3],
        /// Upper edge in face heights below the middle of the face: -0.2 on the nose to 0.1 below it.
        top: f32,
    },
    /// The person's hand.
    Hand {
        /// The tip of the middle finger, in face heights from the middle of the face.
        tip: [f32; 2],
        /// Where the fingers point: clockwise from straight up.
        turn_degrees: f32,
    },
}

impl Cover {
    /// Nothing in most draws.
    pub(crate) fn draw(d: &mut Draw) -> Option<Self> {
        let which = d.unit();
        if which < 0.04 {
            const CLOTH: [Colour; 3] =
                [[0.55, 0.70, 0.80], [0.75, 0.75, 0.74], [0.02, 0.02, 0.025]];
            Some(Self::Mask {
                colour: d.pick(&CLOTH),
                top: d.between(-0.20, 0.05),
            })
        } else if which < 0.09 {
            let side = if d.chance(0.5) { 1.0 } else { -1.0 };
            Some(Self::Hand {
                tip: [side * d.between(0.0, 0.45), d.between(-0.1, 0.35)],
                turn_degrees: -side * d.between(5.0, 50.0),
            })
        } else {
            None
        }
    }

    /// Paints it over a square picture of `side` pixels.
    pub(crate) fn paint(&self, head: &Head, side: usize, rgb: &mut [u8]) {
        for (k, pixel) in rgb.chunks_exact_mut(3).enumerate() {
            let (px, py) = (k % side, k / side);
            let Some((share, colour)) = self.at(head, px as f32 + 0.5, py as f32 + 0.5) else {
                continue;
            };
            let under: Colour = std::array::from_fn(|c| linear_from_byte(pixel[c]));
            let colour = blend(under, colour, share);
            let noise = head.dither(px, py);
            for (byte, value) in pixel.iter_mut().zip(colour) {
                *byte = byte_from_linear(value, noise);
            }
        }
    }

    /// Share of a pixel that it covers, at the pixel's middle, and its colour there.
    pub(crate) fn at(&self, head: &Head, px: f32, py: f32) -> Option<(f32, Colour)> {
        let (x, y) = head.frame.head_from_pixel(px, py);
        if x.abs() > 1.5 || y < -1.2 {
            return None;
        }
        match *self {
            Self::Mask { colour, top } => mask(head, colour, top, x, y),
            Self::Hand { tip, turn_degrees } => hand(head, tip, turn_degrees, x, y),
        }
    }
}

fn mask(head: &Head, cloth: Colour, top: f32, x: f32, y: f32) -> Option<(f32, Colour)> {
    let unit = head.frame.scale;
    let depth = head.frame.depth(x, y);
    let (fx, fy) = head.frame.frontal_from_head(x, y, depth);
    let outline = head.outline.distance(x, y);
    let edge = top + 0.16 * smooth_step(0.05, 0.42, fx.abs());
    let low = 0.60 - 0.35 * fx * fx;
    let distance = (edge - fy).max(fy - low).max(outline - 0.012);
    let share = coverage(distance * unit);
    let slant = fy - (-0.10 - 0.25 * (fx.abs() - 0.45));
    let strap = coverage(((slant.abs() - 0.010).max(outline).max(0.40 - fx.abs())) * unit);
    if share.max(strap) <= 0.0 {
        return None;
    }
    let nx = (0.9 * fx / 0.6).clamp(-0.9, 0.9);
    let ny = ((fy - 0.12) * 1.1).clamp(-0.6, 0.75);
    let nz = (1.0 - nx * nx - ny * ny).max(0.08).sqrt();
    let hidden = share.max(0.9 * strap);
    if let Some(palette) = &head.palette {
        let line = line_width(unit);
        let colour = tone(palette.of(cloth), palette.light_on(nx, 0.4 * ny), unit);
        let pleats = (fy - top + 0.05 * fx * fx) / 0.15;
        let pleat = (pleats - (pleats + 0.5).floor()).abs() * 0.15 - 0.3 * line;
        let colour = blend(colour, palette.of(cloth)[1], coverage(pleat * unit));
        let edge = coverage(-(distance + line) * unit);
        return Some((share.max(strap), blend(colour, palette.ink, edge)));
    }
    let light = head.shading.irradiance([nx, ny, nz]);
    let pleat = (fy - top + 0.05 * fx * fx) / 0.115;
    let fold = pleat - (pleat + 8.0).floor() + 8.0;
    let folds = 1.0 - 0.20 * hill((fold - 0.12) / 0.16) + 0.05 * hill((fold - 0.4) / 0.3);
    let weave = 1.0 + 0.03 * noise(fx * 70.0, fy * 70.0) + 0.05 * noise(fx * 7.0, fy * 9.0);
    let hem = 1.0 - 0.12 * hill((distance + 0.022) / 0.014);
    Some((hidden, scale(tint(cloth, light), folds * weave * hem)))
}

/// Fingers from the little one to the fore one: offset of the tip across and along, and half thickness.
const FINGERS: [[f32; 3]; 4] = [
    [-0.235, 0.17, 0.052],
    [-0.085, 0.035, 0.062],
    [0.060, 0.0, 0.066],
    [0.205, 0.060, 0.062],
];

fn hand(head: &Head, tip: [f32; 2], degrees: f32, x: f32, y: f32) -> Option<(f32, Colour)> {
    let (s, c) = crate::math::curve::sine_cosine_degrees(degrees);
    let (dx, dy) = (x - tip[0], y - tip[1]);
    let (u, v) = (dx * c + dy * s, dy * c - dx * s);
    // The deepest finger, knuckle or palm at the point: its signed distance, and how far across it the point lies.
    let (mut best, mut across, mut along) = (9.0_f32, 0.0, 0.0);
    for [fx, fy, thick] in FINGERS {
        let spread = fx * (1.0 - 0.12 * (v - fy).clamp(0.0, 0.6));
        let below = (v - fy - thick).clamp(0.0, 0.75);
        let knuckle =
            1.0 + 0.07 * hill((v - fy - 0.27) / 0.10) - 0.04 * hill((v - fy - 0.15) / 0.08);
        let (du, dv) = (u - spread, v - fy - thick - below);
        let distance = (du * du + dv * dv).sqrt() - thick * knuckle;
        if distance < best {
            (best, across, along) = (distance, du / (thick * knuckle), v - fy);
        }
    }
    let (pu, pv) = ((u + 0.015) / 0.30, (v - 0.98) / 0.46);
    let palm = ((pu * pu * pu * pu + pv * pv * pv * pv).sqrt().sqrt() - 1.0) * 0.30;
    let wrist = ((u + 0.015).abs() - 0.21).max(1.1 - v);
    let whole = palm.min(wrist);
    let blend_in = smooth_step(0.03, -0.06, whole);
    if whole < best {
        best = whole;
    }
    let share = coverage(best * head.frame.scale);
    if share <= 0.0 {
        return None;
    }
    let nx = mix(
        0.85 * across.clamp(-1.0, 1.0),
        0.8 * pu.clamp(-1.0, 1.0),
        blend_in,
    );
    let ny = -0.35 * smooth_step(0.10, 0.0, along) - 0.05;
    let (nx, ny) = (nx * c - ny * s, nx * s + ny * c);
    let nz = (1.0 - nx * nx - ny * ny).max(0.06).sqrt();
    if let Some(palette) = &head.palette {
        let unit = head.frame.scale;
        let line = line_width(unit);
        let colour = tone(palette.skin, palette.light_on(0.6 * nx, 0.0), unit);
        let between =
            coverage((0.055 * (1.0 - across.abs()) - 0.6 * line) * unit) * (1.0 - blend_in);
        let ink = coverage(-(best + line) * unit).max(between);
        return Some((share, blend(colour, palette.ink, ink)));
    }
    let light = head.shading.irradiance([nx, ny, nz]);
    let edge = 1.0 - 0.30 * smooth_step(-0.025, 0.0, best);
    let creases = 1.0
        - 0.10
            * (1.0 - blend_in)
            * (hill((along - 0.155) / 0.012)
                + hill((along - 0.31) / 0.016)
                + 0.6 * hill((along - 0.29) / 0.010));
    let mottle = 1.0 + 0.04 * noise(u * 14.0, v * 14.0) + 0.03 * noise(u * 45.0, v * 45.0);
    let nail_at = ((across / 0.62), (along - 0.075) / 0.048);
    let nail = (1.0 - blend_in)
        * smooth_step(
            1.1,
            0.9,
            (nail_at.0 * nail_at.0 + nail_at.1 * nail_at.1).sqrt(),
        );
    let skin = scale(
        tint(tint(head.shading.albedo(), [1.0, 0.92, 0.90]), light),
        edge * creases * mottle,
    );
    let nailed = [skin[0] * 1.08, skin[1] * 1.05, skin[2] * 1.08].map(|v| v + 0.012);
    Some((share, blend(skin, nailed, 0.8 * nail)))
}
