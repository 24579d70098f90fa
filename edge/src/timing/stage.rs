//! How long each stage of the pipeline takes.

use crate::timing::allocations;
use serde::Serialize;
use std::time::{Duration, Instant};

/// A stage, in the order a frame passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Waiting excluded: decoding or rendering a picture.
    Capture,
    /// Finding and following the face.
    Track,
    /// Sampling the model's crop out of the frame.
    Crop,
    Classifier,
    StyleEncoder,
    StyleTransformer,
    Generator,
    /// All graphs of a frame together.
    Model,
    /// Adding the difference to the camera's picture.
    Composite,
    /// Overlay, scaling, handing to the display.
    Present,
    /// From the begin of capture to the end of presenting.
    Total,
}

impl Stage {
    /// All, in order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Capture,
        Self::Track,
        Self::Crop,
        Self::Classifier,
        Self::StyleEncoder,
        Self::StyleTransformer,
        Self::Generator,
        Self::Model,
        Self::Composite,
        Self::Present,
        Self::Total,
    ];

    /// Name in reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Track => "track",
            Self::Crop => "crop",
            Self::Classifier => "classifier",
            Self::StyleEncoder => "style_encoder",
            Self::StyleTransformer => "style_transformer",
            Self::Generator => "generator",
            Self::Model => "model",
            Self::Composite => "composite",
            Self::Present => "present",
            Self::Total => "total",
        }
    }
}

/// Samples kept per stage; older ones are overwritten, so that a mirror on a wall never grows.
const KEPT: usize = 1 << 13;
/// Runs of a stage before its buffers have their size.
const WARM_UP: u64 = 60;

/// Durations of all stages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stages([Samples; Stage::ALL.len()]);

#[derive(Debug, Clone, Default)]
struct Samples {
    recent_micros: Vec<u32>,
    count: u64,
    sum_micros: u64,
    /// After the warm-up.
    allocations: u64,
}

/// Summary of one stage, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Times the stage ran.
    pub(crate) count: u64,
    /// Mean over all times.
    pub(crate) mean_ms: f64,
    /// Half of the recent times took at most this.
    pub(crate) p50_ms: f64,
    /// 95 of 100.
    pub(crate) p95_ms: f64,
    /// 99 of 100.
    pub(crate) p99_ms: f64,
    /// Memory allocations per run once warm; none without more runs than that takes.
    pub(crate) allocations: Option<f64>,
}

/// When a stage began, and how many allocations its thread had made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begin {
    instant: Instant,
    allocations: u64,
}

impl Begin {
    #[must_use]
    pub(crate) fn now() -> Self {
        Self {
            instant: Instant::now(),
            allocations: allocations::on_this_thread(),
        }
    }
}

impl Stages {
    pub(crate) fn add(&mut self, stage: Stage, duration: Duration) {
        self.0[stage as usize].add(micros(duration), 0);
    }

    /// Adds what was done on this thread since `begin`, with its allocations.
    pub(crate) fn since(&mut self, stage: Stage, begin: Begin) {
        let duration = begin.instant.elapsed();
        let allocations = allocations::on_this_thread() - begin.allocations;
        self.0[stage as usize].add(micros(duration), allocations);
    }

    /// Adds a duration that was measured elsewhere, and the allocations since `begin`.
    pub(crate) fn add_since(&mut self, stage: Stage, duration: Duration, begin: Begin) {
        let allocations = allocations::on_this_thread() - begin.allocations;
        self.0[stage as usize].add(micros(duration), allocations);
    }

    /// Runs and times `work`.
    pub(crate) fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let begin = Begin::now();
        let result = work();
        self.since(stage, begin);
        result
    }

    /// Takes over the samples of a thread that ended.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            let unseen = theirs.count - theirs.recent_micros.len() as u64;
            let recent: u64 = theirs.recent_micros.iter().copied().map(u64::from).sum();
            let before = mine.allocations;
            for &micros in &theirs.recent_micros {
                mine.add(micros, 0);
            }
            mine.allocations = before + theirs.allocations;
            mine.count += unseen;
            mine.sum_micros += theirs.sum_micros - recent;
        }
    }

    /// Summary of a stage that ran at least once.
    #[must_use]
    pub(crate) fn summary(&self, stage: Stage) -> Option<Summary> {
        let samples = &self.0[stage as usize];
        let mut sorted = samples.recent_micros.clone();
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        let at = |part: f64| f64::from(sorted[(part * last as f64).round() as usize]) / 1000.0;
        Some(Summary {
            count: samples.count,
            mean_ms: samples.sum_micros as f64 / samples.count as f64 / 1000.0,
            p50_ms: at(0.5),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            allocations: samples
                .count
                .checked_sub(WARM_UP)
                .filter(|&warm| warm > 0)
                .map(|warm| samples.allocations as f64 / warm as f64),
        })
    }

    /// Milliseconds spent in a stage in all.
    #[must_use]
    pub(crate) fn sum_ms(&self, stage: Stage) -> f64 {
        self.0[stage as usize].sum_micros as f64 / 1000.0
    }
}

impl Samples {
    fn add(&mut self, micros: u32, allocations: u64) {
        if self.count == 0 {
            self.recent_micros.reserve_exact(KEPT);
        }
        if self.count >= WARM_UP {
            self.allocations += allocations;
        }
        if self.recent_micros.len() < KEPT {
            self.recent_micros.push(micros);
        } else {
            self.recent_micros[(self.count % KEPT as u64) as usize] = micros;
        }
        self.count += 1;
        self.sum_micros += u64::from(micros);
    }
}

fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_one_to_hundred_are_themselves() {
        let mut stages = Stages::default();
        for ms in 0..=100 {
            stages.add(Stage::Track, Duration::from_millis(ms));
        }
        let summary = stages.summary(Stage::Track).unwrap();
        assert_eq!(
            (summary.p50_ms, summary.p95_ms, summary.p99_ms),
            (50.0, 95.0, 99.0)
        );
        assert_eq!((summary.count, summary.mean_ms), (101, 50.0));
        assert_eq!(stages.summary(Stage::Model), None);
    }

    #[test]
    fn merging_keeps_counts_and_sums_beyond_the_samples_kept() {
        let mut long = Stages::default();
        for _ in 0..KEPT + 10 {
            long.add(Stage::Crop, Duration::from_micros(2));
        }
        let mut all = Stages::default();
        all.add(Stage::Crop, Duration::from_micros(2));
        all.merge(&long);
        let summary = all.summary(Stage::Crop).unwrap();
        assert_eq!(summary.count, KEPT as u64 + 11);
        assert!((summary.mean_ms - 0.002).abs() < 1e-9);
    }
}
