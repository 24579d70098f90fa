//! How long each stage of the pipeline takes.

use crate::timing::allocations;
use hdrhistogram::{Histogram, errors::CreationError};
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
    /// Judging whether the mouth is covered.
    Mouth,
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
    pub(crate) const ALL: [Self; 12] = [
        Self::Capture,
        Self::Track,
        Self::Crop,
        Self::Mouth,
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
            Self::Mouth => "mouth",
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

/// Longest duration told apart, in microseconds; longer ones count as this one.
const LONGEST_MICROS: u64 = 100_000_000;
/// Significant digits of percentiles: their error is at most 0.1 %.
const DIGITS: u8 = 3;
/// Runs of a stage before its buffers have their size.
const WARM_UP: u64 = 60;

/// Durations of all stages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stages([Samples; Stage::ALL.len()]);

#[derive(Debug, Clone, Default)]
struct Samples {
    /// Made with the first sample, and of one size, so that a mirror on a wall never grows. None before.
    micros: Option<Histogram<u32>>,
    count: u64,
    /// Exact, unlike the histogram's.
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
    /// Half of the times took at most this.
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
            match (&mut mine.micros, &theirs.micros) {
                (Some(mine), Some(theirs)) => {
                    // Both have the same bounds, so every value fits.
                    let _ = mine.add(theirs);
                }
                (mine @ None, theirs) => mine.clone_from(theirs),
                (Some(_), None) => {}
            }
            mine.count += theirs.count;
            mine.sum_micros += theirs.sum_micros;
            mine.allocations += theirs.allocations;
        }
    }

    /// Summary of a stage that ran at least once.
    #[must_use]
    pub(crate) fn summary(&self, stage: Stage) -> Option<Summary> {
        let samples = &self.0[stage as usize];
        let micros = samples.micros.as_ref()?;
        let at = |part| {
            let value = micros.value_at_quantile(part);
            micros.median_equivalent(value) as f64 / 1000.0
        };
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
    fn add(&mut self, micros: u64, allocations: u64) {
        let histogram = self.micros.get_or_insert_with(|| {
            histogram().expect("the bounds are constants that a test checks")
        });
        histogram.saturating_record(micros);
        if self.count >= WARM_UP {
            self.allocations += allocations;
        }
        self.count += 1;
        self.sum_micros = self.sum_micros.saturating_add(micros);
    }
}

fn histogram() -> Result<Histogram<u32>, CreationError> {
    Histogram::new_with_bounds(1, LONGEST_MICROS, DIGITS)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_one_to_hundred_are_themselves_within_their_digits() {
        let mut stages = Stages::default();
        for ms in 0..=100 {
            stages.add(Stage::Track, Duration::from_millis(ms));
        }
        let summary = stages.summary(Stage::Track).unwrap();
        let percentiles = [summary.p50_ms, summary.p95_ms, summary.p99_ms];
        for (found, expected) in percentiles.into_iter().zip([50.0, 95.0, 99.0]) {
            let error = f64::abs(found - expected);
            assert!(error <= 0.001 * expected, "{found} instead of {expected}");
        }
        assert_eq!((summary.count, summary.mean_ms), (101, 50.0));
        assert_eq!(stages.summary(Stage::Model), None);
    }

    #[test]
    fn short_times_are_exact_and_endless_ones_count_as_the_longest() {
        let mut stages = Stages::default();
        for micros in [1, 1234, u64::MAX] {
            stages.add(Stage::Crop, Duration::from_micros(micros));
        }
        let summary = stages.summary(Stage::Crop).unwrap();
        assert_eq!(summary.p50_ms, 1.234);
        let longest = LONGEST_MICROS as f64 / 1000.0;
        assert!((summary.p99_ms / longest - 1.0).abs() < 0.001 && summary.count == 3);
    }

    #[test]
    fn merging_adds_counts_sums_and_percentiles() {
        let mut long = Stages::default();
        for _ in 0..10_000 {
            long.add(Stage::Crop, Duration::from_micros(2));
        }
        let mut all = Stages::default();
        all.add(Stage::Crop, Duration::from_micros(8));
        all.merge(&long);
        let summary = all.summary(Stage::Crop).unwrap();
        assert_eq!(summary.count, 10_001);
        assert!((summary.mean_ms - 20.008 / 10_001.0).abs() < 1e-9);
        assert_eq!((summary.p50_ms, summary.p99_ms), (0.002, 0.002));
    }

    #[test]
    fn recording_allocates_only_for_the_first_sample() {
        let mut samples = Samples::default();
        samples.add(1, 0);
        let room = samples.micros.as_ref().unwrap().distinct_values();
        for micros in [0, 70_000, LONGEST_MICROS, u64::from(u32::MAX)] {
            samples.add(micros, 0);
        }
        assert_eq!(samples.micros.unwrap().distinct_values(), room);
    }
}
