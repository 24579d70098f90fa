//! Where a run goes on: its newest whole checkpoint.

use super::{Past, Trainee, start::NOTE};
use crate::{
    checkpoint::{changes, compatibility},
    config::Config,
    error::TrainError,
    run::RunFolder,
};
use model_spec::{CheckpointSpec, Provenance};

/// Where a run goes on.
#[derive(Default)]
pub(super) struct Resumed {
    /// Steps done.
    pub step: u64,
    pub past: Past,
}

/// The note that the newest checkpoint keeps of the weights its run started from.
pub(super) fn started_from(run: &RunFolder) -> Result<Option<String>, TrainError> {
    let newest = run.checkpoints()?.pop();
    let spec = newest.and_then(|path| CheckpointSpec::load(&path, &[]).ok());
    let mut notes = spec.into_iter().flat_map(|spec| spec.provenance.notes);
    Ok(notes.find(|note| note.starts_with(NOTE)))
}

/// Resumes from the newest whole checkpoint of the run, from the start without one. What is otherwise `now`
/// is logged and goes into the notes of every checkpoint to come.
pub(super) fn resume(
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
