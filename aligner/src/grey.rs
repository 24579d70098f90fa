//! Small grey pictures.

use crate::square::Square;

/// Pixels of a [`Grey`] picture per side of an aligner's window: larger faces are to be shrunk to
/// this size first, without aliasing.
pub const WINDOW_PIXELS: f32 = 48.0;

/// A grey picture.
#[derive(Debug, Clone, Default)]
pub struct Grey {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width * height` luma values, 0 to 255, rows from the top.
    pub values: Vec<f32>,
}

impl Grey {
    /// The picture's value at a position, between pixels bilinear. The picture goes on mirrored
    /// beyond its borders: a repeated border would show where the picture ends, and a training
    /// image ends where the answer lies.
    #[inline]
    #[must_use]
    pub fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let place = |position: f32, count: usize| {
            let last = count as f32 - 1.0;
            let position = (position - 0.5).abs();
            let position = (last - (last - position).abs()).clamp(0.0, last);
            let first = (position as usize).min(count.saturating_sub(2));
            (first, position - first as f32)
        };
        let ((left, right_part), (top, lower_part)) = (place(x, self.width), place(y, self.height));
        let row = |row: usize| {
            let at = row.min(self.height - 1) * self.width + left;
            let next = at + usize::from(self.width > 1);
            self.values[at] + right_part * (self.values[next] - self.values[at])
        };
        let (upper, lower) = (row(top), row(top + 1));
        upper + lower_part * (lower - upper)
    }

    /// The square that fills a square picture.
    #[must_use]
    pub fn whole(&self) -> Square {
        let centre = [self.width, self.height].map(|side| side as f32 * 0.5);
        Square::upright(centre, self.width.min(self.height) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_exact_inside_and_goes_on_mirrored_outside() {
        let grey = Grey {
            width: 5,
            height: 3,
            values: (0..15)
                .map(|i| (i % 5) as f32 + 10.0 * (i / 5) as f32)
                .collect(),
        };
        assert_eq!(grey.at([0.5, 0.5]), 0.0);
        assert_eq!(grey.at([2.75, 1.5]), 12.25);
        assert_eq!(grey.at([4.5, 2.5]), 24.0);
        assert_eq!(grey.at([-0.5, 0.5]), 1.0);
        assert_eq!(grey.at([5.5, 0.5]), 3.0);
        assert_eq!(grey.at([0.5, 3.5]), 10.0);
        assert!(grey.at([-100.0, 1e6]).is_finite());
    }

    #[test]
    fn a_single_pixel_is_that_value_everywhere() {
        let grey = Grey {
            width: 1,
            height: 1,
            values: vec![7.0],
        };
        assert_eq!(grey.at([0.5, 0.5]), 7.0);
        assert_eq!(grey.at([9.0, -3.0]), 7.0);
    }
}
