//! What a run came to, and the report of it.

use crate::{
    pipeline::{Totals, controls::Controls, status::Status},
    present::display::DisplayChoice,
    run::{main_thread::Presented, report::Report, subject::Subject},
};
use std::time::Instant;

/// All that a finished run tells.
pub(crate) struct Outcome<'a> {
    /// Bundle and attributes.
    pub(crate) subject: &'a Subject,
    /// Where pictures went.
    pub(crate) display: &'a DisplayChoice,
    /// From the main thread.
    pub(crate) presented: &'a Presented,
    /// From the other threads.
    pub(crate) totals: &'a Totals,
    /// Strengths and effort at the end.
    pub(crate) controls: &'a Controls,
    /// Provider at the end.
    pub(crate) status: &'a Status,
    /// When the program began.
    pub(crate) begin: Instant,
}

impl Outcome<'_> {
    /// The report.
    pub(crate) fn report(self) -> Report {
        let Self {
            subject,
            presented,
            totals,
            controls,
            status,
            ..
        } = self;
        let seconds = presented.seconds;
        let first_edit = presented.first_edit.map(|edit| edit - self.begin);
        let names = subject.attributes.names();
        let names = names.iter().map(ToString::to_string);
        let mut report = Report {
            edge_version: env!("CARGO_PKG_VERSION"),
            bundle: subject.bundle.clone(),
            source: totals.capture.source.to_string(),
            display: self.display.to_string(),
            provider: status.provider(),
            strengths: names.zip(controls.strengths()).collect(),
            seconds,
            frames_captured: totals.capture.frames,
            frames_skipped: totals.capture.skipped,
            frames_with_face: totals.edit.with_face,
            frames_edited: totals.edit.edited,
            frames_shown: presented.pictures,
            frames_dropped: totals.dropped,
            frames_per_second: totals.edit.edited as f64 / seconds.max(1e-9),
            seconds_to_first_edit: first_edit.map(|after| after.as_secs_f64()),
            camera_interruptions: totals.capture.interruptions,
            effort_reductions: controls.due.reductions(),
            model_ms_per_frame: 0.0,
            outside_model_ms_per_frame: 0.0,
            stages: Vec::new(),
            resident_memory_bytes: presented.memory_bytes,
        };
        let mut stages = presented.stages.clone();
        stages.merge(&totals.stages);
        report.set_stages(&stages);
        report
    }
}
