//! The silhouette of the bare head.

use crate::anatomy::frame::Frame;
use crate::scene::identity::Identity;

/// Height of the widest place, the cheek bones.
const WIDEST_Y: f32 = -0.30;

/// Egg-shaped outline with a jaw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    /// Half width at the cheek bones.
    pub half_width: f32,
    top: f32,
    squareness: f32,
    taper: f32,
    chin: f32,
    lean: f32,
}

impl Outline {
    /// The outline of a person in a pose.
    pub(crate) fn new(identity: &Identity, frame: &Frame, jaw_drop: f32) -> Self {
        Self {
            half_width: 0.565 * identity.face_width,
            top: 0.98,
            squareness: 0.10 + 0.20 * identity.jaw_squareness,
            taper: 0.02 + 0.12 * identity.jaw_taper,
            chin: 0.5 - identity.proportions.chin_rise - WIDEST_Y
                + jaw_drop
                + 0.20 * frame.pitch_sine(),
            lean: frame.yaw_sine() * 0.42,
        }
    }

    /// Signed distance in face heights, negative inside. Exact enough near the edge.
    #[inline]
    pub(crate) fn distance(&self, x: f32, y: f32) -> f32 {
        let v = (y - WIDEST_Y) / if y > WIDEST_Y { self.chin } else { self.top };
        let low = v.clamp(0.0, 1.2);
        // The chin sits in front of the turning axis, so a turned head carries it sideways.
        let x = x - self.lean * low * low * 0.8;
        let u = x / (self.half_width * (1.0 - self.taper * low));
        let (u2, v2) = (u * u, v * v);
        let round = (u2 + v2).sqrt();
        let square = (u2 * u2 + v2 * v2).sqrt().sqrt();
        let k = if low > 0.0 { self.squareness } else { 0.05 };
        (round + (square - round) * k - 1.0) * self.half_width
    }
}
