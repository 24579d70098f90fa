//! When a run counts as ill.

use serde::{Deserialize, Serialize};

/// The watch over a run: a discriminator that explodes or guesses, edits that are caricatures or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthConfig {
    /// Readings of the losses (one per `schedule.tick_interval`) over which they are averaged, and before which
    /// nothing is judged, 1 or more.
    pub readings: u64,
    /// Whether an ill run ends, with its last checkpoint, instead of going on with a warning.
    pub stop: bool,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self {
            readings: 20,
            stop: false,
        }
    }
}
