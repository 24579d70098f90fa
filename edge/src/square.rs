//! Squares on a frame: detection boxes and model crops.

use model_spec::Framing;

/// A square in frame pixels; pixel `(0, 0)` covers 0..1 on both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    /// Centre: x to the right, y down.
    pub centre: [f32; 2],
    /// Side in pixels.
    pub side: f32,
}

impl Square {
    /// The model's crop for a face whose detection box is `self`.
    #[must_use]
    pub fn framed(self, framing: &Framing) -> Self {
        let [x, y] = framing.centre_offset;
        Self {
            centre: [
                self.centre[0] + x * self.side,
                self.centre[1] + y * self.side,
            ],
            side: self.side * framing.side_ratio,
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

    /// Left and upper edge.
    #[must_use]
    pub fn origin(self) -> [f32; 2] {
        self.centre.map(|centre| centre - self.side * 0.5)
    }

    /// Whether the centre lies on a picture of that size.
    #[must_use]
    pub fn is_on(self, width: usize, height: usize) -> bool {
        (0.0..width as f32).contains(&self.centre[0])
            && (0.0..height as f32).contains(&self.centre[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_shifts_by_sides_of_the_box_and_scales_about_the_new_centre() {
        let framing = Framing {
            side_ratio: 0.5,
            centre_offset: [0.0, 0.1],
        };
        let face = Square {
            centre: [100.0, 50.0],
            side: 40.0,
        };
        let crop = face.framed(&framing);
        assert_eq!((crop.centre, crop.side), ([100.0, 54.0], 20.0));
        assert_eq!(crop.origin(), [90.0, 44.0]);
    }
}
