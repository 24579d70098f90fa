//! Eyebrows.

use crate::anatomy::landmarks::EYE;
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{hill, mix, smooth_step};
use crate::math::grain::noise;
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;

/// One eyebrow in frontal coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brow {
    side: f32,
    inner: f32,
    length: f32,
    y: f32,
    arch: f32,
    thickness: f32,
    frown: f32,
    colour: Colour,
    seed: f32,
}

impl Brow {
    /// The brow of a person on one side (-1 or 1).
    pub(crate) fn new(identity: &Identity, expression: &Expression, side: f32) -> Self {
        let raise = expression.brow_raise;
        let eye = EYE[0] * identity.eye_spacing;
        Self {
            side,
            inner: eye - 0.150 + 0.02 * raise,
            length: 0.315,
            y: -0.470 - identity.proportions.brow_rise - 0.035 * raise - 0.006 * expression.smile
                + 0.012 * identity.masculinity,
            arch: 0.022 + 0.045 * identity.brow_arch,
            thickness: 0.042 * identity.brow_thickness,
            frown: -0.040 - 0.09 * raise.min(0.0),
            colour: identity.hair.map(|v| v * 0.55 + 0.004),
            seed: (identity.texture & 31) as f32,
        }
    }

    /// The rectangle that holds the brow.
    pub(crate) fn area(&self) -> [f32; 4] {
        let (a, b) = (self.inner - 0.03, self.inner + self.length + 0.03);
        let (left, right) = if self.side > 0.0 { (a, b) } else { (-b, -a) };
        [left, self.y - 0.13, right, self.y + 0.09]
    }

    /// The point of the brow's middle line at a share of its length, 0 inner to 1 outer end, on the right side.
    pub(crate) fn point(&self, along: f32) -> [f32; 2] {
        let peak = (along - 0.64) / 0.64;
        let line =
            self.y - self.arch * (1.0 - peak * peak) + self.frown * (1.0 - along).max(0.0) * 0.4;
        [self.inner + along * self.length, line]
    }

    /// Share of the length and of the half thickness, upper edge -1, at which a point lies; none outside.
    #[inline]
    pub(crate) fn place(&self, x: f32, y: f32) -> Option<[f32; 2]> {
        let along = (x * self.side - self.inner) / self.length;
        if !(-0.08..1.08).contains(&along) {
            return None;
        }
        let peak = (along - 0.64) / 0.64;
        let line =
            self.y - self.arch * (1.0 - peak * peak) + self.frown * (1.0 - along).max(0.0) * 0.4;
        let half = self.thickness
            * mix(1.0, 0.42, smooth_step(0.45, 1.0, along))
            * smooth_step(-0.08, 0.12, along);
        let across = (y - line) / (half + 0.004);
        (across.abs() <= 1.0).then_some([along, across])
    }

    /// Paints the brow over the skin.
    #[inline]
    pub(crate) fn paint(&self, x: f32, y: f32, skin: Colour, shade: f32) -> Colour {
        let Some([along, across]) = self.place(x, y) else {
            return skin;
        };
        // Hairs lean outwards and up.
        let lean = along * 30.0 + across * 1.6;
        let hairs = noise(
            lean * 1.3 + self.seed,
            across * 1.5 + along * 4.0 + self.side * 7.0,
        );
        let body = hill(across) * smooth_step(1.06, 0.85, along) * smooth_step(-0.06, 0.10, along);
        let amount = (body * (0.82 + 0.15 * hairs)).clamp(0.0, 0.92);
        blend(skin, scale(self.colour, 0.35 + 0.65 * shade), amount)
    }
}
