//! `trainer fit`: the training loop.

use super::{
    Checkpointer, FrozenNetworks, Health, Past, PretrainedNetworks, RunLog, StepPlan, Trainee,
    checkpointer, setup,
    start::{NOTE, Start},
    with_memory_hint,
};
use crate::{
    checkpoint::{changes, compatibility},
    config::Config,
    data::Loader,
    device::DeviceChoice,
    editing::BatchEditor,
    error::TrainError,
    evaluation::Evaluation,
    run::{LossReader, Progress, RunFolder},
};
use model_spec::{CheckpointSpec, Provenance};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The arguments of `trainer fit`.
#[derive(Debug, Clone)]
pub struct FitRequest {
    /// Resolved settings.
    pub config: Config,
    /// Data folder, pack, or `synthetic`.
    pub data: PathBuf,
    /// Run folder.
    pub out: PathBuf,
    /// Whether to resume from the newest checkpoint of the run folder.
    pub resume: bool,
    /// What a run without a checkpoint of its own starts from instead of fresh weights: a checkpoint folder, or an
    /// editor's file of another program.
    pub from: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// What is due after a step.
struct Due {
    tick: bool,
    checkpoint: bool,
    samples: bool,
    evaluation: bool,
}

impl Due {
    /// At the intervals of the schedule, and everything after the `last` step.
    fn after(step: u64, config: &Config, last: bool) -> Self {
        let at = |interval: u64| interval > 0 && (last || step.is_multiple_of(interval));
        let schedule = &config.schedule;
        let checkpoint = at(schedule.checkpoint_interval);
        Self {
            // A checkpoint of losses that are not finite must not be written: they are read first.
            tick: checkpoint || at(schedule.tick_interval),
            checkpoint,
            samples: at(schedule.sample_interval),
            evaluation: at(config.evaluation.interval),
        }
    }
}

/// Trains until `schedule.steps`, or until `stop` is set, then saves.
///
/// # Errors
/// [`TrainError`]; every checkpoint written before stays whole.
pub fn fit(request: &FitRequest, stop: &Arc<AtomicBool>) -> Result<(), TrainError> {
    match train(request, stop) {
        Err(TrainError::Stopped) => {
            log::info!("stopped before the first step: nothing to save");
            Ok(())
        }
        ended => ended,
    }
}

fn train(request: &FitRequest, stop: &AtomicBool) -> Result<(), TrainError> {
    // Before the run folder is made.
    let device = request.device.resolve()?;
    let mut config = request.config.clone();
    let run = RunFolder::open(&request.out, request.resume)?;
    run.sweep()?;
    // What a run started from is settled before it, and then for all of it.
    let start = match &request.from {
        Some(path) if run.checkpoints()?.is_empty() => Some((path, Start::read(path, &config)?)),
        Some(path) => {
            log::info!("{} was the start; the run goes on", path.display());
            None
        }
        None => None,
    };
    config
        .notes
        .extend(start.iter().map(|(_, start)| start.note.clone()));
    config.notes.extend(started_from(&run)?);
    let config = &config;
    let (schedule, speed) = (&config.schedule, config.speed);
    speed.check(device)?;
    speed.set_up(device);
    let pretrained = PretrainedNetworks::load(config, device)?;
    let data = setup::open_data(config, &request.data, stop)?;
    let sampler = setup::sampler(config, &data, stop)?;
    let classifier = setup::classifier(config, &sampler, &data, &run, device, stop)?;
    let judge = setup::judge(config, &data, &run, device, stop)?;
    let frozen = FrozenNetworks::new(config, pretrained, &classifier.network);
    let mut trainee = Trainee::new(config, device);
    if let Some((path, start)) = &start {
        start.apply(&trainee, path)?;
    }
    let now = checkpointer::provenance(config, &data, device);
    let Resumed { mut step, past } = resume(&mut trainee, config, &run, &now)?;
    let loader = Loader::start(sampler, step + 1, schedule.batch_size, device, speed.pinned)?;
    let checkpointer = Checkpointer {
        run: &run,
        config,
        data: &data,
        classifier: &classifier,
        face_mask: frozen.face_mask.as_ref(),
        device,
        light: data.train.light(),
        past,
    };
    checkpointer.describe()?;
    let progress = Progress::new("fit", step, schedule.steps, schedule.batch_size);
    if let Some(what) = speed.first_steps(device) {
        progress.announce(what);
    }
    let mut log = RunLog::open(&run, &config.attributes, &data, progress, step)?;
    let mut losses = LossReader::default();
    let mut health = Health::new(&config.health, config.architecture.largest_displacement);

    while step < schedule.steps && !stop.load(Ordering::Relaxed) {
        step += 1;

        // Batch, discriminator, editor, average: queued on the device, not waited for.
        let plan = StepPlan::at(config, step);
        let of_step = with_memory_hint(schedule.batch_size, || {
            let batch = loader.next_batch()?;
            Ok(trainee.step(batch, &plan, &frozen))
        })?;
        losses.record(step, of_step);

        let last = step == schedule.steps || stop.load(Ordering::Relaxed);
        let due = Due::after(step, config, last);
        // Tick: the point where the loop waits for the device, for all losses since the last one at once.
        // What follows it reads weights and images from the device, too, but is due far less often.
        if due.tick {
            let figures = losses.read(&run)?;
            let findings = health.read(&figures);
            log.losses(step, &figures)?;
            log.health(step, &findings, &health.changes(&findings))?;
            if let (true, Some(finding)) = (config.health.stop, findings.into_iter().next()) {
                return Err(TrainError::Unhealthy {
                    step,
                    finding: finding.to_string(),
                    checkpoint: run.newest_checkpoint()?,
                });
            }
        }
        if due.checkpoint {
            checkpointer.save(&trainee, step)?;
        }
        let model = BatchEditor {
            editor: &trainee.average.networks,
            face_mask: frozen.face_mask.as_ref(),
            device,
        };
        if due.samples {
            log.samples(step, &model)?;
        }
        if let (true, Some(judge), Some(faces)) = (due.evaluation, &judge, &data.test) {
            let evaluation = Evaluation {
                judge: &judge.network,
                faces,
                attributes: &config.attributes,
                settings: &config.evaluation,
                inception: None,
                stop,
            };
            match log.evaluate(step, &evaluation, &model) {
                Ok(evaluated) if evaluated.is_best => {
                    checkpointer.save_best(&trainee, step, evaluated.metrics)?;
                }
                Ok(_) => {}
                Err(TrainError::Stopped) => log::info!("step {step}: not evaluated: asked to stop"),
                Err(error) => return Err(error),
            }
        }
        // Asked to stop after it was settled what this step leaves.
        if stop.load(Ordering::Relaxed) && !due.checkpoint && schedule.checkpoint_interval > 0 {
            if !due.tick {
                log.losses(step, &losses.read(&run)?)?;
            }
            checkpointer.save(&trainee, step)?;
        }
    }
    log.finish();
    log::info!("stopped after step {step} of {}", schedule.steps);
    log.conclude(&run)?;
    Ok(())
}

/// Where a run goes on.
#[derive(Default)]
struct Resumed {
    /// Steps done.
    step: u64,
    past: Past,
}

/// The note that the newest checkpoint keeps of the weights its run started from.
fn started_from(run: &RunFolder) -> Result<Option<String>, TrainError> {
    let newest = run.checkpoints()?.pop();
    let spec = newest.and_then(|path| CheckpointSpec::load(&path, &[]).ok());
    let mut notes = spec.into_iter().flat_map(|spec| spec.provenance.notes);
    Ok(notes.find(|note| note.starts_with(NOTE)))
}

/// Resumes from the newest whole checkpoint of the run, from the start without one. What is otherwise `now`
/// is logged and goes into the notes of every checkpoint to come.
fn resume(
    trainee: &mut Trainee,
    config: &Config,
    run: &RunFolder,
    now: &Provenance,
) -> Result<Resumed, TrainError> {
    use model_spec::checkpoint::{MODEL_FILE, TRAINING_FILE};
    let mut checkpoints = run.checkpoints()?;
    let (path, spec) = loop {
        let Some(path) = checkpoints.pop() else {
            return Ok(Resumed::default());
        };
        match CheckpointSpec::load(&path, &[MODEL_FILE, TRAINING_FILE]) {
            Ok(spec) => break (path, spec),
            Err(error) if checkpoints.is_empty() => return Err(error.into()),
            Err(error) => log::warn!("{error}; using the checkpoint before it"),
        }
    };
    compatibility::check(&path, &spec, config)?;
    let changes = changes::since(&path, &spec, &run.path("config.toml"), config, now)?;
    for change in &changes {
        log::warn!("resumed otherwise: {change}");
    }
    let step = spec.provenance.steps;
    let editor_steps = step.saturating_sub(config.schedule.discriminator_head_start);
    trainee.restore(&path, step, editor_steps)?;
    log::info!("resuming from {} at step {step}", path.display());
    let mut notes = spec.provenance.notes;
    notes.extend(changes);
    Ok(Resumed {
        step,
        past: Past {
            notes,
            data: spec.provenance.data,
        },
    })
}
