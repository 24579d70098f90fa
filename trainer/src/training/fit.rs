//! `trainer fit`: the training loop.

use crate::{
    checkpoint::compatibility,
    config::{ClassifierConfig, Config},
    data::{DataSet, Loader, Sampler, synthetic},
    device,
    editing::batch_editor::Applied,
    error::TrainError,
    evaluation::classifier,
    evaluation::metrics::Court,
    optimiser::average,
    run::folder::RunFolder,
    run::progress::Progress,
    run::statistics::Ticker,
    training::checkpointer::Saver,
    training::run_log::Watch,
    training::step::{Judges, with_memory_hint},
    training::trainee::{StoredClassifier, Trainee},
};
use model_spec::CheckpointSpec;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tch::Device;

/// What `trainer fit` was asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// Resolved settings.
    pub config: Config,
    /// Data folder, pack, or `synthetic`.
    pub data: PathBuf,
    /// Run folder.
    pub out: PathBuf,
    /// Whether to go on from the newest checkpoint of the run folder.
    pub resume: bool,
}

/// Trains until `schedule.steps`, or until `stop` is set, then saves.
///
/// # Errors
/// [`TrainError`]; every checkpoint written before stays whole.
pub fn fit(request: &Request, stop: &Arc<AtomicBool>) -> Result<(), TrainError> {
    let config = &request.config;
    let (schedule, speed) = (&config.schedule, config.speed);
    let run = RunFolder::open(&request.out, request.resume)?;
    run.sweep()?;
    let device = device::device();
    speed.check(device)?;
    speed.set_up(device);
    let data = open_data(config, &request.data)?;
    let sampler = sampler(config, &data)?;
    let classifier = classifier::load_or_train(
        &config.architecture,
        &config.attributes,
        &config.classifier,
        &sampler,
        &run.path("classifier/classifier.safetensors"),
        device,
    )?;
    let judge = train_judge(config, &data, &run, device)?;
    let judges = Judges::new(config, &classifier.network, device)?;
    let mut trainee = new_trainee(config, device);
    let mut step = resume(&mut trainee, config, &run)?;
    let loader = Loader::start(sampler, step + 1, schedule.batch_size, device, speed.pinned)?;
    let saver = Saver {
        run: &run,
        config,
        data: &data,
        classifier: &classifier,
        face_mask: judges.face_mask.as_ref(),
        device,
    };
    saver.describe()?;
    let progress = Progress::new("fit", step, schedule.steps, schedule.batch_size);
    let mut watch = Watch::new(&run, &config.attributes, &data, progress, step)?;
    let mut ticker = Ticker::default();

    while step < schedule.steps && !stop.load(Ordering::Relaxed) {
        step += 1;
        let head_start = step <= schedule.discriminator_head_start;
        let r1_interval = (step % schedule.r1_interval == 0).then_some(schedule.r1_interval);

        let losses = with_memory_hint(schedule.batch_size, || {
            let batch = judges.masked(loader.next_batch()?.arranged(speed));
            // The editor does not change between the two steps, so one edit serves both.
            let edit = trainee.edit(&batch, speed, !head_start);
            let mut losses =
                trainee.discriminator_step(&batch, &edit, &config.loss, speed, r1_interval);
            if !head_start {
                losses.extend(trainee.editor_step(&batch, &edit, &config.loss, speed, &judges));
            }
            Ok(losses)
        })?;
        average::update(
            &trainee.average.store,
            &trainee.editor.store,
            schedule.average_decay,
        );

        ticker.record(step, losses);
        let last = step == schedule.steps || stop.load(Ordering::Relaxed);
        let at = |interval: u64| interval > 0 && step % interval == 0;
        let save = last || at(schedule.checkpoint_interval);
        if save || at(schedule.tick_interval) {
            watch.losses(step, &ticker.read(&run)?)?;
        }
        if save {
            saver.save(&trainee, step)?;
        }
        let applied = Applied {
            editor: &trainee.average.networks,
            face_mask: judges.face_mask.as_ref(),
            device,
        };
        if last || at(schedule.sample_interval) {
            watch.samples(step, &applied)?;
        }
        let evaluate = at(config.evaluation.interval) || (last && config.evaluation.interval > 0);
        if let (true, Some(judge), Some(faces)) = (evaluate, &judge, &data.test) {
            let court = Court {
                judge: &judge.network,
                faces,
                attributes: &config.attributes,
                settings: &config.evaluation,
                inception: None,
            };
            let (metrics, is_best) = watch.evaluate(step, &court, &applied)?;
            if is_best {
                saver.save_best(&trainee, step, metrics)?;
            }
        }
    }
    watch.finish();
    log::info!("stopped after step {step} of {}", schedule.steps);
    Ok(())
}

/// Opens the data that `config` learns from.
pub(crate) fn open_data(config: &Config, data: &Path) -> Result<DataSet, TrainError> {
    DataSet::open(
        data,
        &config.architecture,
        &config.attributes,
        (config.data.synthetic_faces_per_domain, config.seed),
    )
}

/// Draws from real faces and from the share of procedural ones that `config` wants.
pub(crate) fn sampler(config: &Config, data: &DataSet) -> Result<Sampler, TrainError> {
    let share = config.data.synthetic_share;
    let synthetic = if share > 0.0 && data.layout != crate::data::Layout::Synthetic {
        synthetic::check(&config.attributes)?;
        let count = config.data.synthetic_faces_per_domain;
        let (architecture, attributes) = (&config.architecture, &config.attributes);
        let faces = synthetic::render(architecture, attributes, count, config.seed);
        Some((faces, share))
    } else {
        None
    };
    Ok(Sampler {
        real: data.train.clone(),
        synthetic,
        targets: config.data.targets,
        seed: config.seed,
    })
}

/// Fresh networks of the run.
pub(crate) fn new_trainee(config: &Config, device: Device) -> Trainee {
    Trainee::new(
        &config.architecture,
        &config.attributes,
        (config.editor_adam, config.discriminator_adam),
        config.speed,
        config.seed,
        device,
    )
}

/// The judge of the evaluations: another network than the run's classifier.
fn train_judge(
    config: &Config,
    data: &DataSet,
    run: &RunFolder,
    device: Device,
) -> Result<Option<StoredClassifier>, TrainError> {
    if config.evaluation.interval == 0 || data.test.is_none() {
        return Ok(None);
    }
    let sampler = Sampler {
        real: data.train.clone(),
        synthetic: None,
        targets: config.data.targets,
        // Any other seed makes it a network of its own.
        seed: config.seed ^ 0x4A_5544_4745,
    };
    let training = ClassifierConfig {
        steps: config.evaluation.judge_steps,
        ..config.classifier.clone()
    };
    let judge = classifier::load_or_train(
        &config.architecture,
        &config.attributes,
        &training,
        &sampler,
        &run.path("classifier/judge.safetensors"),
        device,
    )?;
    Ok(Some(judge))
}

/// Goes on from the newest whole checkpoint of the run; returns its step, 0 without one.
fn resume(trainee: &mut Trainee, config: &Config, run: &RunFolder) -> Result<u64, TrainError> {
    use model_spec::checkpoint::{MODEL_FILE, TRAINING_FILE};
    let mut checkpoints = run.checkpoints()?;
    let (path, spec) = loop {
        let Some(path) = checkpoints.pop() else {
            return Ok(0);
        };
        match CheckpointSpec::load(&path, &[MODEL_FILE, TRAINING_FILE]) {
            Ok(spec) => break (path, spec),
            Err(error) if checkpoints.is_empty() => return Err(error.into()),
            Err(error) => log::warn!("{error}; taking the checkpoint before"),
        }
    };
    compatibility::check(&path, &spec, config)?;
    let step = spec.provenance.steps;
    let editor_steps = step.saturating_sub(config.schedule.discriminator_head_start);
    trainee.restore(&path, step, editor_steps)?;
    log::info!("resuming from {} at step {step}", path.display());
    Ok(step)
}
