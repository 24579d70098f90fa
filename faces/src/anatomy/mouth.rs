//! Lips, teeth and the dark behind them.

use crate::anatomy::landmarks::nose_y;
use crate::math::colour::{Colour, blend, scale, tint};
use crate::math::curve::{coverage, hill, mix, smooth_step};
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;

/// A mouth in frontal coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mouth {
    /// Height of the closed lip line at the nose line.
    pub y: f32,
    half_width: f32,
    lift: f32,
    /// Half thickness of the gap between the lips, above and below the line.
    gap: [f32; 2],
    lips: [f32; 2],
    drop: f32,
    smile: f32,
    lip: Colour,
}

impl Mouth {
    /// The mouth of a person with an expression.
    pub(crate) fn new(identity: &Identity, expression: &Expression) -> Self {
        let (smile, open) = (expression.smile, expression.mouth_open);
        let round = expression.mouth_round;
        let height = identity.proportions.mouth_gap;
        let teeth = smooth_step(0.12, 0.85, smile);
        let fullness = identity.lip_fullness * (1.0 - 0.3 * identity.age);
        let red = identity.lip_redness;
        Self {
            y: 0.185 + 0.5 * (nose_y(identity) - crate::anatomy::landmarks::NOSE_Y) - 0.004 * smile,
            half_width: (0.214 + 0.066 * smile) * identity.mouth_width * (1.0 - 0.28 * round),
            lift: 0.050 * smile + 0.013,
            gap: [
                0.0022 + 0.028 * teeth * height + 0.016 * open,
                0.0022 + 0.044 * teeth * height + 0.120 * open * (1.0 - 0.25 * smile),
            ],
            lips: [
                0.044 * fullness * (1.0 - 0.30 * smile + 0.2 * round),
                0.060 * fullness * (1.0 - 0.22 * smile + 0.2 * round),
            ],
            drop: 0.055 * open,
            smile,
            lip: [
                mix(0.80, 0.74, red),
                mix(0.58, 0.34, red),
                mix(0.57, 0.38, red),
            ],
        }
    }

    /// How far the chin moves down.
    pub(crate) fn jaw_drop(&self) -> f32 {
        self.drop
    }

    /// Half the width between the corners.
    pub(crate) fn half_width(&self) -> f32 {
        self.half_width
    }

    /// The corner on the picture's right.
    pub(crate) fn corner(&self) -> [f32; 2] {
        [self.half_width, self.y - self.lift]
    }

    /// Height of the middle of the lower lip.
    pub(crate) fn lower_y(&self) -> f32 {
        self.y + self.gap[1] + 0.5 * self.lips[1]
    }

    /// The rectangle that holds the mouth.
    pub(crate) fn area(&self) -> [f32; 4] {
        let w = self.half_width * 1.12;
        [
            -w,
            self.y - self.lift.max(0.0) - self.gap[0] - self.lips[0] - 0.03,
            w,
            self.y + self.gap[1] + self.lips[1] + 0.04,
        ]
    }

    /// The heights of the lips' edges at `t`, in half widths from the nose line: upper edge, inner edges, lower edge.
    #[inline]
    pub(crate) fn edges(&self, t: f32) -> [f32; 4] {
        let t2 = (t * t).min(1.0);
        let rest = 1.0 - t2;
        let arc = rest.sqrt();
        let line = self.y - self.lift * t2;
        // A smile draws the upper edge of the gap straight and lets the lower one sag.
        let top = line - self.gap[0] * mix(rest, arc, 0.3);
        let bottom = line + self.gap[1] * mix(rest, arc, 0.5);
        let bow = 1.0 - 0.22 * hill(t / 0.22) + 0.05 * hill((t.abs() - 0.25) / 0.25);
        let upper = top - self.lips[0] * mix(arc, rest, 0.70) * bow;
        let lower = bottom + self.lips[1] * mix(arc, rest, 0.65);
        [upper, top, bottom, lower]
    }

    /// Coverage of a pixel by the lips and what lies between them, and by the latter alone.
    pub(crate) fn coverage(&self, x: f32, y: f32, unit: f32) -> [f32; 2] {
        let t = x / self.half_width;
        if t.abs() >= 1.0 {
            return [0.0; 2];
        }
        let [upper, top, bottom, lower] = self.edges(t);
        let between =
            |from: f32, to: f32| coverage((from - y) * unit).min(coverage((y - to) * unit));
        let open = between(top, bottom) * smooth_step(0.0, 0.010, (bottom - top) * 1.6 + 0.002);
        [between(upper, lower), open]
    }

    /// Paints the mouth over the skin. `shade` is the light on the skin there, `unit` pixels per face height.
    #[inline]
    pub(crate) fn paint(&self, x: f32, y: f32, skin: Colour, shade: f32, unit: f32) -> Colour {
        let t = x / self.half_width;
        let t2 = (t * t).min(1.0);
        let rest = 1.0 - t2;
        let [upper, top, bottom, lower] = self.edges(t);

        let soft = unit.min(90.0);
        let over = coverage((upper - y) * soft).min(coverage((y - lower) * soft));
        if over <= 0.0 {
            return skin;
        }
        let inside_upper = y < 0.5 * (top + bottom);
        let (depth, shine_at) = if inside_upper {
            ((y - upper) / (top - upper + 1e-4), 0.45)
        } else {
            ((lower - y) / (lower - bottom + 1e-4), 0.52)
        };
        let form = if inside_upper {
            0.90 - 0.30 * depth.clamp(0.0, 1.0)
        } else {
            0.92 + 0.16 * hill((depth - 0.5) / 0.6)
        };
        let crease = 1.0 - 0.10 * hill((t * 9.0).fract() * 2.0 - 1.0) * rest;
        let mut lip = scale(tint(skin, self.lip), form * (0.9 + 0.1 * crease));
        if !inside_upper {
            let gloss = 0.055 * hill((depth - shine_at) / 0.32) * hill(t / 0.55) * shade;
            lip = lip.map(|v| v + gloss);
        }
        let edge = smooth_step(1.02, 0.80, t.abs());
        let mut colour = blend(skin, lip, over * edge * 0.95);

        let open = coverage((top - y) * unit).min(coverage((y - bottom) * unit));
        // Thin gaps are darkened only as much as they are deep.
        let hole = open * smooth_step(0.0, 0.010, (bottom - top) * 1.6 + 0.002);
        if hole > 0.0 {
            colour = blend(colour, self.inside(t, y, top, bottom, shade, unit), hole);
        }
        colour
    }

    fn inside(&self, t: f32, y: f32, top: f32, bottom: f32, shade: f32, unit: f32) -> Colour {
        let dark = scale([0.075, 0.018, 0.016], 0.4 + 0.6 * shade);
        let height = bottom - top;
        let tongue = smooth_step(0.55, 1.0, (y - top) / height) * smooth_step(0.05, 0.14, height);
        let back = blend(dark, scale([0.32, 0.10, 0.09], shade), 0.7 * tongue);
        // The upper teeth follow the lip's curve; each ends a little rounder than a line.
        let x = t * self.half_width;
        let edge = top + 0.006 * self.smile + 0.066 * (1.0 - 0.35 * t * t);
        let tooth = tooth_at(x);
        let end = edge - 0.006 * (1.0 - hill(tooth.0));
        let here = coverage((y - end) * unit * 0.7);
        if here <= 0.0 {
            return back;
        }
        let shadow = smooth_step(-0.004, 0.030, y - top);
        let corner = 1.0 - 0.55 * t * t;
        let gap = 1.0 - 0.20 * smooth_step(0.72, 1.0, tooth.0.abs());
        let bright = (0.60 + 0.40 * shadow) * corner * gap * tooth.1;
        let enamel = scale([0.80, 0.755, 0.67], bright * (0.25 + 0.75 * shade));
        blend(back, enamel, here)
    }
}

/// Position inside its tooth, -1..1, and brightness of the tooth at a distance from the nose line.
fn tooth_at(x: f32) -> (f32, f32) {
    let x = x.abs();
    let (start, end, bright) = match x {
        x if x < 0.068 => (0.0, 0.068, 1.0),
        x if x < 0.120 => (0.068, 0.120, 0.95),
        x if x < 0.168 => (0.120, 0.168, 0.88),
        x if x < 0.212 => (0.168, 0.212, 0.74),
        _ => (0.212, 0.262, 0.58),
    };
    ((x - start) / (end - start) * 2.0 - 1.0, bright)
}
