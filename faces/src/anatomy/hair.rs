//! Hair: what it covers, how strands run, how they shine.

use crate::anatomy::frame::Frame;
use crate::anatomy::outline::Outline;
use crate::anatomy::skin::Shading;
use crate::math::colour::{Colour, blend};
use crate::math::curve::{hill, mix, sine_cosine_degrees, smooth_step};
use crate::math::grain::noise;
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;

const MIDDLE_Y: f32 = -0.42;

/// The hair of one person in one pose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hair {
    half_width: f32,
    curtain: f32,
    top: f32,
    end_y: f32,
    long: f32,
    opening: [f32; 2],
    opening_tilt: (f32, f32),
    opening_x: f32,
    parting_x: f32,
    sway: f32,
    colour: Colour,
    seed: f32,
    bangs: f32,
    sweep: f32,
    curl: f32,
    /// How far the strands' ends stand out, over the usual.
    ragged: f32,
    /// 0 strands to 1 pointed clumps.
    clumps: f32,
}

/// Noise of the strands through one point, each -1..1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strands {
    /// Coarse locks.
    pub(crate) lock: f32,
    /// Fine hairs.
    pub(crate) fine: f32,
}

impl Hair {
    /// The hair of a person whose head has this outline.
    pub(crate) fn new(identity: &Identity, outline: &Outline, frame: &Frame) -> Self {
        let long = smooth_step(0.28, 0.42, identity.hair_length);
        let volume = identity.hair_volume;
        let parting = identity.hair_parting;
        Self {
            half_width: outline.half_width + 0.035 + 0.07 * volume + 0.07 * long,
            curtain: 0.20 * long,
            top: 0.88 + 0.05 * volume + 0.04 * long,
            end_y: mix(
                -0.18 + 0.2 * identity.hair_length,
                mix(0.10, 1.30, identity.hair_length),
                long,
            ),
            long,
            opening: [
                outline.half_width * mix(0.985, 0.93, long),
                0.66 + 0.12 * identity.hairline - 0.03 * volume,
            ],
            opening_tilt: sine_cosine_degrees(-parting * mix(7.0, 11.0, long)),
            opening_x: parting * 0.05,
            parting_x: parting * 0.30,
            sway: frame.yaw_sine() * 0.18,
            colour: identity.hair,
            seed: (identity.texture >> 5 & 31) as f32,
            bangs: 0.0,
            sweep: 0.0,
            curl: 0.0,
            ragged: 1.0,
            clumps: 0.0,
        }
    }

    /// Cuts and curls the hair of a portrait.
    pub(crate) fn style(&mut self, looks: &Looks) {
        self.bangs = looks.bangs.clamp(0.0, 1.0);
        self.sweep = looks.bangs_sweep;
        self.curl = looks.curl;
        self.clumps = looks.clumps;
        self.ragged = 1.0 + 2.2 * looks.tousle + 3.0 * looks.curl;
    }

    /// How far the ends of the strands at a point stand out.
    #[inline]
    pub(crate) fn ends(&self, strands: Strands) -> f32 {
        (0.004 * strands.lock + 0.005 * (1.0 - self.clumps) * strands.fine) * self.ragged
    }

    /// Height of the ends of the bangs.
    #[inline]
    fn bangs_end(&self, x: f32) -> f32 {
        let lean = x - 0.10 * self.sweep;
        let locks = if self.clumps > 0.0 {
            self.clumps * (0.22 * self.tips(lean * 4.2 - 0.5 * self.sweep) - 0.08)
        } else {
            0.050 * noise(lean * 8.0 + self.seed, 2.5) + 0.026 * noise(lean * 23.0 + self.seed, 7.5)
        };
        let swept = 0.16 * self.sweep * x + 0.22 * x * x;
        mix(-1.16, -0.505, self.bangs) + (locks + swept) * self.bangs
    }

    /// How far a clump's point at a place across the hair hangs down: 0 between two clumps to about 1 at a tip.
    #[inline]
    fn tips(&self, across: f32) -> f32 {
        // Clumps are of all widths.
        let u = across + 0.6 * noise(across * 0.55 + self.seed, 3.5) + self.seed + 512.0;
        let clump = u.floor();
        let f = u - clump;
        let (own, skew) = (noise(clump * 3.7, self.seed), noise(clump * 2.9, 4.5));
        // Points lean to one side.
        let middle = 0.5 + 0.22 * skew;
        let off = if f < middle {
            (middle - f) / middle
        } else {
            (f - middle) / (1.0 - middle)
        };
        (0.70 + 0.38 * own) * mix(1.0 - off, (1.0 - off).max(0.0).sqrt(), 0.45)
    }

    /// A number that tells one person's hair from another's.
    pub(crate) fn seed(&self) -> f32 {
        self.seed
    }

    /// How far curls bend the clumps through a point, in clumps.
    #[inline]
    pub(crate) fn bend(&self, x: f32, y: f32) -> f32 {
        if self.curl <= 0.05 {
            return 0.0;
        }
        self.curl * 1.1 * noise(x * 4.0 + self.seed, y * 6.5)
    }

    /// Whether the hair falls over the ears.
    pub(crate) fn covers_ears(&self) -> bool {
        self.long > 0.5
    }

    /// Signed distance to the whole hair, in head coordinates.
    #[inline]
    pub(crate) fn outer(&self, x: f32, y: f32) -> f32 {
        let x = x + self.sway * 0.5;
        let v = y - MIDDLE_Y;
        let low = v.max(0.0);
        let width = self.half_width * (1.0 + self.long * (0.10 * low - 0.05 * low * low));
        let u = x / width;
        let up = v.min(0.0) / self.top;
        let (u2, up2) = (u * u, up * up);
        let round = (u2 + up2).sqrt();
        let square = (u2 * u2 + up2 * up2).sqrt().sqrt();
        let side = (mix(round, square, 0.35) - 1.0) * width;
        let end = y - self.end_y + 0.25 * self.long * u2 * u2;
        if self.clumps > 0.0 {
            let tips = 0.17 * self.clumps * (self.tips(x * 5.2) - 0.3);
            // Steep edges would count as further away than they are.
            return side.max((end - tips) * 0.45);
        }
        side.max(end * mix(0.45, 0.8, self.long))
    }

    /// Signed distance to the part of the face the hair leaves free, in frontal coordinates.
    #[inline]
    pub(crate) fn opening(&self, x: f32, y: f32) -> f32 {
        let (s, c) = self.opening_tilt;
        let (dx, dy) = (x - self.opening_x, y + 0.28);
        let (rx, ry) = (dx * c + dy * s, dy * c - dx * s);
        // Parted long hair falls away from the parting like a curtain.
        let fall = self.curtain * ((x - self.parting_x) * (x - self.parting_x) + 0.02).sqrt();
        let v = (ry - fall).min(0.0) / self.opening[1];
        let width = self.opening[0] * (1.0 + 0.05 * dy.max(0.0));
        let u = rx / width;
        let (u2, v2) = (u * u, v * v);
        let round = (u2 + v2).sqrt();
        let square = (u2 * u2 + v2 * v2).sqrt().sqrt();
        let mut opening = (mix(round, square, 0.30) - 1.0) * width;
        if self.clumps > 0.0 {
            let hanging = 0.10 * self.clumps * smooth_step(-0.30, -0.62, y);
            opening += hanging * (self.tips(x * 4.6 - self.opening_x) - 0.25);
        }
        if self.bangs > 0.0 {
            opening.max(self.bangs_end(x) - y)
        } else {
            opening
        }
    }

    /// The strands through a point of the head.
    #[inline]
    pub(crate) fn strands(&self, x: f32, y: f32) -> Strands {
        let (across, along) = self.flow(x, y);
        let straight = Strands {
            lock: noise(across * 13.0 + self.seed, along * 1.3 + self.seed),
            fine: noise(across * 46.0 + self.seed, along * 3.0),
        };
        if self.curl <= 0.0 {
            return straight;
        }
        let bend = 0.35 * noise(x * 5.0, y * 5.0 + self.seed);
        let lock = noise(x * 12.0 + bend * 4.0 + self.seed, y * 12.0 - bend * 3.0);
        let fine = noise(x * 31.0 - bend * 9.0, y * 31.0 + bend * 9.0 + self.seed);
        Strands {
            lock: mix(straight.lock, 1.5 * lock, self.curl),
            fine: mix(straight.fine, fine, self.curl),
        }
    }

    /// Strands fall from the parting along parabolas.
    #[inline]
    pub(crate) fn flow(&self, x: f32, y: f32) -> (f32, f32) {
        let dx = x + self.sway * 0.5 - self.parting_x;
        let dy = (y + 1.42).max(0.0);
        (dx / (dy + 0.06).sqrt(), dy + 0.5 * dx * dx)
    }

    /// Light on the hair as a body, and its gloss, at a point of the head.
    #[inline]
    pub(crate) fn light(&self, x: f32, y: f32, shading: &Shading) -> (f32, f32) {
        let nx = (x / (self.half_width * 1.12)).clamp(-0.95, 0.95);
        let ny = ((y + 0.25) / 1.35).clamp(-0.8, 0.3);
        let nz = (1.0 - nx * nx - ny * ny).max(0.05).sqrt();
        let e = shading.irradiance([nx, ny, nz]);
        let below = smooth_step(1.2, -0.2, y);
        let (_, along) = self.flow(x, y);
        let band = hill((along - 0.46) / 0.30) + 0.5 * self.long * hill((along - 1.55) / 0.4);
        (e[1] * mix(0.55, 1.0, below), e[1] * band)
    }

    /// Colour of the hair.
    #[inline]
    pub(crate) fn colour(&self, strands: Strands, light: f32, gloss: f32) -> Colour {
        let Strands { lock, fine } = strands;
        let body = (0.82 + 0.34 * lock + 0.22 * fine).max(0.2) * light;
        let shine = gloss * (0.45 + 0.45 * fine + 0.25 * lock).max(0.0);
        let bright: Colour = blend(self.colour, [0.75, 0.66, 0.55], 0.35);
        std::array::from_fn(|i| self.colour[i] * body * 1.15 + bright[i] * shine * 0.30)
    }
}
