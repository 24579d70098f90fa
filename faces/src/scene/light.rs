//! How the scene is lit.

use serde::{Deserialize, Serialize};

/// One soft key light and an ambient fill, in linear RGB.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Light {
    /// Towards the light: right, down, to the viewer. Any length above 0.
    pub direction: [f32; 3],
    /// Key light, about 0..1.2 per channel.
    pub key: [f32; 3],
    /// Fill from all sides, about 0..0.6 per channel.
    pub ambient: [f32; 3],
    /// Shine of skin, 0 powdered to 1 oily.
    pub shine: f32,
}

impl Default for Light {
    /// A large window, above and to the left.
    fn default() -> Self {
        Self {
            direction: [-0.42, -0.48, 0.77],
            key: [0.84, 0.80, 0.75],
            ambient: [0.25, 0.26, 0.28],
            shine: 0.45,
        }
    }
}

impl Light {
    /// Unit vector towards the light.
    pub(crate) fn unit_direction(&self) -> [f32; 3] {
        unit(self.direction)
    }
}

/// The vector with length 1; straight to the viewer when it has none.
pub(crate) fn unit(v: [f32; 3]) -> [f32; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    if length > 1e-6 {
        v.map(|c| c / length)
    } else {
        [0.0, 0.0, 1.0]
    }
}
