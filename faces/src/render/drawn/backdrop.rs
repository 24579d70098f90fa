//! What is behind a drawn person: a flat colour, a gradient, or two colours with a hard edge.

use crate::math::colour::{Colour, blend, byte_from_linear};
use crate::math::curve::{coverage, mix};
use crate::math::draw::Draw;
use crate::scene::background::Background;

/// Paints the whole square picture of `side` pixels.
pub(crate) fn paint(background: &Background, side: usize, rgb: &mut [u8]) {
    let mut d = Draw::new(background.seed ^ 0xD2A3);
    // Paper is light, and its colours are purer than those of a room.
    let pure = |c: Colour| {
        let mean = (c[0] + c[1] + c[2]) / 3.0;
        let level = mix(0.22, 0.95, mean.min(1.0).sqrt());
        c.map(|v| (level * (1.0 + 1.6 * (v / mean.max(0.004) - 1.0))).clamp(0.03, 0.97))
    };
    let (top, bottom) = (pure(background.top), pure(background.bottom));
    let kind = d.unit();
    let lean = d.between(-0.8, 0.8);
    let height = d.between(0.25, 0.75);
    for (k, pixel) in rgb.chunks_exact_mut(3).enumerate() {
        let x = (k % side) as f32 / side as f32;
        let y = (k / side) as f32 / side as f32;
        let share = if kind < 0.4 {
            0.0
        } else if kind < 0.75 {
            y
        } else {
            1.0 - coverage((y - height - lean * (x - 0.5)) * side as f32)
        };
        for (byte, value) in pixel.iter_mut().zip(blend(top, bottom, share)) {
            *byte = byte_from_linear(value, 0.0);
        }
    }
}
