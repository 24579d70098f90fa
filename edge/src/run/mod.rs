//! `edge run`: everything together.

pub(crate) mod config;
mod main_thread;
mod outcome;
mod plan;
pub(crate) mod report;
mod sinks;
pub(crate) mod strengths;
mod subject;

use crate::{
    error::EdgeError,
    inference::{bundle_path, release_record::ReleaseRecord, runtime::Runtime},
    overlay::language::labels::Language,
    pipeline::{
        Parts, Pipeline,
        controls::Controls,
        opening::{Opening, Wanted},
        status::Status,
    },
    present::{sink::Sinks, written},
    service::{health::Monitor, memory_image, watchdog::Notifier},
    window::display_lost,
};
use config::Config;
use main_thread::Main;
use model_spec::Bundle;
use outcome::Outcome;
use plan::{Input, Plan};
use report::Report;
use std::{
    path::Path,
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
    if config.screen.kiosk {
        memory_image::forbid()?;
    }
    check_targets(config)?;
    let bundle = Bundle::open(&bundle_path::resolve(config.bundle.as_deref())?)?;
    let subject = Subject::new(config, &bundle)?;
    let record = match (&config.release_record, &config.public_key) {
        (None, _) => None,
        (Some(path), Some(_)) => Some(ReleaseRecord::read(path)?),
        (Some(path), None) => return Err(unsigned_record(path)),
    };
    if let Some(record) = &record {
        record.admit(&bundle)?;
    }
    let runtime = Runtime::load(config.onnxruntime.as_deref())?;
    let reference = subject.reference(config)?;
    let controls = Arc::new(Controls::new(&subject.strengths));
    let status = Arc::<Status>::default();
    let mut opening = Opening::start(Wanted {
        bundle,
        record,
        runtime,
        request: config.model.clone(),
        status: Arc::clone(&status),
    })?;
    // Where nothing takes long, errors come before a camera or window is opened.
    opening.wait(SOON)?;
    let mut plan = Plan::new(config);
    let presenter = plan.presenter(config, &subject)?;
    let in_window = presenter.window.is_some();
    // Without a screen nobody waits: what is measured or written is the edit.
    while !in_window && !stop.load(Ordering::Relaxed) && !opening.wait(PATIENCE)? {}
    let Input { source, pace } = plan.open_source(config, in_window)?;
    let _monitor = Monitor::start(config.system.clone(), Arc::clone(&controls.due))?;
    let _notifier = Notifier::start(Arc::clone(&status.beats))?;
    let pipeline = Pipeline::start(Parts {
        source,
        opening,
        track: subject.track.clone(),
        controls: Arc::clone(&controls),
        status: Arc::clone(&status),
        limit: plan.frames,
        options: config.edit,
        reference,
        pace,
    })?;
    in_window.then(|| end_with_display(&pipeline)).transpose()?;
    let mut main = Main::new(&pipeline, &subject, presenter.sinks, plan.showcase);
    let ended = main.present(presenter.window, stop);
    let (presented, sinks) = main.end();
    // A thread's error explains more than the closed mailbox it leaves behind.
    let totals = pipeline.stop()?;
    ended?;
    let outcome = Outcome {
        begin,
        subject: &subject,
        display: &plan.display,
        presented: &presented,
        totals: &totals,
        controls: &controls,
        status: &status,
    };
    save(outcome.report(), config, sinks)
}

fn unsigned_record(path: &Path) -> EdgeError {
    EdgeError::Usage(format!(
        "--release-record {}: found no --public-key, expected one: without a signature anybody can \
         write any release",
        path.display()
    ))
}

/// Refuses files that cannot be what they are named for, or must not be replaced: before the run, not after it.
fn check_targets(config: &Config) -> Result<(), EdgeError> {
    if let Some(path) = &config.report {
        output::check_file(path, Report::is_own)?;
    }
    if let Some(path) = &config.contact_sheet {
        let ending = path.extension().unwrap_or_default();
        if !ending.eq_ignore_ascii_case("png") {
            return Err(EdgeError::Usage(format!(
                "--contact-sheet {}: found ending {:?}, expected .png",
                path.display(),
                ending.to_string_lossy()
            )));
        }
        output::check_file(path, written::picture)?;
    }
    let screen = &config.screen;
    if screen.photos.exists() && !screen.photos.is_dir() {
        return Err(EdgeError::Usage(format!(
            "--photos {}: found a file, expected a folder or a new name",
            screen.photos.display()
        )));
    }
    if screen.font.is_some() || matches!(screen.language, Language::File(_)) {
        // Also where nothing is shown: whoever tries a configuration without a screen learns of it.
        screen.stamp()?;
    }
    Ok(())
}

/// Lets the threads end when the display is lost.
fn end_with_display(pipeline: &Pipeline) -> Result<(), EdgeError> {
    let stop = pipeline.stopper();
    display_lost::watch(Box::new(move || stop.all()))
}

/// Writes the report where it is asked for, and what the sinks have kept.
fn save(report: Report, config: &Config, sinks: Sinks) -> Result<Report, EdgeError> {
    if let Some(path) = &config.report {
        report.save(path)?;
    }
    sinks.finish(&report.summary())?;
    Ok(report)
}
