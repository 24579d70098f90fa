//! Lengths and intervals of a run.

use serde::{Deserialize, Serialize};

/// Lengths and intervals, in generator steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Number of steps.
    pub steps: u64,
    /// Images per step.
    pub batch_size: usize,
    /// Steps at the start in which only the discriminator learns. The output of a fresh difference
    /// generator is its input, so these steps teach the discriminator to distinguish the domains
    /// before the editor can mislead it.
    pub discriminator_head_start: u64,
    /// The R1 penalty is computed at every such step, weighted by the interval.
    pub r1_interval: u64,
    /// Steps at the start over which the learning rates rise from 0.
    #[serde(default)]
    pub warm_up: u64,
    /// Share of the steps, at the end, over which the learning rates fall to 2 %; 0 keeps them.
    #[serde(default)]
    pub decay_share: f64,
    /// Factor to which the prices on an edit (residual, fringes, displacement, roughness, bending, stretch) grow over the first
    /// 80 % of the steps: an edit has to be found before it can be made small.
    #[serde(default = "one")]
    pub price_growth: f64,
    /// Decay per step of the weights' moving average.
    pub average_decay: f64,
    /// Losses are read from the device and written down at every such step.
    pub tick_interval: u64,
    /// A sample grid is written at every such step.
    pub sample_interval: u64,
    /// A checkpoint is written at every such step.
    pub checkpoint_interval: u64,
    /// Number of checkpoints kept.
    pub checkpoints_kept: usize,
}

/// What is left of the learning rates at the last step.
const LEAST_RATE: f64 = 0.02;
/// Share of the steps over which the prices grow.
const GROWTH_SHARE: f64 = 0.8;

fn one() -> f64 {
    1.0
}

impl Schedule {
    /// Factor of the learning rates at `step`, counted from 1.
    #[must_use]
    pub fn rate(&self, step: u64) -> f64 {
        let rising = match self.warm_up {
            0 => 1.0,
            steps => step as f64 / steps as f64,
        };
        let left = self.steps.saturating_sub(step) as f64 / self.steps.max(1) as f64;
        let falling = if self.decay_share > 0.0 {
            (left / self.decay_share).max(LEAST_RATE)
        } else {
            1.0
        };
        rising.min(falling).min(1.0)
    }

    /// Factor of the prices on an edit at `step`.
    #[must_use]
    pub fn price(&self, step: u64) -> f64 {
        let done = step as f64 / (GROWTH_SHARE * self.steps.max(1) as f64);
        1.0 + (self.price_growth - 1.0) * done.min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        Schedule {
            steps: 1000,
            batch_size: 8,
            discriminator_head_start: 0,
            r1_interval: 1,
            warm_up: 100,
            decay_share: 0.25,
            price_growth: 3.0,
            average_decay: 0.999,
            tick_interval: 1,
            sample_interval: 1,
            checkpoint_interval: 1,
            checkpoints_kept: 1,
        }
    }

    #[test]
    fn rates_rise_stay_and_fall() {
        let rates = [1, 50, 100, 750, 875, 1000].map(|step| schedule().rate(step));
        assert_eq!(rates, [0.01, 0.5, 1.0, 1.0, 0.5, 0.02]);
        let steady = Schedule {
            warm_up: 0,
            decay_share: 0.0,
            ..schedule()
        };
        assert_eq!([1, 1000].map(|step| steady.rate(step)), [1.0, 1.0]);
    }

    #[test]
    fn prices_grow_over_the_first_four_fifths() {
        let prices = [0, 400, 800, 1000].map(|step| schedule().price(step));
        assert_eq!(prices, [1.0, 2.0, 3.0, 3.0]);
    }
}
