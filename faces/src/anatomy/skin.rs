//! Skin: its colour, its stains and how it takes the light.

use crate::anatomy::frame::Frame;
use crate::anatomy::mouth::Mouth;
use crate::anatomy::{
    landmarks::{EYE, nose_y},
    parallax::Parallax,
};
use crate::math::bump::{Bump, Bumps};
use crate::math::colour::{Colour, from_bytes};
use crate::math::curve::{mix, positive};
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;
use crate::scene::light::{Light, unit};

/// Average reflectance of a person's skin, linear RGB.
pub(crate) fn albedo(identity: &Identity) -> Colour {
    const LIGHT: Colour = from_bytes(236, 200, 178);
    const MIDDLE: Colour = from_bytes(196, 148, 116);
    const DARK: Colour = from_bytes(92, 60, 44);
    let t = identity.skin_tone.clamp(0.0, 1.0);
    let warm = identity.skin_warmth;
    let c: Colour =
        std::array::from_fn(|i| mix(mix(LIGHT[i], MIDDLE[i], t), mix(MIDDLE[i], DARK[i], t), t));
    [c[0] * (1.0 + 0.02 * warm), c[1], c[2] * (1.0 - 0.08 * warm)]
}

/// How the skin answers the light.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shading {
    albedo: Colour,
    towards: [f32; 3],
    halfway: [f32; 3],
    key: Colour,
    ambient: Colour,
    shine: f32,
}

/// Light that leaks through skin past the shadow's edge, per channel: red travels furthest.
const WRAP: Colour = [0.42, 0.28, 0.22];

impl Shading {
    /// For a person in a light.
    pub(crate) fn new(identity: &Identity, light: &Light) -> Self {
        let towards = light.unit_direction();
        Self {
            albedo: albedo(identity),
            towards,
            halfway: unit([towards[0], towards[1], towards[2] + 1.0]),
            key: light.key,
            ambient: light.ambient,
            shine: light.shine,
        }
    }

    /// Reflectance without stains.
    pub(crate) fn albedo(&self) -> Colour {
        self.albedo
    }

    /// Light on a white surface with this unit normal.
    #[inline]
    pub(crate) fn irradiance(&self, n: [f32; 3]) -> Colour {
        let d = n[0] * self.towards[0] + n[1] * self.towards[1] + n[2] * self.towards[2];
        // Fill from the sky is stronger than from the floor.
        let sky = 0.92 - 0.30 * n[1];
        std::array::from_fn(|i| {
            let wrapped = positive((d + WRAP[i]) * (1.0 / (1.0 + WRAP[i])));
            self.ambient[i] * sky + self.key[i] * wrapped
        })
    }

    /// Mirrored light of the skin's film.
    #[inline]
    pub(crate) fn gloss(&self, n: [f32; 3]) -> f32 {
        let h = (n[0] * self.halfway[0] + n[1] * self.halfway[1] + n[2] * self.halfway[2]).max(0.0);
        let (h2, h4) = (h * h, h * h * h * h);
        let h8 = h4 * h4;
        let h16 = h8 * h8;
        self.shine * (0.06 * h8 * h2 + 0.09 * h16 * h16)
    }
}

/// Local darkening and colouring: each bump takes away `amount * payload` of a channel.
/// The amounts are those of an expression, the places those of the expression `place`.
pub(crate) fn stains(
    identity: &Identity,
    expression: &Expression,
    place: &Expression,
    parallax: &Parallax,
    mouth: &Mouth,
    frame: &Frame,
) -> Bumps<Colour> {
    let mut s = Bumps::new();
    let (smile, moved) = (expression.smile, place.smile);
    let (age, man) = (identity.age, identity.masculinity);
    let shade: Colour = [0.85, 1.0, 1.05];
    let blush: Colour = [0.10, 0.85, 0.70];
    let eye_x = EYE[0] * identity.eye_spacing;
    let ny = nose_y(identity);
    let w = identity.nose_width;

    // Less light reaches the eye sockets, the sides of the nose and the temples.
    s.push_pair(
        Bump::new([eye_x, -0.385], [0.22, 0.14], 0.33 + 0.10 * man),
        shade,
    );
    s.push_pair(Bump::new([0.115, -0.36], [0.09, 0.13], 0.20), shade);
    s.push_pair(
        Bump::turned([eye_x - 0.02, -0.27], [0.15, 0.055], 8.0, 0.10 + 0.22 * age),
        [0.7, 1.0, 0.8],
    );
    s.push_pair(
        Bump::turned(
            [eye_x, -0.296 - 0.008 * moved],
            [0.14, 0.030],
            4.0,
            0.10 + 0.14 * smile,
        ),
        shade,
    );
    s.push_pair(
        Bump::turned([0.115 * w, -0.16], [0.07, 0.17], 8.0, 0.09),
        shade,
    );

    // Nose: wing crease, nostrils, shadow below.
    let wing = parallax.shift(0.09);
    let flare = 1.0 + 0.10 * moved;
    let crease = Bump::turned([0.145 * w * flare, ny - 0.03], [0.034, 0.065], -14.0, 0.26);
    s.push(crease.moved(wing), shade);
    s.push(crease.mirrored().moved(wing), shade);
    let tip = parallax.shift(0.15);
    // A raised chin shows the nostrils, a nod hides them.
    let show = (1.0 - 1.6 * frame.pitch_sine()).clamp(0.4, 1.6);
    let nostril = Bump::turned(
        [0.055 * w * flare, ny + 0.016],
        [0.046, 0.024 * show],
        -16.0,
        0.86,
    );
    for b in [nostril, nostril.mirrored()] {
        s.push(b.moved(tip), [0.86, 0.95, 0.96]);
    }
    s.push(
        Bump::new([0.0, ny + 0.035], [0.19 * w, 0.06], 0.24).moved(parallax.shift(0.08)),
        shade,
    );
    s.push(
        Bump::new([0.0, ny - 0.04], [0.13, 0.11], 0.16).moved(parallax.shift(0.2)),
        blush,
    );
    s.push(Bump::new([0.0, ny + 0.095], [0.022, 0.055], 0.10), shade);

    // Cheeks, forehead and chin.
    s.push_pair(
        Bump::new(
            [0.32, -0.06 - 0.03 * moved],
            [0.24, 0.18],
            0.10 + 0.06 * smile,
        ),
        blush,
    );
    s.push_pair(Bump::new([0.52, 0.02], [0.16, 0.5], 0.22), shade);
    s.push(Bump::new([0.0, 0.52], [0.45, 0.13], 0.26), shade);
    s.push(
        Bump::new([0.0, mouth.lower_y() + 0.055], [0.16, 0.045], 0.18),
        shade,
    );

    // Mouth corners and the folds around a smile.
    let [cx, cy] = mouth.corner();
    s.push_pair(
        Bump::turned(
            [cx + 0.008, cy + 0.002],
            [0.042, 0.030],
            40.0,
            0.10 + 0.34 * smile,
        ),
        shade,
    );
    s.push_pair(
        Bump::turned([cx + 0.06, cy + 0.035], [0.05, 0.11], -16.0, 0.10 * smile),
        shade,
    );
    let fold = 0.035 + 0.20 * age + 0.17 * smile;
    for i in 0..6 {
        let t = i as f32 / 5.0;
        let bow = 4.0 * t * (1.0 - t);
        let x = mix(0.150 * w, cx + 0.060, t) + (0.022 + 0.030 * moved) * bow;
        let y = mix(ny - 0.045, cy + 0.015, t);
        s.push_pair(
            Bump::turned(
                [x, y],
                [0.085, 0.034],
                48.0 + 26.0 * t,
                fold * (0.55 + 0.45 * bow),
            ),
            shade,
        );
    }
    if smile > 0.0 {
        // Crow's feet.
        for (dy, turn) in [(-0.015, -14.0), (0.018, 16.0)] {
            s.push_pair(
                Bump::turned(
                    [eye_x + 0.185, EYE[1] + dy],
                    [0.06, 0.010],
                    turn,
                    0.16 * smile * (0.4 + age),
                ),
                shade,
            );
        }
    }
    if age > 0.2 {
        for (i, y) in [-0.72, -0.80, -0.64].into_iter().enumerate() {
            let tilt = 2.0 * (i as f32 - 1.0);
            s.push(
                Bump::turned([0.0, y], [0.34, 0.016], tilt, 0.22 * (age - 0.2)),
                shade,
            );
        }
    }
    s
}
