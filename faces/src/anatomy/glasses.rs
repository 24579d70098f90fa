//! Spectacles.

use crate::anatomy::{landmarks::EYE, parallax::Parallax};
use crate::math::colour::{Colour, blend};
use crate::math::curve::{coverage, smooth_step};
use crate::scene::identity::Identity;

/// A thin dark frame in frontal coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glasses {
    eye_x: f32,
    shift: [f32; 2],
    opacity: f32,
}

impl Glasses {
    /// The glasses of a person, if any.
    pub(crate) fn new(identity: &Identity, parallax: &Parallax) -> Option<Self> {
        (identity.glasses > 0.0).then(|| Self {
            eye_x: EYE[0] * identity.eye_spacing + 0.012,
            shift: parallax.shift(0.10),
            opacity: identity.glasses.min(1.0),
        })
    }

    /// The rectangle that holds them.
    pub(crate) fn area(&self) -> [f32; 4] {
        [-0.62, EYE[1] - 0.2, 0.62, EYE[1] + 0.24]
    }

    /// Paints frame and glass over the face.
    #[inline]
    pub(crate) fn paint(&self, x: f32, y: f32, face: Colour, unit: f32) -> Colour {
        let (x, y) = (x - self.shift[0], y - self.shift[1] - EYE[1] - 0.02);
        let (dx, dy) = ((x.abs() - self.eye_x) / 0.205, y / 0.150);
        let (u, v) = (dx * dx, dy * dy);
        let ring = ((u * u + v * v).sqrt().sqrt() - 1.0) * 0.165;
        let mut distance = ring.abs() - 0.013;
        let gap = self.eye_x - 0.20;
        if x.abs() < gap + 0.02 {
            distance = distance.min((y + 0.035 + 0.5 * (gap * gap - x * x)).abs() - 0.013);
        }
        if x.abs() > self.eye_x + 0.19 {
            distance = distance.min((y + 0.06).abs() - 0.014);
        }
        let glass = smooth_step(0.0, -0.02, ring) * 0.06;
        let glare = glass * smooth_step(0.2, -0.2, y / 0.15 + dx * 0.6);
        let face = face.map(|c| c + 0.5 * glare * self.opacity);
        blend(
            face,
            [0.02, 0.018, 0.018],
            coverage(distance * unit) * 0.92 * self.opacity,
        )
    }
}
