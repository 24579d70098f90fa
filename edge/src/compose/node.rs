//! What a drawing says at one place of the picture, and along the pixels between two places.

use super::{enlarge::Enlarged, moved};
use wide::f32x4;

/// What to do at one place of the picture, or how that changes from pixel to pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    /// In bytes: red, green, blue, and nothing.
    pub(super) add: f32x4,
    /// In pixels of the frame: right, down.
    pub(super) shift: [f32; 2],
}

impl Node {
    /// Looks up `place` on the crop, 0 to 1, whose axes are turned by an angle of this sine and cosine.
    #[inline]
    pub(super) fn at(
        difference: &Enlarged,
        displacement: &Enlarged,
        place: [f32; 2],
        [sin, cos]: [f32; 2],
    ) -> Self {
        let shift = match displacement.is_empty() {
            true => [0.0; 2],
            false => {
                let [u, v, ..] = displacement.at(place).to_array();
                [cos * u - sin * v, sin * u + cos * v]
            }
        };
        Self {
            add: difference.at(place),
            shift,
        }
    }

    /// Whether no byte changes here, nor on the way to another place of which this is true.
    #[inline]
    pub(super) fn is_nothing(&self) -> bool {
        /// What rounding takes away.
        const NOTHING: f32 = 0.49;
        self.add.abs().simd_lt(f32x4::splat(NOTHING)).all() && moved::is_unnoticed(self.shift)
    }

    /// The change per pixel on the way to `end`, of which a pixel is `part`.
    #[inline]
    pub(super) fn slope(&self, end: &Self, part: f32) -> Self {
        Self {
            add: (end.add - self.add) * f32x4::splat(part),
            shift: std::array::from_fn(|i| (end.shift[i] - self.shift[i]) * part),
        }
    }

    /// What is to be done so many pixels along a slope from here.
    #[inline]
    pub(super) fn along(&self, slope: &Self, pixels: f32) -> Self {
        Self {
            add: self.add + slope.add * f32x4::splat(pixels),
            shift: std::array::from_fn(|i| self.shift[i] + slope.shift[i] * pixels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_leads_from_one_place_to_the_next() {
        let here = Node {
            add: f32x4::new([1.0, -2.0, 3.0, 0.0]),
            shift: [0.5, 4.0],
        };
        let there = Node {
            add: f32x4::new([5.0, 0.0, 3.0, 0.0]),
            shift: [0.5, -4.0],
        };
        let slope = here.slope(&there, 0.25);
        assert_eq!(here.along(&slope, 0.0), here);
        assert_eq!(here.along(&slope, 4.0), there);
        assert_eq!(here.along(&slope, 2.0).shift, [0.5, 0.0]);
    }

    #[test]
    fn less_than_half_a_byte_and_a_quarter_of_a_pixel_is_nothing() {
        let node = |add: f32, shift: f32| Node {
            add: f32x4::splat(add),
            shift: [shift, 0.0],
        };
        assert!(node(-0.4, 0.2).is_nothing());
        assert!(!node(0.6, 0.0).is_nothing() && !node(0.0, -0.3).is_nothing());
    }
}
