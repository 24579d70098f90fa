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
