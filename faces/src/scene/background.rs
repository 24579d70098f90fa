//! What is behind the person: a soft, out-of-focus room.

use crate::math::bump::Bump;
use crate::math::colour::{Colour, byte_from_linear};
use crate::math::draw::Draw;
use crate::math::grain::hash;
use serde::{Deserialize, Serialize};

/// A vertical gradient with blurred lights in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Linear RGB at the top edge.
    pub top: [f32; 3],
    /// Linear RGB at the bottom edge.
    pub bottom: [f32; 3],
    /// How strongly the blurred shapes stand out, 0..=1.
    pub clutter: f32,
    /// Which shapes.
    pub seed: u64,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            top: [0.33, 0.31, 0.27],
            bottom: [0.10, 0.11, 0.12],
            clutter: 0.55,
            seed: 3,
        }
    }
}

const CELL: usize = 16;
const SHAPES: usize = 9;

impl Background {
    /// Paints the whole picture. `rgb` holds `3 * width * height` bytes.
    pub(crate) fn paint(&self, width: usize, height: usize, rgb: &mut [u8]) {
        let shapes = self.shapes();
        let (w, h) = (width.max(1) as f32, height.max(1) as f32);
        let at = |x: usize, y: usize| -> Colour {
            let (u, v) = (x as f32 / h - w / h / 2.0, y as f32 / h);
            let mut c: Colour =
                std::array::from_fn(|i| self.top[i] + (self.bottom[i] - self.top[i]) * v);
            for (shape, light) in &shapes {
                let k = shape.at(u, v);
                for i in 0..3 {
                    c[i] *= 1.0 + light[i] * k;
                }
            }
            c.map(|value| value.max(0.0).sqrt())
        };
        for y0 in (0..height).step_by(CELL) {
            for x0 in (0..width).step_by(CELL) {
                let (a, b) = (at(x0, y0), at(x0 + CELL, y0));
                let (c, d) = (at(x0, y0 + CELL), at(x0 + CELL, y0 + CELL));
                for y in y0..(y0 + CELL).min(height) {
                    let t = (y - y0) as f32 / CELL as f32;
                    let left: Colour = std::array::from_fn(|i| a[i] + (c[i] - a[i]) * t);
                    let right: Colour = std::array::from_fn(|i| b[i] + (d[i] - b[i]) * t);
                    let end = (x0 + CELL).min(width);
                    let row = &mut rgb[3 * (y * width + x0)..3 * (y * width + end)];
                    for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                        let s = x as f32 / CELL as f32;
                        let dither = dither(x0 + x, y);
                        for (i, byte) in pixel.iter_mut().enumerate() {
                            let v = left[i] + (right[i] - left[i]) * s;
                            *byte = byte_from_linear(v * v, dither);
                        }
                    }
                }
            }
        }
    }

    fn shapes(&self) -> [(Bump, Colour); SHAPES] {
        let mut draw = Draw::new(self.seed ^ 0xBAC6);
        std::array::from_fn(|_| {
            let bump = Bump::new(
                [draw.between(-0.9, 0.9), draw.between(-0.1, 1.0)],
                [draw.between(0.1, 0.45), draw.between(0.1, 0.5)],
                self.clutter,
            );
            let light = draw.between(-0.8, 1.6);
            let warm = draw.between(-0.25, 0.25);
            (bump, [light + warm, light, light - warm])
        })
    }
}

/// Fixed pattern in byte levels that hides the steps of slow gradients and looks like film grain.
#[inline]
pub(crate) fn dither(x: usize, y: usize) -> f32 {
    let bits = hash((y as u32) << 16 ^ x as u32);
    ((bits >> 8) as f32 * (1.0 / 16_777_216.0) - 0.5) * 2.6
}
