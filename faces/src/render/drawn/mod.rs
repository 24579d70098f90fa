//! The drawn style: the same anatomy in few flat tones, with hard edges and ink lines.
//!
//! Every shape is painted as ink first and then, narrower by a line, in its colour, so that outlines lie inside the
//! masks. Tones change where a smooth field, such as the light, passes through zero.

pub(crate) mod backdrop;
mod eye;
mod face;
mod glasses;
mod hair;
mod mouth;

use crate::anatomy::head::Head;
use crate::anatomy::palette::{Palette, line_width, tone};
use crate::math::colour::{Colour, blend};
use crate::math::curve::{coverage, smooth_step};
use crate::render::Spread;
use crate::render::fields::{BODY, Content, EAR, Fields, HAIR, HEAD, OPENING};

/// Coverage of a pixel by a line between two points, `half` wide on either side, that thins out towards the second
/// one by `taper`, 0..=1.
#[inline]
fn stroke([x, y]: [f32; 2], from: [f32; 2], to: [f32; 2], half: f32, taper: f32, unit: f32) -> f32 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let (px, py) = (x - from[0], y - from[1]);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy + 1e-9)).clamp(0.0, 1.0);
    let (ex, ey) = (px - along * dx, py - along * dy);
    let distance = (ex * ex + ey * ey).sqrt() - half * (1.0 - taper * along);
    coverage(distance * unit)
}

impl Fields {
    /// What flat skin needs of the head: light, beard and blush: distances to their edges in face heights.
    pub(super) fn flat_skin(&mut self, head: &Head, palette: &Palette, all: usize, margin: f32) {
        let mouth = &head.skin_mouth;
        for k in 0..all {
            if self.distance[HEAD][k] > margin {
                continue;
            }
            self.lit[0][k] = palette.light_on_head(self.head[0][k], self.head[1][k]);
            let (x, y) = (self.rest[0][k], self.rest[1][k]);
            // The ends of a moustache hang.
            let hanging = if y < mouth.y {
                2.2 * x * x * smooth_step(0.27, 0.17, x.abs())
            } else {
                0.0
            };
            let beard = head.beard(x, y - hanging) - 0.32;
            // Skin stays free around the lips, so that their line is seen.
            let [upper, .., lower] = mouth.edges(x / mouth.half_width());
            let beside = x.abs() - mouth.half_width();
            let free = (upper - y).max(y - lower).max(beside) - 0.016;
            self.lit[1][k] = (0.12 * beard).min(free);
            let (u, v) = ((x.abs() - 0.33) / 0.13, (y + 0.055) / 0.062);
            self.lit[2][k] = ((u * u + v * v).sqrt() - 1.0) * 0.062;
        }
    }

    /// What flat clothes need of the body: distance to the head's shadow, to the collar, and the light.
    pub(super) fn flat_body(&mut self, head: &Head, palette: &Palette, k: usize) {
        let (x, y) = (self.head[0][k], self.head[1][k]);
        let [across, collar] = head.body.place(x, y);
        self.body[0][k] = head.outline.distance(x - 0.03, y - 0.13);
        self.body[1][k] = collar;
        self.body[2][k] = palette.light_on(across.clamp(-0.95, 0.95), 0.1);
    }
}

impl Spread {
    /// What a pixel of a drawing shows.
    pub(super) fn drawn(
        &self,
        head: &Head,
        palette: &Palette,
        content: Content,
        k: usize,
        under: Colour,
    ) -> Colour {
        let unit = head.frame.scale;
        let soft = unit.min(110.0);
        let line = line_width(unit);
        let (x, y) = (self.head[0][k], self.head[1][k]);
        let mut colour = under;
        let (mut front, mut back) = (0.0, 0.0);
        let mut inner = 0.0;
        if content.hair {
            let (outer, opening) = (self.distance[HAIR][k], self.distance[OPENING][k]);
            back = coverage(outer * soft);
            front = back.min(coverage(-opening * soft));
            inner = coverage((outer + line) * soft).min(coverage((line - opening) * soft));
        }
        let face = if content.head {
            coverage(self.distance[HEAD][k] * soft)
        } else {
            0.0
        };
        if front < 1.0 && face < 1.0 {
            if back > 0.0 {
                colour = blend(colour, palette.hair_ink, back);
                let fill = coverage((self.distance[HAIR][k] + line) * soft);
                colour = blend(colour, palette.hair[3], fill);
            }
            if content.body {
                let body = self.distance[BODY][k];
                colour = blend(colour, palette.ink, coverage(body * soft));
                let fill = coverage((body + line) * soft);
                colour = blend(colour, self.flat_body(palette, k, unit), fill);
            }
            if content.ear && !head.hair.covers_ears() {
                let ear = self.distance[EAR][k];
                colour = blend(colour, palette.ink, coverage(ear * soft));
                let fold = coverage(((ear + 3.0 * line).abs() - 0.35 * line) * unit);
                let skin = tone(palette.skin, palette.light_on_head(x, y), unit);
                let skin = blend(skin, palette.skin[1], fold);
                colour = blend(colour, skin, coverage((ear + line) * soft));
            }
        }
        if face > 0.0 && front < 1.0 {
            colour = blend(colour, palette.ink, face);
            let fill = coverage((self.distance[HEAD][k] + line) * soft);
            let skin = self.flat_face(head, palette, content, k, unit);
            colour = blend(colour, skin, fill);
        }
        if front > 0.0 {
            colour = blend(colour, palette.hair_ink, front);
            colour = blend(colour, hair::paint(&head.hair, palette, x, y, unit), inner);
        }
        colour
    }

    fn flat_body(&self, palette: &Palette, k: usize, unit: f32) -> Colour {
        let (above, collar, light) = (self.body[0][k], self.body[1][k], self.body[2][k]);
        let shadow = above.min(light + 0.10);
        // The collar is measured in shares of its own radius.
        let edge = 0.45 * collar;
        let throat = tone(palette.skin, shadow, unit);
        let cloth = tone(palette.cloth, light.min(above + 0.05), unit);
        let seam = coverage(((edge - 0.045).abs() - 0.005) * unit);
        let cloth = blend(cloth, palette.cloth[1], seam);
        let mut colour = blend(throat, cloth, coverage(-edge * unit));
        let line = coverage((edge.abs() - 0.5 * line_width(unit)) * unit);
        colour = blend(colour, palette.ink, line);
        colour
    }
}
