//! `trainer fit`: the training loop.

use super::{
    Checkpointer, FrozenNetworks, Health, PretrainedNetworks, RunLog, StepPlan, Trainee,
    checkpointer,
    due::Due,
    lead::Lead,
    resume::{Resumed, resume, started_from},
    setup,
    start::Start,
    with_memory_hint,
};
use crate::{
    config::Config,
    data::Loader,
    device::DeviceChoice,
    error::TrainError,
    ranks::{self, Facts, Group, Launch},
    run::{LossReader, Progress, RunFolder},
    weights,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tch::Device;

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

/// Trains until `schedule.steps`, or until `stop` is set, then saves. Under a launcher this is one of several processes
/// that train one model, see [`crate::ranks`].
///
/// # Errors
/// [`TrainError`]; every checkpoint written before stays whole.
pub fn fit(request: &FitRequest, stop: &Arc<AtomicBool>) -> Result<(), TrainError> {
    let launch = Launch::read()?;
    let mut asked = request.device;
    if let Some(launch) = &launch {
        ranks::share(request.config.schedule.batch_size, launch.ranks)?;
        if launch.rank > 0 {
            // One process of a run shows how it goes.
            log::set_max_level(log::max_level().min(log::LevelFilter::Warn));
        }
        launch.share_processors();
        asked = asked.of_rank(launch.local_rank);
    }
    // Before the run folder is made.
    let device = asked.resolve()?;
    let group = Group::join(launch, device, stop)?;
    let leads = group.leads();
    let ended = train(request, device, &group, stop);
    match group.leave(ended) {
        Err(TrainError::Rank { reason, .. }) if leads => Err(TrainError::Rank {
            reason,
            // The loss matters more than a folder that cannot be read.
            checkpoint: RunFolder::newest_checkpoint_of(&request.out).unwrap_or_default(),
        }),
        Err(TrainError::Stopped) => {
            log::info!("stopped before the first step: nothing to save");
            Ok(())
        }
        ended => ended,
    }
}

fn train(
    request: &FitRequest,
    device: Device,
    group: &Group,
    stop: &AtomicBool,
) -> Result<(), TrainError> {
    let mut config = request.config.clone();
    let binary = concat!(env!("CARGO_PKG_VERSION"), " ", env!("TRAINER_REVISION"));
    let facts = [("trainer", binary.into()), ("settings", config.to_toml()?)];
    group.check_same("settings", &Facts::new(facts))?;
    let run = group.leads().then(|| open(request)).transpose()?;
    // What a run started from is settled before it, and then for all of it.
    let start = match (&request.from, &run) {
        (Some(path), Some(run)) if run.checkpoints()?.is_empty() => {
            Some((path, Start::read(path, &config)?))
        }
        (Some(path), Some(_)) => {
            log::info!("{} was the start; the run goes on", path.display());
            None
        }
        _ => None,
    };
    config
        .notes
        .extend(start.iter().map(|(_, start)| start.note.clone()));
    if let Some(run) = &run {
        config.notes.extend(started_from(run)?);
    }
    let config = &config;
    let (schedule, speed) = (&config.schedule, config.speed);
    speed.check(device)?;
    speed.set_up(device);
    let pretrained = PretrainedNetworks::load(config, device)?;
    let data = setup::open_data(config, &request.data, stop)?;
    let facts = Facts::new([("data", data.digest.clone())]);
    group.check_same("data", &facts)?;
    let sampler = setup::sampler(config, &data, stop)?;
    let classifier = match &run {
        Some(run) => setup::classifier(config, &sampler, &data, run, device, stop)?,
        None => setup::empty_classifier(config, device),
    };
    group.broadcast(weights::of_store(&classifier.store, "").into_values())?;
    let judge = match &run {
        Some(run) => setup::judge(config, &data, run, device, stop)?,
        None => None,
    };
    let frozen = FrozenNetworks::new(config, pretrained, &classifier.network);
    let mut trainee = Trainee::new(config, device);
    if group.ranks() > 1 {
        let numbers =
            trainee.editor_adam.gradient_size() + trainee.discriminator_adam.gradient_size();
        let megabytes = (numbers * size_of::<f32>()) as f64 / 1e6;
        log::info!(
            "{} ranks add up {megabytes:.1} MB of gradients at every step",
            group.ranks()
        );
    }
    if let Some((path, start)) = &start {
        start.apply(&trainee, path)?;
    }
    let now = checkpointer::provenance(config, &data, device, group.ranks());
    let Resumed { step, past } = match &run {
        Some(run) => resume(&mut trainee, config, run, &now)?,
        None => Resumed::default(),
    };
    let mut step = group.number_of_first(step)?;
    let editor_steps = step.saturating_sub(schedule.discriminator_head_start);
    trainee.take_from_first(group, step, editor_steps)?;
    let loader = Loader::start(
        sampler,
        step + 1,
        schedule.batch_size,
        device,
        speed.pinned,
        group.clone(),
    )?;
    let mut lead = match &run {
        Some(run) => {
            let checkpointer = Checkpointer {
                run,
                config,
                data: &data,
                classifier: &classifier,
                face_mask: frozen.face_mask.as_ref(),
                device,
                ranks: group.ranks(),
                light: data.train.light(),
                past,
            };
            checkpointer.describe()?;
            let progress = Progress::new("fit", step, schedule.steps, schedule.batch_size);
            if let Some(what) = speed.first_steps(device) {
                progress.announce(what);
            }
            Some(Lead {
                log: RunLog::open(run, &config.attributes, &data, progress, step)?,
                checkpointer,
                judge,
                data: &data,
                frozen: &frozen,
                stop,
            })
        }
        None => None,
    };
    let mut losses = LossReader::default();
    let mut health = Health::new(&config.health, config.architecture.largest_displacement);

    let mut stopping = group.any(stop.load(Ordering::Relaxed))?;
    while step < schedule.steps && !stopping {
        step += 1;

        // Batch, discriminator, editor, average: queued on the device, not waited for.
        let plan = StepPlan::at(config, step);
        let of_step = with_memory_hint(schedule.batch_size, || {
            let batch = loader.next_batch()?;
            Ok(trainee.step(batch, &plan, &frozen))
        })?;
        // Before anything of the step is used: here a rank that is gone shows.
        stopping = group.any(stop.load(Ordering::Relaxed))?;
        losses.record(step, of_step);

        let due = Due::after(step, config, step == schedule.steps || stopping);
        // Tick: the point where the loop waits for the device, for all losses since the last one at once.
        // What follows it reads weights and images from the device, too, but is due far less often.
        if due.tick {
            let figures = losses.read(run.as_ref(), group)?;
            let findings = health.read(&figures);
            let changes = health.changes(&findings);
            if let Some(lead) = &mut lead {
                lead.log.losses(step, &figures)?;
                lead.log.health(step, &findings, &changes)?;
            }
            if let (true, Some(finding)) = (config.health.stop, findings.into_iter().next()) {
                return Err(TrainError::Unhealthy {
                    step,
                    finding: finding.to_string(),
                    checkpoint: run
                        .as_ref()
                        .map_or(Ok(None), RunFolder::newest_checkpoint)?,
                });
            }
        }
        if let Some(lead) = &mut lead {
            lead.leave(step, due.leavings, &trainee)?;
        }
        // Asked to stop after it was settled what this step leaves.
        stopping = group.any(stop.load(Ordering::Relaxed))?;
        if stopping && !due.leavings.checkpoint && schedule.checkpoint_interval > 0 {
            let figures = if due.tick {
                None
            } else {
                Some(losses.read(run.as_ref(), group)?)
            };
            if let Some(lead) = &mut lead {
                if let Some(figures) = figures {
                    lead.log.losses(step, &figures)?;
                }
                lead.checkpointer.save(&trainee, step)?;
            }
        }
    }
    if let (Some(lead), Some(run)) = (&lead, &run) {
        lead.log.finish();
        log::info!("stopped after step {step} of {}", schedule.steps);
        lead.log.conclude(run)?;
    }
    // No rank leaves before rank 0 has written everything.
    group.any(false).map(|_| ())
}

/// The run folder, without what a killed run left half done in it.
fn open(request: &FitRequest) -> Result<RunFolder, TrainError> {
    let run = RunFolder::open(&request.out, request.resume)?;
    run.sweep()?;
    Ok(run)
}
