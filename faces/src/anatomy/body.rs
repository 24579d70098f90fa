//! Neck, shoulders and clothes.

use crate::anatomy::frame::Frame;
use crate::anatomy::outline::Outline;
use crate::anatomy::skin::Shading;
use crate::math::colour::{Colour, blend, scale, tint};
use crate::math::curve::{mix, smooth_step};
use crate::scene::identity::Identity;

/// Neck and shoulders; they follow the head only in part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    neck: f32,
    shoulders: f32,
    lean: f32,
    turn: f32,
    clothes: Colour,
}

impl Body {
    /// The body of a person in a pose.
    pub(crate) fn new(identity: &Identity, frame: &Frame) -> Self {
        Self {
            neck: mix(0.30, 0.40, identity.masculinity) * identity.proportions.neck_width,
            shoulders: mix(1.12, 1.32, identity.masculinity),
            // In head coordinates the body turns against the head's roll.
            lean: frame.roll_sine() * 0.75,
            turn: frame.yaw_sine() * 0.10,
            clothes: identity.clothes,
        }
    }

    #[inline]
    fn own(&self, x: f32, y: f32) -> (f32, f32) {
        let low = (y - 0.30).max(-0.4);
        (x - self.lean * low - self.turn, y + self.lean * x)
    }

    /// Signed distance to neck and shoulders, in head coordinates.
    #[inline]
    pub(crate) fn distance(&self, x: f32, y: f32) -> f32 {
        let (bx, by) = self.own(x, y);
        let ax = bx.abs();
        let flare = (by - 0.55).max(0.0);
        let neck = (ax - self.neck - 0.9 * flare * flare).max(-0.05 - by);
        neck.min(self.own_shoulders(ax, by))
    }

    /// Signed distance to the shoulders alone: long hair falls behind them.
    #[inline]
    pub(crate) fn shoulders(&self, x: f32, y: f32) -> f32 {
        let (bx, by) = self.own(x, y);
        self.own_shoulders(bx.abs(), by)
    }

    #[inline]
    fn own_shoulders(&self, ax: f32, by: f32) -> f32 {
        let slope = ((ax - self.neck) / self.shoulders).max(0.0);
        let edge = ((ax - self.shoulders * 0.86) * 1.6).max(0.0);
        (0.70 + 0.30 * slope + edge * edge - by) * 0.85
    }

    /// Share of the neck's and shoulders' half width at which a point lies, and the distance to the collar in shares
    /// of its radius, negative on the skin.
    #[inline]
    pub(crate) fn place(&self, x: f32, y: f32) -> [f32; 2] {
        let (bx, by) = self.own(x, y);
        let wide = mix(self.neck * 1.2, self.shoulders, smooth_step(0.55, 0.9, by));
        [bx / wide, self.collar(bx, by)]
    }

    #[inline]
    fn collar(&self, bx: f32, by: f32) -> f32 {
        let (cx, cy) = (bx / (self.neck + 0.17), (by - 0.60) / 0.42);
        (cx * cx + cy.max(0.0) * cy.max(0.0)).sqrt() - 1.0
    }

    /// Colour at a point inside.
    #[inline]
    pub(crate) fn colour(&self, x: f32, y: f32, shading: &Shading, outline: &Outline) -> Colour {
        let (bx, by) = self.own(x, y);
        // The head keeps light from the neck.
        let above = outline.distance(x - 0.04, y - 0.16);
        let shadow = mix(0.42, 1.0, smooth_step(-0.14, 0.22, above));
        let collar = self.collar(bx, by);
        let worn = smooth_step(-0.012, 0.012, collar);
        let skin = if worn < 1.0 {
            let under = 1.0 - 0.35 * smooth_step(-0.10, 0.0, collar);
            scale(self.throat(bx, by, shading), shadow * under)
        } else {
            [0.0; 3]
        };
        if worn <= 0.0 {
            return skin;
        }
        let mx = (bx / (self.shoulders * 1.15)).clamp(-0.9, 0.9);
        let my = mix(-0.75, 0.05, smooth_step(0.70, 1.15, by - 0.25 * bx.abs()));
        let mz = (1.0 - mx * mx * 0.8 - my * my).max(0.05).sqrt();
        let cloth_light = shading.irradiance([mx, my, mz]);
        let rib =
            1.0 - 0.30 * smooth_step(0.09, 0.05, collar) + 0.25 * smooth_step(0.05, 0.02, collar);
        let cloth = scale(
            tint(self.clothes, cloth_light),
            rib.min(1.1) * mix(0.75, 1.0, shadow),
        );
        blend(skin, cloth, worn)
    }

    /// Lit skin of neck and throat.
    #[inline]
    fn throat(&self, bx: f32, by: f32, shading: &Shading) -> Colour {
        let nx = (bx / (self.neck * 1.25)).clamp(-0.9, 0.9);
        let neck_light = shading.irradiance([nx, 0.12, (1.0 - nx * nx).sqrt()]);
        // Two tendons run down to the pit of the throat.
        let tendon = (bx.abs() - 0.16 + 0.12 * (by - 0.4)).abs();
        let cords = 1.0 - 0.10 * smooth_step(0.07, 0.0, tendon) * smooth_step(0.5, 0.8, by);
        scale(tint(shading.albedo(), neck_light), cords * 0.86)
    }
}
