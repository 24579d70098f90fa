//! Marks of years and sun on the skin: wrinkles, spots, freckles, pores.

use crate::anatomy::landmarks::EYE;
use crate::math::bump::{Bump, Bumps};
use crate::math::colour::Colour;
use crate::math::curve::{hill, smooth_step};
use crate::math::grain::noise;
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;

/// The marks of one person, in frontal coordinates of the resting face.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    looks: Looks,
    eye_x: f32,
    smile: f32,
    raise: f32,
    seed: f32,
}

impl Marks {
    /// The marks of a person with an expression.
    pub(crate) fn new(identity: &Identity, expression: &Expression, looks: &Looks) -> Self {
        Self {
            looks: *looks,
            eye_x: EYE[0] * identity.eye_spacing,
            smile: expression.smile,
            raise: expression.brow_raise,
            seed: (identity.texture >> 10 & 63) as f32,
        }
    }

    /// Factors per channel on the colour of the skin.
    #[inline]
    pub(crate) fn colour(&self, x: f32, y: f32) -> Colour {
        let seed = self.seed;
        let pores = 1.0
            + 0.022 * noise(x * 83.0 + seed, y * 83.0)
            + 0.016 * noise(x * 41.0, y * 47.0 + seed);
        // Blood shows in broad patches.
        let patch = noise(x * 3.1 + seed, y * 3.1 + 2.0 * seed);
        let mut c = [
            pores * (1.0 + 0.012 * patch),
            pores * (1.0 - 0.022 * patch),
            pores * (1.0 - 0.018 * patch),
        ];
        let mut brown = 0.0;
        if self.looks.freckles > 0.0 {
            let place = hill(x / 0.75) * hill((y + 0.16) / 0.55);
            let dots = smooth_step(0.42, 0.72, noise(x * 27.0 + seed, y * 27.0 - seed))
                + 0.7 * smooth_step(0.40, 0.75, noise(x * 46.0 - seed, y * 46.0 + seed));
            brown += 0.36 * self.looks.freckles * place * dots.min(1.0);
        }
        if self.looks.spots > 0.0 {
            // Turned, or the noise's cells would show.
            let (u, v) = (0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x);
            let bend = 0.06 * noise(u * 21.0, v * 21.0 + seed);
            let spots = smooth_step(
                0.66,
                0.85,
                noise((u + bend) * 12.0 + 2.0 * seed, (v - bend) * 12.0 + seed),
            );
            let outer = smooth_step(0.12, 0.36, x.abs()) + smooth_step(-0.55, -0.70, y);
            brown += 0.26 * self.looks.spots * spots * outer.min(1.0);
        }
        let lines = 1.0 - 0.36 * self.lines(x, y);
        c = [
            c[0] * (1.0 - 0.55 * brown) * (lines + 0.10 * (1.0 - lines)),
            c[1] * (1.0 - brown) * lines,
            c[2] * (1.0 - 1.1 * brown) * lines,
        ];
        c
    }

    /// Depth of the fine lines at a point, 0 none to about 1.
    #[inline]
    pub(crate) fn lines(&self, x: f32, y: f32) -> f32 {
        let wrinkles = self.looks.wrinkles;
        let laughs = self.smile * (0.25 + 0.75 * wrinkles);
        let mut depth = 0.0;
        let ax = x.abs();
        if y < -0.52 && y > -0.90 && ax < 0.42 {
            let amount = wrinkles.max(0.45 * self.raise);
            let wave = 0.016 * noise(x * 4.0 + self.seed, 3.0) + 0.05 * x * x;
            let row = (y + wave + 0.60) / 0.073;
            let middle = row - (row + 4.5).floor() + 4.0;
            let broken =
                0.55 + 0.6 * noise(x * 5.0 + self.seed, (row + 0.5).floor() * 3.7 + self.seed);
            depth += amount
                * hill(middle / 0.20)
                * broken.clamp(0.0, 1.0)
                * hill(ax / 0.42)
                * smooth_step(-0.90, -0.80, y)
                * smooth_step(-0.53, -0.58, y);
        }
        // Between the brows.
        if ax < 0.08 && y > -0.60 && y < -0.38 {
            let frown = wrinkles.max(-0.9 * self.raise);
            depth += 0.8 * frown * hill((ax - 0.035) / 0.016) * hill((y + 0.49) / 0.10);
        }
        // Crow's feet fan out from the corner of the eye.
        let (dx, dy) = (ax - self.eye_x - 0.125, y - EYE[1] + 0.004);
        if dx > 0.0 && dx < 0.17 && dy.abs() < 0.13 {
            let fan = (dy / (dx + 0.04)) * 2.4 + 0.3 * noise(self.seed, dx * 20.0);
            let middle = fan - (fan + 8.5).floor() + 8.0;
            depth += (0.7 * wrinkles).max(0.75 * laughs)
                * hill(middle / 0.34)
                * smooth_step(0.0, 0.035, dx)
                * smooth_step(0.17, 0.07, dx)
                * hill(dy / 0.13);
        }
        // Arcs below the eyes.
        let (bx, by) = ((ax - self.eye_x) / 0.16, y - EYE[1]);
        if bx.abs() < 1.0 && by > 0.03 && by < 0.17 {
            let arc = by + 0.045 * bx * bx - 0.012 * bx;
            let folds = hill((arc - 0.075) / 0.012) + 0.8 * hill((arc - 0.112) / 0.015);
            depth += (0.75 * wrinkles + 0.3 * laughs) * folds * hill(bx);
        }
        // From the mouth's corners down, and over the upper lip.
        if wrinkles > 0.0 && y > 0.02 && ax < 0.5 {
            let line = ax - 0.255 - 0.10 * (y - 0.22);
            depth += 0.75 * wrinkles * hill(line / 0.022) * hill((y - 0.30) / 0.11);
            let upper = hill((y - 0.115) / 0.06) + 0.6 * hill((y - 0.31) / 0.06);
            let pleats = smooth_step(0.15, 0.7, noise(x * 34.0 + self.seed, 1.5 + 2.0 * y));
            depth += 0.55 * wrinkles * wrinkles * pleats * upper * hill(x / 0.24);
            // Crumpled cheeks.
            let crumple = noise(x * 13.0 + y * 9.0 + self.seed, y * 5.0 - x * 4.0);
            let cheek = hill((ax - 0.40) / 0.17) * hill((y - 0.14) / 0.30);
            depth += 0.45 * wrinkles * wrinkles * hill((crumple - 0.1) / 0.22) * cheek;
        }
        depth
    }

    /// Adds what hangs to the hills and hollows of the face.
    pub(crate) fn relief(&self, b: &mut Bumps<()>) {
        let sag = self.looks.sagging;
        let eye = self.eye_x;
        b.push_pair(
            Bump::turned([0.34, 0.36], [0.17, 0.15], 20.0, 0.034 * sag),
            (),
        );
        b.push_pair(
            Bump::turned([0.30, 0.22], [0.07, 0.16], -22.0, -0.018 * sag),
            (),
        );
        b.push_pair(
            Bump::turned(
                [eye - 0.01, EYE[1] + 0.085],
                [0.13, 0.055],
                6.0,
                0.016 * sag,
            ),
            (),
        );
        b.push_pair(
            Bump::turned(
                [eye - 0.03, EYE[1] + 0.135],
                [0.16, 0.05],
                14.0,
                -0.018 * sag,
            ),
            (),
        );
        b.push_pair(Bump::new([0.47, -0.02], [0.17, 0.22], -0.030 * sag), ());
        b.push_pair(
            Bump::turned(
                [eye + 0.07, EYE[1] - 0.085],
                [0.13, 0.05],
                16.0,
                0.014 * sag,
            ),
            (),
        );
        // Cheeks that rise fold below the eyes.
        b.push_pair(
            Bump::turned([eye, EYE[1] + 0.075], [0.15, 0.04], 4.0, 0.012 * self.smile),
            (),
        );
    }

    /// Adds shadows and painted colour.
    pub(crate) fn stains(&self, s: &mut Bumps<Colour>) {
        let sag = self.looks.sagging;
        let eye = self.eye_x;
        let shade: Colour = [0.8, 1.0, 1.0];
        s.push_pair(
            Bump::turned([eye - 0.03, EYE[1] + 0.12], [0.15, 0.05], 12.0, 0.16 * sag),
            shade,
        );
        s.push_pair(
            Bump::turned([0.295, 0.26], [0.05, 0.13], -20.0, 0.20 * sag),
            shade,
        );
        let paint = self.looks.make_up;
        s.push_pair(
            Bump::new([eye, EYE[1] - 0.065], [0.15, 0.055], 0.45 * paint),
            [0.85, 1.0, 0.8],
        );
        s.push_pair(
            Bump::new([0.37, -0.08], [0.20, 0.15], 0.16 * paint),
            [0.0, 0.9, 0.6],
        );
    }
}
