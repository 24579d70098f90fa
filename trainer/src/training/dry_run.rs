//! `trainer fit --dry-run`: everything that can go wrong early, and nothing written.

use super::{
    FitRequest, FrozenNetworks, StepPlan, Trainee, Updates, setup, start::Start, with_memory_hint,
};
use crate::{device, error::TrainError, networks::StoredClassifier, run::RunFolder};

/// What a dry run found.
#[derive(Debug, Clone)]
pub(crate) struct Findings {
    /// Training faces per domain.
    pub faces: Vec<usize>,
    /// Largest memory of the process so far, in MB; `None` where the system does not tell.
    pub peak_megabytes: Option<u64>,
    /// Losses of one step with fresh weights, by name.
    pub losses: Vec<(&'static str, f64)>,
}

/// Checks settings, run folder and data, and computes one whole step, so that memory is known to
/// suffice; writes nothing.
///
/// # Errors
/// What `fit` would meet: [`TrainError`].
pub(crate) fn dry_run(request: &FitRequest) -> Result<Findings, TrainError> {
    let config = &request.config;
    RunFolder::check(&request.out, request.resume)?;
    let device = device::choose();
    config.speed.check(device)?;
    config.speed.set_up(device);
    let data = setup::open_data(config, &request.data)?;
    let sampler = setup::sampler(config, &data)?;
    let classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    let frozen = FrozenNetworks::load(config, &classifier.network, device)?;
    // The step that takes the most memory.
    let plan = StepPlan {
        updates: Updates::Both,
        r1_interval: Some(config.schedule.r1_interval),
        ..StepPlan::at(config, 1)
    };
    let batch_size = config.schedule.batch_size;
    let mut trainee = Trainee::new(config, device);
    if let Some(path) = &request.from {
        Start::read(path, config)?.apply(&trainee, path)?;
    }
    let losses = with_memory_hint(batch_size, || {
        let batch = sampler.batch(1, batch_size, device);
        Ok(trainee.step(batch, &plan, &frozen))
    })?;
    let losses = losses
        .into_iter()
        .map(|loss| (loss.name, loss.value.double_value(&[])))
        .collect();
    Ok(Findings {
        faces: (0..data.train.domains())
            .map(|domain| data.train.count(domain))
            .collect(),
        peak_megabytes: peak_megabytes(),
        losses,
    })
}

/// Largest resident memory of this process so far.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1000)
}
