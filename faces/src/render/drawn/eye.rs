//! A large eye: lash line, white, an iris in three tones, and two sparks.

use crate::anatomy::eye::Eye;
use crate::anatomy::palette::{Palette, line_width};
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{coverage, mix, smooth_step};

/// Half width and half height of the iris in half widths of the eye.
const IRIS: [f32; 2] = [0.64, 0.80];

/// Paints the eye over the skin, at frontal coordinates.
#[inline]
pub(super) fn paint(
    eye: &Eye,
    palette: &Palette,
    x: f32,
    y: f32,
    skin: Colour,
    unit: f32,
) -> Colour {
    let at = eye.own(x, y);
    let [ex, ey] = at;
    let half = eye.half_width();
    let t = ex / half;
    let [open, top, low] = eye.lids(t);
    let mut colour = skin;
    let line = line_width(unit);

    let crease = Eye::crease(open, t) - 0.006;
    let fold = coverage(((ey - crease).abs() - 0.28 * line) * unit);
    let fold = fold * smooth_step(0.95, 0.75, t.abs());
    colour = blend(colour, blend(palette.skin[1], palette.ink, 0.5), fold);

    let ball = coverage((top - ey) * unit)
        .min(coverage((ey - low) * unit))
        .min(coverage((t.abs() - 1.0) * half * unit));
    if ball > 0.0 {
        colour = blend(colour, inner(eye, palette, at, top, unit), ball);
    }

    // The lash line swells towards the outer corner and ends there in a wing.
    let lashes = eye.lashes();
    let outer = smooth_step(-0.9, 0.9, t);
    let thick = line * mix(1.1, 1.3 + 1.9 * lashes, outer) * smooth_step(-1.08, -0.9, t);
    let beyond = (t - 0.92).max(0.0) * half;
    let edge = if t > 0.92 {
        eye.lids(0.92)[1] + (0.30 - 0.9 * lashes) * beyond
    } else {
        top
    };
    let thick = thick * smooth_step(1.05 + 0.22 * lashes, 0.92, t);
    // A steep edge is thicker down than across.
    let slope = (t * t).min(0.92) / (1.0 - (t * t).min(0.92)).sqrt() * 0.55;
    let level = 1.0 / (1.0 + slope * slope).sqrt();
    let lash = coverage((edge - thick / level - ey) * level * unit)
        .min(coverage((ey - edge - 0.25 * line) * level * unit));
    let lash = lash * coverage((0.2 - thick * unit) * 2.0);
    colour = blend(colour, palette.ink, lash);

    let lower = coverage(((ey - low - 0.2 * line).abs() - 0.38 * line) * level * unit);
    let lower = lower * smooth_step(-0.75, -0.1, t) * smooth_step(1.0, 0.9, t);
    blend(colour, palette.ink, (0.45 + 0.4 * lashes) * lower)
}

/// White, iris, pupil and sparks.
fn inner(eye: &Eye, palette: &Palette, [ex, ey]: [f32; 2], top: f32, unit: f32) -> Colour {
    let half = eye.half_width();
    let shadow = coverage((ey - top - 0.030) * unit);
    let mut colour = blend(palette.white[0], palette.white[1], shadow);
    let [ix, iy] = eye.iris_place();
    let (rx, ry) = (IRIS[0] * half, IRIS[1] * half);
    let (u, v) = ((ex - ix) / rx, (ey - iy) / ry);
    let r = (u * u + v * v).sqrt();
    // The distance to an ellipse, nearly.
    let to = |share: f32| coverage((r - share) * rx * unit);
    let iris = to(1.0);
    if iris > 0.0 {
        let [dark, body, bright] = palette.iris;
        let upper = coverage((v + 0.10 - 0.25 * u * u) * ry * unit);
        let mut tone = blend(body, dark, upper);
        let (bu, bv) = (u / 0.62, (v - 0.52) / 0.34);
        let glow = coverage(((bu * bu + bv * bv).sqrt() - 1.0) * 0.34 * ry * unit);
        tone = blend(tone, bright, glow);
        tone = blend(scale(dark, 0.45), tone, to(0.86));
        let (pu, pv) = (u / 0.40, v / 0.44);
        let pupil = coverage(((pu * pu + pv * pv).sqrt() - 1.0) * 0.40 * rx * unit);
        tone = blend(tone, scale(dark, 0.22), pupil);
        colour = blend(colour, tone, iris);
    }
    // Sparks lie on the same side of both eyes.
    let right = palette.light_side() * eye.side();
    let spark = |at: [f32; 2], size: f32| {
        let (du, dv) = ((u - at[0] * right) * rx, (v - at[1]) * ry);
        coverage(((du * du + dv * dv).sqrt() - size * rx) * unit)
    };
    let sparks = spark([0.36, -0.40], 0.34).max(spark([-0.34, 0.42], 0.17));
    blend(colour, [1.0; 3], sparks)
}
