//! `edge run`: everything together.

pub(crate) mod config;
mod main_thread;
mod outcome;
mod plan;
pub(crate) mod report;
pub(crate) mod strengths;
mod subject;

use crate::{
    error::EdgeError,
    inference::{bundle_path, runtime::Runtime},
    pipeline::{Parts, Pipeline, Shared, opening::Opening},
    service::{health::Monitor, watchdog::Notifier},
    window::display_lost,
};
use config::Config;
use main_thread::{Main, Shown};
use model_spec::Bundle;
use outcome::Outcome;
use plan::{Input, Plan, Presenter};
use report::Report;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use subject::Subject;

/// Longest wait before looking whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a model may take to open before the window is there without it.
const SOON: Duration = Duration::from_millis(600);

/// Runs until the source ends, `frames` is reached, the window closes or `stop` is set.
///
/// # Errors
/// Any [`EdgeError`]; the bundle's files are checked before a camera is opened.
pub(crate) fn run(config: &Config, stop: &AtomicBool) -> Result<Report, EdgeError> {
    let begin = Instant::now();
    let bundle = Bundle::open(&bundle_path::resolve(config.bundle.as_deref())?)?;
    let subject = Subject::new(config, &bundle)?;
    let runtime = Runtime::load(config.onnxruntime.as_deref())?;
    let reference = subject.reference(config)?;
    let shared = Arc::new(Shared::new(&subject.strengths));
    let mut opening = Opening::start(bundle, runtime, config.model.clone(), Arc::clone(&shared))?;
    // Where nothing takes long, errors come before a camera or window is opened.
    opening.wait(SOON)?;
    let mut plan = Plan::new(config);
    let presenter = plan.presenter(config, &subject)?;
    let in_window = matches!(presenter, Presenter::Window(_));
    // Without a screen nobody waits: what is measured or written is the edit.
    while !in_window && !stop.load(Ordering::Relaxed) && !opening.wait(PATIENCE)? {}
    let Input { source, pace } = plan.open_source(config, in_window)?;
    let sheet = plan.open_sheet(in_window, &subject);
    let _monitor = Monitor::start(config.system.clone(), Arc::clone(&shared.due))?;
    let _notifier = Notifier::start(Arc::clone(&shared.beats))?;
    let pipeline = Pipeline::start(Parts {
        source,
        opening,
        track: subject.track.clone(),
        shared: Arc::clone(&shared),
        limit: plan.frames,
        options: config.edit,
        reference,
        pace,
    })?;
    if in_window {
        display_lost::watch(Box::new(pipeline.ender()))?;
    }
    let mut main = Main::new(&pipeline, &subject, sheet, plan.showcase);
    let ended = main.present(presenter, stop);
    let shown = main.end();
    // A thread's error explains more than the closed mailbox it leaves behind.
    let totals = pipeline.stop()?;
    ended?;
    let outcome = Outcome {
        begin,
        subject: &subject,
        display: &plan.display,
        shown: &shown,
        totals: &totals,
        shared: &shared,
    };
    save(outcome.report(), config, &plan, &shown)
}

/// Writes report and contact sheet where they are asked for.
fn save(report: Report, config: &Config, plan: &Plan, shown: &Shown) -> Result<Report, EdgeError> {
    if let Some(path) = &config.report {
        report.save(path)?;
    }
    if let (Some(sheet), Some(path)) = (&shown.sheet, &plan.contact_sheet) {
        let provider = report.provider.as_ref();
        let subtitle = format!(
            "{} on {}: {:.1} edited frames per second",
            report.source,
            provider.map_or("nothing", |provider| provider.running.label()),
            report.frames_per_second
        );
        sheet.save(path, &subtitle)?;
        log::info!("contact sheet: {}", path.display());
    }
    Ok(report)
}
