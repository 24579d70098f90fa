//! The speed report: JSON for programs, a table for people.

use crate::{
    error::EdgeError,
    inference::provider_report::ProviderReport,
    present::written,
    timing::stage::{Stage, Stages, Summary},
};
use serde::Serialize;
use std::{fmt, fs, path::Path};

/// What a run did and how fast. Times in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// Version of this program.
    pub(crate) edge_version: &'static str,
    pub(crate) bundle: BundleReport,
    /// Where the pictures came from, with size and rate.
    pub(crate) source: String,
    /// Where they went.
    pub(crate) display: String,
    /// What computed; none when the run ended before the model was ready.
    pub(crate) provider: Option<ProviderReport>,
    /// Strength of each attribute at the end.
    pub(crate) strengths: Vec<(String, f32)>,
    /// Length of the run in seconds, without loading.
    pub(crate) seconds: f64,
    /// Pictures read from the source.
    pub(crate) frames_captured: u64,
    /// Pictures that could not be read.
    pub(crate) frames_skipped: u64,
    /// Pictures with a face.
    pub(crate) frames_with_face: u64,
    /// Pictures the model changed.
    pub(crate) frames_edited: u64,
    /// Different pictures shown or written.
    pub(crate) frames_shown: u64,
    /// Pictures and edits replaced by newer ones before their turn.
    pub(crate) frames_dropped: u64,
    /// Edited pictures per second.
    pub(crate) frames_per_second: f64,
    /// Seconds from the start of the program to the first edited picture, if there was one.
    pub(crate) seconds_to_first_edit: Option<f64>,
    /// Times the camera went away or fell silent.
    pub(crate) camera_interruptions: u64,
    /// Times the mirror began to work less because the machine was hot.
    pub(crate) effort_reductions: u32,
    /// Mean time per edited picture inside the model.
    pub(crate) model_ms_per_frame: f64,
    /// Mean time per edited picture in track, crop, mouth and composite.
    pub(crate) outside_model_ms_per_frame: f64,
    /// Every stage that ran, in order.
    pub(crate) stages: Vec<StageReport>,
    /// Resident memory at the end, in bytes.
    pub(crate) resident_memory_bytes: u64,
}

/// The bundle of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BundleReport {
    /// Name in its manifest.
    pub(crate) name: String,
    /// SHA-256 of its manifest, which holds the digests of all its files.
    pub(crate) digest: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct StageReport {
    pub(crate) stage: &'static str,
    #[serde(flatten)]
    pub(crate) summary: Summary,
}

impl Report {
    /// Sets the stages and the two means over `frames_edited`.
    pub(crate) fn set_stages(&mut self, stages: &Stages) {
        self.stages = stage_reports(stages);
        let edited = self.frames_edited.max(1) as f64;
        let outside = [Stage::Track, Stage::Crop, Stage::Mouth, Stage::Composite];
        let outside: f64 = outside.iter().map(|&stage| stages.sum_ms(stage)).sum();
        self.outside_model_ms_per_frame = outside / edited;
        self.model_ms_per_frame = stages.sum_ms(Stage::Model) / edited;
    }

    /// Source, provider and speed in a line.
    pub(crate) fn summary(&self) -> String {
        let provider = self.provider.as_ref();
        format!(
            "{} on {}: {:.1} edited frames per second",
            self.source,
            provider.map_or("nothing", |provider| provider.running.label()),
            self.frames_per_second
        )
    }

    /// Writes the JSON form.
    ///
    /// # Errors
    /// [`EdgeError::File`].
    pub(crate) fn save(&self, path: &Path) -> Result<(), EdgeError> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| EdgeError::Internal(error.to_string()))?;
        text.push('\n');
        Ok(output::write(path, text.as_bytes(), Self::is_own)?)
    }

    /// Accepts a file that [`Report::save`] wrote.
    pub(crate) fn is_own(path: &Path) -> Result<(), String> {
        written::json(path, &["edge_version", "frames_edited"])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.bundle.digest.get(..12).unwrap_or(&self.bundle.digest);
        writeln!(out, "bundle     {} ({digest})", self.bundle.name)?;
        writeln!(out, "source     {}", self.source)?;
        let running = self.provider.as_ref();
        let running = running.map_or("none yet", |provider| provider.running.label());
        writeln!(out, "provider   {running}")?;
        for failure in self.provider.iter().flat_map(|provider| &provider.failures) {
            let reason = failure.reason.lines().next().unwrap_or_default();
            let (name, reason) = (failure.provider.label(), shortened(reason, 90));
            writeln!(out, "           not {name}: {reason}")?;
        }
        let seconds = self.seconds;
        writeln!(
            out,
            "frames     {} captured, {} with a face, {} edited, {} shown, {} dropped in {seconds:.1} s",
            self.frames_captured,
            self.frames_with_face,
            self.frames_edited,
            self.frames_shown,
            self.frames_dropped,
        )?;
        if self.frames_skipped > 0 {
            writeln!(out, "           {} unreadable", self.frames_skipped)?;
        }
        if self.effort_reductions > 0 {
            let times = self.effort_reductions;
            writeln!(out, "           worked less because of heat {times} times")?;
        }
        if self.camera_interruptions > 0 {
            writeln!(
                out,
                "           camera away {} times",
                self.camera_interruptions
            )?;
        }
        writeln!(
            out,
            "speed      {:.1} edited frames per second",
            self.frames_per_second
        )?;
        writeln!(
            out,
            "per frame  {:.1} ms in the model, {:.1} ms around it (track, crop, mouth, composite)",
            self.model_ms_per_frame, self.outside_model_ms_per_frame
        )?;
        if let Some(seconds) = self.seconds_to_first_edit {
            writeln!(out, "start      {seconds:.2} s to the first edited picture")?;
        }
        let memory = self.resident_memory_bytes as f64 / 1e6;
        writeln!(out, "memory     {memory:.0} MB resident")?;
        writeln!(out)?;
        write_stages(out, &self.stages)
    }
}

/// Every stage that ran, in order.
#[must_use]
pub(crate) fn stage_reports(stages: &Stages) -> Vec<StageReport> {
    let reports = Stage::ALL.into_iter().filter_map(|stage| {
        Some(StageReport {
            stage: stage.name(),
            summary: stages.summary(stage)?,
        })
    });
    reports.collect()
}

/// The table of stages.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_stages(out: &mut impl fmt::Write, stages: &[StageReport]) -> fmt::Result {
    writeln!(
        out,
        "{:<18} {:>7} {:>8} {:>8} {:>8} {:>8} {:>12}",
        "stage [ms]", "runs", "mean", "p50", "p95", "p99", "allocations"
    )?;
    for StageReport { stage, summary } in stages {
        let parts = [
            "classifier",
            "style_encoder",
            "style_transformer",
            "generator",
        ];
        let name = if parts.contains(stage) {
            format!("  {stage}")
        } else {
            (*stage).to_owned()
        };
        let allocations = match summary.allocations {
            Some(per_run) => format!("{per_run:.2}"),
            None => "-".into(),
        };
        writeln!(
            out,
            "{name:<18} {:>7} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {allocations:>12}",
            summary.count, summary.mean_ms, summary.p50_ms, summary.p95_ms, summary.p99_ms
        )?;
    }
    Ok(())
}

fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.into();
    }
    let kept: String = text.chars().take(length).collect();
    format!("{kept}…")
}

/// Resident memory of this process in bytes; 0 where the system does not tell.
#[must_use]
pub(crate) fn resident_memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory() {
        assert!(resident_memory_bytes() > 1_000_000);
    }
}
