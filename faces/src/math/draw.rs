//! Seeded random draws.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg32;

/// A stream of random numbers that is the same on every platform.
pub(crate) struct Draw(Pcg32);

impl Draw {
    /// The stream of one seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg32::seed_from_u64(seed))
    }

    /// Any 32 bits.
    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Even in `0..1`.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Even in `low..high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Bell-shaped around `middle`, never further than `reach` from it (standard deviation `reach / 3`).
    pub(crate) fn around(&mut self, middle: f32, reach: f32) -> f32 {
        let sum = self.unit() + self.unit() + self.unit();
        middle + reach * (sum * (2.0 / 3.0) - 1.0)
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of the items.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[(self.unit() * items.len() as f32) as usize]
    }
}
