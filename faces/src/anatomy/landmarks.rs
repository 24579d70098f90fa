//! Where the parts of a face are that others are placed by.

use crate::scene::identity::Identity;

/// Distance of the eyes from the nose line and their natural height, in face heights.
pub(crate) const EYE: [f32; 2] = [0.238, -0.346];
/// Height of the eyes of a person.
pub(crate) fn eye_y(identity: &Identity) -> f32 {
    EYE[1] + identity.proportions.eye_drop
}

/// Height of the lower end of the nose.
pub(crate) const NOSE_Y: f32 = 0.0;

/// Lower end of the nose of a person.
pub(crate) fn nose_y(identity: &Identity) -> f32 {
    NOSE_Y + 0.32 * (identity.nose_length - 1.0)
}
