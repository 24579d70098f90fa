//! Squares on a picture: detection boxes and model crops.

use model_spec::Framing;

/// A square in pixels; pixel `(0, 0)` covers 0..1 on both axes.
///
/// *Crop* coordinates run from -0.5 to 0.5 along its own sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    /// Centre: x to the right, y down.
    pub centre: [f32; 2],
    /// Side in pixels.
    pub side: f32,
    /// Turn in radians, clockwise in the picture.
    pub roll: f32,
}

/// The way from one square to another, seen from the first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Correction {
    /// Shift in sides of the first square, along its own axes.
    pub shift: [f32; 2],
    /// Natural logarithm of the ratio of sides.
    pub growth: f32,
    /// Turn in radians, clockwise.
    pub roll: f32,
}

impl Square {
    /// A square that is not turned.
    #[must_use]
    pub const fn upright(centre: [f32; 2], side: f32) -> Self {
        let roll = 0.0;
        Self { centre, side, roll }
    }

    /// The model's crop for a face whose detection box is `self`.
    #[must_use]
    pub fn framed(self, framing: &Framing) -> Self {
        Self {
            centre: self.frame_from_crop(framing.centre_offset),
            side: self.side * framing.side_ratio,
            ..self
        }
    }

    /// The detection box of a face whose crop is `self`.
    #[must_use]
    pub fn unframed(self, framing: &Framing) -> Self {
        let offset = framing.centre_offset.map(|part| -part / framing.side_ratio);
        Self {
            centre: self.frame_from_crop(offset),
            side: self.side / framing.side_ratio,
            ..self
        }
    }

    /// The same centre, another side.
    #[must_use]
    pub fn scaled(self, factor: f32) -> Self {
        Self {
            side: self.side * factor,
            ..self
        }
    }

    /// Where a point of the crop lies on the picture.
    #[must_use]
    pub fn frame_from_crop(self, [u, v]: [f32; 2]) -> [f32; 2] {
        let [along, across] = self.axes();
        [0, 1].map(|i| self.centre[i] + along[i] * u + across[i] * v)
    }

    /// Where a point of the picture lies on the crop.
    #[must_use]
    pub fn crop_from_frame(self, point: [f32; 2]) -> [f32; 2] {
        let away = [0, 1].map(|i| (point[i] - self.centre[i]) / self.side);
        let (sin, cos) = self.roll.sin_cos();
        [cos * away[0] + sin * away[1], cos * away[1] - sin * away[0]]
    }

    /// One side to the right and one side down along the square's own axes, in pixels.
    #[must_use]
    pub fn axes(self) -> [[f32; 2]; 2] {
        let (sin, cos) = self.roll.sin_cos();
        [[cos, sin], [-sin, cos]].map(|axis| axis.map(|part| part * self.side))
    }

    /// The smallest upright square around `self`.
    #[must_use]
    pub fn bounds(self) -> Self {
        let (sin, cos) = self.roll.sin_cos();
        Self::upright(self.centre, self.side * (sin.abs() + cos.abs()))
    }

    /// Left and upper edge of [`Square::bounds`].
    #[must_use]
    pub fn origin(self) -> [f32; 2] {
        let bounds = self.bounds();
        bounds.centre.map(|centre| centre - bounds.side * 0.5)
    }

    /// Whether the centre lies on a picture of that size.
    #[must_use]
    pub fn is_on(self, width: usize, height: usize) -> bool {
        (0.0..width as f32).contains(&self.centre[0])
            && (0.0..height as f32).contains(&self.centre[1])
    }

    /// The square that `correction` leads to.
    #[must_use]
    pub fn corrected(self, correction: Correction) -> Self {
        Self {
            centre: self.frame_from_crop(correction.shift),
            side: self.side * correction.growth.exp(),
            roll: self.roll + correction.roll,
        }
    }

    /// The correction that leads to `other`; the inverse of [`Square::corrected`].
    #[must_use]
    pub fn correction_to(self, other: Self) -> Correction {
        Correction {
            shift: self.crop_from_frame(other.centre),
            growth: (other.side / self.side).ln(),
            roll: other.roll - self.roll,
        }
    }
}

impl Correction {
    /// Numbers in a correction.
    pub const LEN: usize = 4;

    /// Shift, growth, roll.
    #[must_use]
    pub fn to_array(self) -> [f32; Self::LEN] {
        [self.shift[0], self.shift[1], self.growth, self.roll]
    }

    /// The inverse of [`Correction::to_array`].
    #[must_use]
    pub fn from_array([x, y, growth, roll]: [f32; Self::LEN]) -> Self {
        let shift = [x, y];
        Self {
            shift,
            growth,
            roll,
        }
    }

    /// How far, in sides, it moves the points of the square on average (root mean square).
    #[must_use]
    pub fn motion(self) -> f32 {
        // A point of the unit square lies 1/6 from the centre in mean square.
        let [x, y] = self.shift;
        (x * x + y * y + (self.growth * self.growth + self.roll * self.roll) / 6.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURNED: Square = Square {
        centre: [100.0, 50.0],
        side: 40.0,
        roll: 0.3,
    };

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (0..2).all(|i| (a[i] - b[i]).abs() < 1e-4)
    }

    #[test]
    fn framing_shifts_by_sides_of_the_box_and_scales_about_the_new_centre() {
        let framing = Framing {
            side_ratio: 0.5,
            centre_offset: [0.0, 0.1],
        };
        let crop = Square::upright([100.0, 50.0], 40.0).framed(&framing);
        assert_eq!((crop.centre, crop.side), ([100.0, 54.0], 20.0));
        assert_eq!(crop.origin(), [90.0, 44.0]);
        let back = TURNED.framed(&framing).unframed(&framing);
        assert!(close(back.centre, TURNED.centre) && (back.side - TURNED.side).abs() < 1e-4);
    }

    #[test]
    fn positive_roll_turns_clockwise_and_the_two_transforms_undo_each_other() {
        let quarter = Square {
            roll: std::f32::consts::FRAC_PI_2,
            ..TURNED
        };
        // The right side of the face looks down.
        assert!(close(quarter.frame_from_crop([0.5, 0.0]), [100.0, 70.0]));
        for point in [[0.5, -0.2], [0.0, 0.0], [-3.0, 1.0]] {
            assert!(close(
                TURNED.crop_from_frame(TURNED.frame_from_crop(point)),
                point
            ));
        }
    }

    #[test]
    fn bounds_touch_the_corners() {
        let corners = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
        let corners = corners.map(|corner| TURNED.frame_from_crop(corner));
        let left = corners
            .map(|corner| corner[0])
            .into_iter()
            .fold(f32::MAX, f32::min);
        let top = corners
            .map(|corner| corner[1])
            .into_iter()
            .fold(f32::MAX, f32::min);
        assert!(close(TURNED.origin(), [left, top]));
    }

    #[test]
    fn a_correction_leads_where_it_was_measured() {
        let other = Square {
            centre: [90.0, 61.0],
            side: 55.0,
            roll: -0.2,
        };
        let reached = TURNED.corrected(TURNED.correction_to(other));
        assert!(close(reached.centre, other.centre));
        assert!(close(
            [reached.side, reached.roll],
            [other.side, other.roll]
        ));
        assert!(TURNED.correction_to(TURNED).motion() < 1e-6);
    }
}
