//! All parts of one head, ready to be asked for colours.

use crate::anatomy::age::Marks;
use crate::anatomy::body::Body;
use crate::anatomy::brow::Brow;
use crate::anatomy::eye::Eye;
use crate::anatomy::frame::Frame;
use crate::anatomy::glasses::Glasses;
use crate::anatomy::hair::Hair;
use crate::anatomy::motion::{Motion, resting};
use crate::anatomy::mouth::Mouth;
use crate::anatomy::outline::Outline;
use crate::anatomy::palette::Palette;
use crate::anatomy::skin::{Shading, stains};
use crate::anatomy::spectacles::Eyewear;
use crate::anatomy::{parallax::Parallax, relief::relief};
use crate::math::bump::Bumps;
use crate::math::colour::{Colour, blend, scale, tint};
use crate::math::curve::{hill, smooth_step};
use crate::math::grain::noise;
use crate::scene::Scene;
use crate::scene::background::dither;
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;

/// One head; made anew for every picture, without heap memory.
pub(crate) struct Head {
    pub frame: Frame,
    pub outline: Outline,
    pub relief: Bumps<()>,
    pub stains: Bumps<Colour>,
    pub shading: Shading,
    pub hair: Hair,
    pub body: Body,
    pub mouth: Mouth,
    pub eyes: [Eye; 2],
    pub brows: [Brow; 2],
    pub glasses: Option<Glasses>,
    /// What portraits have beyond other pictures.
    pub finer: Option<Finer>,
    /// The flat colours of a drawing.
    pub palette: Option<Palette>,
    pub parallax: Parallax,
    /// The mouth where the pattern of the skin has it.
    pub skin_mouth: Mouth,
    pub identity: Identity,
    ears: [f32; 2],
}

/// What the head of a portrait has beyond others: skin that moves with the expression, marks, eyeglasses.
pub(crate) struct Finer {
    pub motion: Motion,
    pub marks: Marks,
    pub eyewear: Option<Eyewear>,
    pub eyewear_area: [f32; 4],
}

impl Head {
    /// The head of a portrait: its skin, brows and lips are those of the resting face, carried by the motion.
    pub(crate) fn finer(scene: &Scene, looks: &Looks) -> Self {
        let mut head = Self::new(scene);
        let (identity, frame) = (&scene.identity, &head.frame);
        let expression = scene.expression.clamped();
        let rest = resting(&expression);
        let parallax = Parallax::new(frame);
        let marks = Marks::new(identity, &expression, looks);
        let eyewear = Eyewear::new(identity, looks, &parallax);
        head.skin_mouth = Mouth::new(identity, &rest);
        head.relief = relief(identity, &expression, &rest, &parallax, &head.skin_mouth);
        marks.relief(&mut head.relief);
        head.stains = stains(
            identity,
            &expression,
            &rest,
            &parallax,
            &head.skin_mouth,
            frame,
        );
        marks.stains(&mut head.stains);
        head.brows = [-1.0, 1.0].map(|side| Brow::new(identity, &rest, side));
        head.hair.style(looks);
        head.finer = Some(Finer {
            motion: Motion::new(identity, &expression, &parallax),
            marks,
            eyewear_area: eyewear.map_or([9.0; 4], |e| e.area()),
            eyewear,
        });
        head
    }

    /// Where on the resting face the skin at frontal coordinates comes from.
    #[inline]
    pub(crate) fn rest(&self, x: f32, y: f32) -> (f32, f32) {
        match &self.finer {
            None => (x, y),
            Some(finer) => {
                let by = finer.motion.shift(x, y);
                (x - by[0], y - by[1])
            }
        }
    }

    /// The head of a drawn portrait.
    pub(crate) fn drawn(scene: &Scene, looks: &Looks) -> Self {
        let mut head = Self::finer(scene, looks);
        head.palette = Some(Palette::new(scene, looks));
        head
    }

    /// The head of a scene.
    pub(crate) fn new(scene: &Scene) -> Self {
        let identity = scene.identity;
        let expression = scene.expression.clamped();
        let frame = Frame::new(&scene.pose);
        let mouth = Mouth::new(&identity, &expression);
        let outline = Outline::new(&identity, &frame, mouth.jaw_drop());
        let parallax = Parallax::new(&frame);
        let towards = scene.light.unit_direction();
        let ear = outline.half_width * 1.03;
        Self {
            frame,
            outline,
            relief: relief(&identity, &expression, &expression, &parallax, &mouth),
            stains: stains(
                &identity,
                &expression,
                &expression,
                &parallax,
                &mouth,
                &frame,
            ),
            shading: Shading::new(&identity, &scene.light),
            hair: Hair::new(&identity, &outline, &frame),
            body: Body::new(&identity, &frame),
            mouth,
            eyes: [-1.0, 1.0].map(|side| Eye::new(&identity, &expression, side, towards)),
            brows: [-1.0, 1.0].map(|side| Brow::new(&identity, &expression, side)),
            glasses: Glasses::new(&identity, &parallax),
            finer: None,
            palette: None,
            parallax,
            skin_mouth: mouth,
            identity,
            ears: [-ear, ear].map(|x| x - 0.12 * frame.yaw_sine()),
        }
    }

    /// Noise in byte levels on what is painted at a pixel; drawings have none, so that their tones are flat.
    #[inline]
    pub(crate) fn dither(&self, x: usize, y: usize) -> f32 {
        if self.palette.is_some() {
            0.0
        } else {
            dither(x, y)
        }
    }

    /// Signed distance to the nearer ear, in head coordinates.
    #[inline]
    pub(crate) fn ear_distance(&self, x: f32, y: f32) -> f32 {
        let ear = |at: f32| {
            let tilt = (x - at) + 0.16 * (y + 0.24) * at.signum();
            let (u, v) = (tilt / 0.085, (y + 0.235) / 0.165);
            ((u * u + v * v).sqrt() - 1.0) * 0.085
        };
        ear(self.ears[0]).min(ear(self.ears[1]))
    }

    /// Colour of an ear at a point inside.
    #[inline]
    pub(crate) fn ear_colour(&self, x: f32, y: f32) -> Colour {
        let side = x.signum();
        let at = if side < 0.0 {
            self.ears[0]
        } else {
            self.ears[1]
        };
        let (u, v) = ((x - at) * side / 0.085, (y + 0.235) / 0.165);
        let light = self.shading.irradiance([0.55 * side, -0.1, 0.8]);
        let hollow = 1.0 - 0.42 * hill((u - 0.05) / 0.65) * hill((v - 0.10) / 0.80);
        let rim = 1.0 - 0.18 * smooth_step(0.55, 1.0, (u * u + v * v).sqrt());
        let skin = tint(self.shading.albedo(), [1.0, 0.86, 0.84]);
        scale(tint(skin, light), hollow * rim * 0.92)
    }

    /// Skin pattern and beard at frontal coordinates: a factor per channel.
    #[inline]
    pub(crate) fn pattern(&self, x: f32, y: f32) -> Colour {
        let id = &self.identity;
        let seed = (id.texture & 63) as f32;
        let coarse = noise(x * 7.0 + seed, y * 7.0 - seed);
        let fine = noise(x * 31.0 - seed, y * 31.0 + seed);
        let amount = 0.03 + 0.05 * id.skin_unevenness;
        let k = amount * (0.7 * coarse + 0.5 * fine);
        let mut c = [1.0 + 0.6 * k, 1.0 + k, 1.0 + 1.1 * k];
        let spots = smooth_step(0.35, 0.75, noise(x * 43.0 + seed, y * 43.0 + seed));
        let freckles = 0.22 * id.skin_unevenness * spots * hill(x / 0.6) * hill((y + 0.15) / 0.4);
        c = [
            c[0] * (1.0 - 0.5 * freckles),
            c[1] * (1.0 - freckles),
            c[2] * (1.0 - freckles),
        ];
        let hairy = self.beard(x, y);
        if hairy > 0.0 {
            let strands = 0.75 + 0.35 * noise(x * 60.0, y * 24.0 + x.abs() * 30.0);
            let albedo = self.shading.albedo();
            let dark: Colour =
                std::array::from_fn(|i| (id.hair[i] * 0.8 + 0.01) * strands / albedo[i]);
            c = blend(c, dark, hairy);
        }
        c
    }

    /// How densely a beard grows at frontal coordinates of the resting face, 0..=1.
    pub(crate) fn beard(&self, x: f32, y: f32) -> f32 {
        let id = &self.identity;
        // Even a shaved man shows where his beard would grow.
        let shadow = 0.10 * smooth_step(0.5, 0.9, id.masculinity);
        let beard = (id.beard * 0.85).max(shadow);
        if beard <= 0.0 && id.moustache <= 0.0 {
            return 0.0;
        }
        let corner = self.skin_mouth.corner();
        let ax = x.abs();
        let cheek_line = 0.06 - 0.34 * smooth_step(0.26, 0.56, ax);
        let jaw = smooth_step(cheek_line - 0.03, cheek_line + 0.10, y)
            * smooth_step(
                corner[0] * 0.72,
                corner[0] + 0.10,
                ax + (y - corner[1]).max(0.0) * 0.9,
            );
        let lip_free = smooth_step(0.012, 0.04, y - self.skin_mouth.lower_y() - 0.035);
        let chin = lip_free * smooth_step(0.3, 0.2, ax);
        let top = corner[1] - 0.055 + 0.02 * self.corner_lift();
        let moustache =
            hill((y - top) / 0.075) * smooth_step(corner[0] + 0.05, corner[0] - 0.06, ax);
        let grown = beard * jaw.max(chin);
        grown.max(moustache * (id.moustache * 0.85).max(shadow))
    }

    fn corner_lift(&self) -> f32 {
        self.skin_mouth.y - self.skin_mouth.corner()[1]
    }

    /// Paints eyes, brows, mouth and glasses over lit skin, at frontal coordinates.
    #[inline]
    pub(crate) fn features(
        &self,
        x: f32,
        y: f32,
        skin: Colour,
        present: Features,
        unit: f32,
    ) -> Colour {
        let shade = skin[1] / self.shading.albedo()[1];
        let mut c = skin;
        if present.mouth && inside(self.mouth.area(), x, y) {
            c = self.mouth.paint(x, y, c, shade, unit);
        }
        if present.eyes {
            for eye in &self.eyes {
                if inside(eye.area(), x, y) {
                    c = eye.paint(x, y, c, shade, unit);
                }
            }
        }
        if present.brows {
            for brow in &self.brows {
                // Brows are painted where they rest, and carried.
                let (x, y) = self.rest(x, y);
                if inside(brow.area(), x, y) {
                    c = brow.paint(x, y, c, shade);
                }
            }
        }
        if let Some(glasses) = &self.glasses
            && present.glasses
        {
            c = glasses.paint(x, y, c, unit);
        }
        if let Some(Finer {
            eyewear: Some(eyewear),
            eyewear_area,
            ..
        }) = &self.finer
            && present.glasses
            && inside(*eyewear_area, x, y)
        {
            c = eyewear.paint(x, y, c, shade.min(1.2), unit);
        }
        c
    }

    /// Which sharp features may lie in a rectangle of frontal coordinates.
    pub(crate) fn features_in(&self, area: [f32; 4]) -> Features {
        // Brows may have been carried here from a little further.
        let far = if self.finer.is_some() { 0.08 } else { 0.0 };
        let wider = [area[0] - far, area[1] - far, area[2] + far, area[3] + far];
        Features {
            mouth: overlap(self.mouth.area(), area),
            eyes: self.eyes.iter().any(|eye| overlap(eye.area(), area)),
            brows: self.brows.iter().any(|brow| overlap(brow.area(), wider)),
            glasses: self.glasses.is_some_and(|g| overlap(g.area(), area))
                || self
                    .finer
                    .as_ref()
                    .is_some_and(|finer| overlap(finer.eyewear_area, area)),
        }
    }
}

/// Which sharp features a tile has to paint.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Features {
    pub mouth: bool,
    pub eyes: bool,
    pub brows: bool,
    pub glasses: bool,
}

/// Whether a point lies in the rectangle `[x0, y0, x1, y1]`.
#[inline]
pub(crate) fn inside(area: [f32; 4], x: f32, y: f32) -> bool {
    x > area[0] && y > area[1] && x < area[2] && y < area[3]
}

fn overlap(a: [f32; 4], b: [f32; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}
