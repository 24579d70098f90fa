//! What is due after a step of a run.

use crate::config::Config;

/// What is due after a step, besides its losses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leavings {
    pub checkpoint: bool,
    pub samples: bool,
    pub evaluation: bool,
}

/// What is due after a step.
pub(super) struct Due {
    /// Losses are read and shown.
    pub tick: bool,
    pub leavings: Leavings,
}

impl Due {
    /// At the intervals of the schedule, and everything after the `last` step.
    pub(super) fn after(step: u64, config: &Config, last: bool) -> Self {
        let at = |interval: u64| interval > 0 && (last || step.is_multiple_of(interval));
        let schedule = &config.schedule;
        let checkpoint = at(schedule.checkpoint_interval);
        Self {
            // A checkpoint of losses that are not finite must not be written: they are read first.
            tick: checkpoint || at(schedule.tick_interval),
            leavings: Leavings {
                checkpoint,
                samples: at(schedule.sample_interval),
                evaluation: at(config.evaluation.interval),
            },
        }
    }
}
