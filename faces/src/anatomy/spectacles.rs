//! Eyeglasses of a portrait: rims, bridge, arms, lenses and the shadow below.

use crate::anatomy::{
    landmarks::{EYE, eye_y},
    parallax::Parallax,
};
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{coverage, hill, mix, smooth_step};
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;
use crate::scene::spectacles::Spectacles;

/// Eyeglasses in frontal coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Eyewear {
    made: Spectacles,
    eye: [f32; 2],
    shift: [f32; 2],
    amount: f32,
    /// How far below the frame its shadow falls.
    shadow: f32,
}

/// Distances, in face heights and negative inside, to the frame, to the nearer lens and to its upper edge.
pub(crate) struct Place {
    pub frame: f32,
    pub lens: f32,
    /// Inside the lens, -1 upper to 1 lower edge.
    pub height: f32,
}

impl Eyewear {
    /// The glasses of a person, if any.
    pub(crate) fn new(identity: &Identity, looks: &Looks, parallax: &Parallax) -> Option<Self> {
        (looks.eyeglasses > 0.0).then(|| Self {
            made: looks.spectacles,
            eye: [EYE[0] * identity.eye_spacing + 0.012, eye_y(identity)],
            shift: parallax.shift(0.10),
            amount: looks.eyeglasses.min(1.0),
            shadow: looks.frame_shadow,
        })
    }

    /// The rectangle that holds them and their shadow.
    pub(crate) fn area(&self) -> [f32; 4] {
        [-0.72, self.eye[1] - 0.26, 0.72, self.eye[1] + 0.32]
    }

    pub(crate) fn place(&self, x: f32, y: f32) -> Place {
        let Spectacles {
            lens: [w, h],
            squareness,
            lift,
            rim,
            lower_rim,
            ..
        } = self.made;
        let (x, y) = (x - self.shift[0], y - self.shift[1] - self.eye[1] - 0.025);
        let out = (x.abs() - self.eye[0]) / w;
        // Outer parts of the lens are carried up or down.
        let carried = y + lift * 0.035 * out * out.abs().min(1.2) * smooth_step(-1.2, 0.2, out);
        let down = carried / (h * (1.0 - 0.10 * lift * out.clamp(-1.0, 1.0)));
        let (u, v) = (out * out, down * down);
        let round = (u + v).sqrt();
        let square = (u * u + v * v).sqrt().sqrt();
        let lens = (mix(round, square, squareness) - 1.0) * 0.5 * (w + h);
        let below = smooth_step(-0.1, 0.35, down);
        let half = rim * mix(1.0, mix(0.15, 1.0, lower_rim), below) * mix(0.25, 1.0, self.amount);
        let mut frame = lens.abs() - half;
        let gap = self.eye[0] - 0.94 * w;
        if x.abs() < gap + 0.02 {
            let arch = y + 0.28 * h + 0.4 * (gap * gap - x * x);
            frame = frame.min(arch.abs() - half.max(0.006));
        }
        if out > 0.92 {
            let arm = y + 0.42 * h + 0.02 * lift;
            frame = frame.min((arm.abs() - (0.7 * rim).max(0.006)).max(0.92 * w - out * w));
        }
        Place {
            frame,
            lens,
            height: down,
        }
    }

    /// Which glasses.
    pub(crate) fn made(&self) -> &Spectacles {
        &self.made
    }

    /// 0 none to 1 whole glasses.
    pub(crate) fn amount(&self) -> f32 {
        self.amount
    }

    /// Distance to the edge of the shadow, negative inside.
    pub(crate) fn shadow_distance(&self, x: f32, y: f32) -> f32 {
        self.place(x, y - 0.6 * self.shadow).frame - self.shadow
    }

    /// Place across the slanted bands in which a window is mirrored.
    pub(crate) fn slant(&self, x: f32, place: &Place) -> f32 {
        place.height + 0.55 * (x - self.shift[0]).abs() / self.made.lens[0]
    }

    /// How much of a pixel they change: the frame, the lens, and the shadow on the skin.
    pub(crate) fn coverage(&self, x: f32, y: f32, unit: f32) -> f32 {
        let place = self.place(x, y);
        let lens = coverage(place.lens * unit);
        let above = self.place(x, y - 0.6 * self.shadow);
        let shadow = if above.frame < self.shadow { 1.0 } else { 0.0 };
        coverage((place.frame - 1.0 / unit) * unit)
            .max(lens)
            .max(shadow)
    }

    /// Paints shadow, lenses and frame over the face; `shade` is the light there.
    #[inline]
    pub(crate) fn paint(&self, x: f32, y: f32, face: Colour, shade: f32, unit: f32) -> Colour {
        let place = self.place(x, y);
        let above = self.place(x, y - 0.6 * self.shadow);
        let dark = 0.30 * self.amount * hill((above.frame / self.shadow).clamp(0.0, 1.0));
        let mut colour = scale(face, 1.0 - dark);
        let lens = coverage(place.lens * unit) * self.amount;
        if lens > 0.0 {
            let tint = self.made.tint * mix(1.0, 0.75, smooth_step(-0.8, 0.9, place.height));
            let seen = scale(colour, 1.0 - 0.93 * tint - 0.03);
            // A window is mirrored as a slanted band.
            let slant = self.slant(x, &place);
            let band = hill((slant - 0.35) / 0.30) + 0.6 * hill((slant - 0.95) / 0.14);
            let glare = (0.020 + 0.05 * self.made.tint) * band * (0.4 + 0.6 * shade);
            colour = blend(colour, seen.map(|v| v + glare), lens);
        }
        let frame = coverage(place.frame * unit) * smooth_step(0.0, 0.25, self.amount);
        if frame > 0.0 {
            let round = (place.lens / self.made.rim.max(0.004)).clamp(-1.0, 1.0);
            let edge = 0.75 + 0.5 * hill((round - 0.45) / 0.5);
            let lit = scale(self.made.colour, edge * (0.25 + 0.85 * shade));
            let lit = lit.map(|v| v + 0.015 * shade * hill((round - 0.4) / 0.4));
            colour = blend(colour, lit, 0.96 * frame);
        }
        colour
    }
}
