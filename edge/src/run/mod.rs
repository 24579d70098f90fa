//! `edge run`: everything together.

pub(crate) mod config;
pub(crate) mod plan;
pub(crate) mod report;

use crate::{
    capture,
    compose::mirror::Mirror,
    edit::{Edit, reference},
    error::EdgeError,
    handoff::mailbox::Taken,
    inference::{bundle_path, runtime::Runtime},
    pipeline::{Parts, Pipeline, Shared, Totals, opening::Opening},
    present::{contact_sheet::ContactSheet, display::Pictures},
    run::{
        config::Config,
        plan::{Plan, Presenter},
        report::{BundleReport, Report},
    },
    service::{health::Monitor, watchdog::Notifier},
    timing::stage::{Stage, Stages},
    track::{Pace, TrackOptions},
    window::{self, display_lost},
};
use model_spec::{AttributeSet, Bundle, manifest::ALIGNER_FILE};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

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
    let folder = bundle_path::resolve(config.bundle.as_deref())?;
    let bundle = Bundle::open(&folder)?;
    let attributes = bundle.manifest().attributes.clone();
    let strengths = strengths(&attributes, config.attr.as_deref())?;
    if let Some(key) = &config.public_key {
        bundle.verify(key)?;
    }
    let digest = bundle.digest().to_owned();
    let (name, manifest) = (bundle.manifest().name.clone(), bundle.manifest().clone());
    let track = TrackOptions {
        faces: config.faces,
        ..TrackOptions::of_bundle(&bundle)?
    };
    if track.aligner.is_none() {
        log::warn!(
            "the bundle has no {ALIGNER_FILE}: the edit will wobble; `trainer fit-aligner` makes one, \
             and `model-export` then carries it"
        );
    }
    let runtime = Runtime::load(config.onnxruntime.as_deref())?;
    let reference = config
        .reference
        .as_deref()
        .map(|path| reference::read(path, &track));
    let reference = reference.transpose()?;
    let shared = Arc::new(Shared::new(&strengths));
    let mut opening = Opening::start(bundle, runtime, config.model.clone(), Arc::clone(&shared))?;
    // Where nothing takes long, errors come before a camera or window is opened.
    let mut ready = opening.wait(SOON)?;

    let mut plan = Plan::new(config);
    let mut mirror = Mirror::new(&manifest.architecture);
    let presenter = plan.presenter(config, &attributes, &strengths, &name)?;
    let in_window = matches!(presenter, Presenter::Window(_));
    while !ready && !in_window && !stop.load(Ordering::Relaxed) {
        // Without a screen nobody waits: what is measured or written is the edit.
        ready = opening.wait(PATIENCE)?;
    }
    let lossless = plan.is_lossless(in_window);
    let source = capture::open(
        &plan.source,
        &capture::Options {
            paced: !lossless,
            camera_mode: config.camera_mode,
        },
    )?;
    let source_name = source.name();
    let pace = match (source.is_video(), lossless) {
        (false, _) => Pace::Stills,
        (true, true) => Pace::Replay,
        (true, false) => Pace::Live,
    };
    let title = format!("{name}, live");
    if plan.contact_sheet.is_some() && in_window {
        log::warn!("no contact sheet: it needs --display none or png:DIR");
        plan.contact_sheet = None;
    }
    let mut sheet = plan
        .contact_sheet
        .as_ref()
        .map(|_| ContactSheet::new(title, &attributes));

    let start = Instant::now();
    let _monitor = Monitor::start(config.system.clone(), Arc::clone(&shared.due))?;
    let _notifier = Notifier::start(Arc::clone(&shared.beats))?;
    let pipeline = Pipeline::start(Parts {
        source,
        opening,
        track,
        shared: Arc::clone(&shared),
        limit: plan.frames,
        options: config.edit,
        reference,
        pace,
    })?;
    if in_window {
        display_lost::watch(Box::new(pipeline.ender()))?;
    }
    let mut main = Main {
        pipeline: &pipeline,
        mirror: &mut mirror,
        attributes: &attributes,
        showcase: plan.showcase,
        stages: Stages::default(),
        shown: 0,
    };
    let ended = match presenter {
        Presenter::Window(mut window) => main.show(&mut window, stop),
        Presenter::Pictures(mut pictures) => main.drain(&mut *pictures, sheet.as_mut(), stop),
    };
    let (stages, shown) = (main.stages, main.shown);
    let first_edit = mirror.first_edit();
    let seconds = start.elapsed().as_secs_f64();
    let memory = report::resident_memory_bytes();
    // A thread's error explains more than the closed mailbox it leaves behind.
    let totals = pipeline.stop()?;
    ended?;

    let mut report = Report {
        edge_version: env!("CARGO_PKG_VERSION"),
        bundle: BundleReport { name, digest },
        source: source_name,
        display: plan.display.to_string(),
        provider: shared.provider(),
        strengths: attributes
            .names()
            .iter()
            .map(ToString::to_string)
            .zip(shared.strengths())
            .collect(),
        seconds,
        frames_captured: totals.capture.frames,
        frames_skipped: totals.capture.skipped,
        frames_with_face: totals.edit.with_face,
        frames_edited: totals.edit.edited,
        frames_shown: shown,
        frames_dropped: totals.dropped,
        frames_per_second: totals.edit.edited as f64 / seconds.max(1e-9),
        seconds_to_first_edit: first_edit.map(|instant| (instant - begin).as_secs_f64()),
        camera_interruptions: totals.capture.interruptions,
        effort_reductions: shared.due.reductions(),
        model_ms_per_frame: 0.0,
        outside_model_ms_per_frame: 0.0,
        stages: Vec::new(),
        resident_memory_bytes: memory,
    };
    report.set_stages(&all_stages(stages, &totals));
    if let Some(path) = &config.report {
        report.save(path)?;
    }
    if let (Some(sheet), Some(path)) = (&sheet, &plan.contact_sheet) {
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

fn all_stages(mut main: Stages, totals: &Totals) -> Stages {
    main.merge(&totals.stages);
    main
}

/// The main thread at work.
struct Main<'a> {
    pipeline: &'a Pipeline,
    mirror: &'a mut Mirror,
    attributes: &'a AttributeSet,
    showcase: bool,
    stages: Stages,
    shown: u64,
}

impl Main<'_> {
    /// Composes every edit that arrives, as fast as they arrive.
    fn drain(
        &mut self,
        pictures: &mut dyn Pictures,
        mut sheet: Option<&mut ContactSheet>,
        stop: &AtomicBool,
    ) -> Result<(), EdgeError> {
        while !stop.load(Ordering::Relaxed) {
            self.pipeline.shared.beats.main.tick();
            let edit = match self.pipeline.edits.take(PATIENCE) {
                Taken::Value(edit) => edit,
                Taken::Nothing => continue,
                Taken::Closed => break,
            };
            let tracked = edit.tracked();
            self.mirror.compose(&tracked, Some(&edit), &mut self.stages);
            let mirror = &self.mirror;
            self.stages.time(Stage::Present, || {
                pictures.write(&edit, mirror.rgb(), mirror.size())
            })?;
            self.stages.add(Stage::Total, edit.frame.captured.elapsed());
            self.shown += 1;
            self.pipeline.shared.beats.shown.tick();
            if let Some(sheet) = &mut sheet {
                sheet.look(&edit, self.mirror.rgb());
            }
            if self.showcase {
                self.do_the_opposite(&edit);
            }
        }
        Ok(())
    }

    /// Shows both directions without anybody at the slider: a neutral face smiles, a smile goes.
    fn do_the_opposite(&self, edit: &Edit) {
        let Some(face) = edit.faces().first() else {
            return;
        };
        let smiles = AttributeSet::is_on(face.source_domain, 0);
        let wanted = if smiles { -1.0 } else { 1.0 };
        let range = self.attributes.as_slice().first();
        if let Some([low, high]) = range.map(|attribute| attribute.strength_range) {
            self.pipeline
                .shared
                .set_strength(0, f32::clamp(wanted, low, high));
        }
    }

    /// Drives the window at its own pace.
    fn show(
        &mut self,
        window: &mut window::MirrorWindow,
        stop: &AtomicBool,
    ) -> Result<(), EdgeError> {
        window.show(self.pipeline, self.mirror, &mut self.stages, stop)?;
        self.shown = window.shown();
        Ok(())
    }
}

/// One strength per attribute. Without a wish, the first attribute is fully on, so that a mirror
/// that was just switched on does something.
fn strengths(attributes: &AttributeSet, wish: Option<&str>) -> Result<Vec<f32>, EdgeError> {
    if let Some(wish) = wish {
        return Ok(attributes.parse_strengths(wish)?);
    }
    let mut strengths = vec![0.0; attributes.len()];
    strengths[0] = f32::min(1.0, attributes.as_slice()[0].strength_range[1]);
    Ok(strengths)
}
