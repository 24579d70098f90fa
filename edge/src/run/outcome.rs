//! What a run came to, and the report of it.

use crate::{
    pipeline::{Shared, Totals},
    present::display::DisplayChoice,
    run::{main_thread::Shown, report::Report, subject::Subject},
};
use std::time::Instant;

/// All that a finished run tells.
pub(crate) struct Outcome<'a> {
    /// Bundle and attributes.
    pub(crate) subject: &'a Subject,
    /// Where pictures went.
    pub(crate) display: &'a DisplayChoice,
    /// From the main thread.
    pub(crate) shown: &'a Shown,
    /// From the other threads.
    pub(crate) totals: &'a Totals,
    /// Provider, strengths and effort at the end.
    pub(crate) shared: &'a Shared,
    /// When the program began.
    pub(crate) begin: Instant,
}

impl Outcome<'_> {
    /// The report.
    pub(crate) fn report(self) -> Report {
        let Self {
            subject,
            shown,
            totals,
            shared,
            ..
        } = self;
        let seconds = shown.seconds;
        let first_edit = shown.first_edit.map(|edit| edit - self.begin);
        let names = subject.attributes.names();
        let names = names.iter().map(ToString::to_string);
        let mut report = Report {
            edge_version: env!("CARGO_PKG_VERSION"),
            bundle: subject.bundle.clone(),
            source: totals.capture.source.to_string(),
            display: self.display.to_string(),
            provider: shared.provider(),
            strengths: names.zip(shared.strengths()).collect(),
            seconds,
            frames_captured: totals.capture.frames,
            frames_skipped: totals.capture.skipped,
            frames_with_face: totals.edit.with_face,
            frames_edited: totals.edit.edited,
            frames_shown: shown.pictures,
            frames_dropped: totals.dropped,
            frames_per_second: totals.edit.edited as f64 / seconds.max(1e-9),
            seconds_to_first_edit: first_edit.map(|after| after.as_secs_f64()),
            camera_interruptions: totals.capture.interruptions,
            effort_reductions: shared.due.reductions(),
            model_ms_per_frame: 0.0,
            outside_model_ms_per_frame: 0.0,
            stages: Vec::new(),
            resident_memory_bytes: shown.memory_bytes,
        };
        let mut stages = shown.stages.clone();
        stages.merge(&totals.stages);
        report.set_stages(&stages);
        report
    }
}
