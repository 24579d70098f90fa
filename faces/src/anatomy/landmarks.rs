//! Where the parts of a face are that others are placed by.

use crate::scene::identity::Identity;

/// Height of the eyes and their distance from the nose line, in face heights.
pub(crate) const EYE: [f32; 2] = [0.238, -0.346];
/// Height of the lower end of the nose.
pub(crate) const NOSE_Y: f32 = 0.0;

/// Lower end of the nose of a person.
pub(crate) fn nose_y(identity: &Identity) -> f32 {
    NOSE_Y + 0.32 * (identity.nose_length - 1.0)
}
