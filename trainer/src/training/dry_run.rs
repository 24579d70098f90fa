//! `trainer fit --dry-run`: everything that can go wrong early, and nothing written.

use crate::{
    device,
    error::TrainError,
    run::folder::RunFolder,
    training::fit::{self, Request},
    training::step::{Judges, with_memory_hint},
    training::trainee::StoredClassifier,
};

/// What a dry run found out.
#[derive(Debug, Clone)]
pub struct Findings {
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
pub fn dry_run(request: &Request) -> Result<Findings, TrainError> {
    let config = &request.config;
    RunFolder::check(&request.out, request.resume)?;
    let device = device::device();
    config.speed.check(device)?;
    config.speed.set_up(device);
    let data = fit::open_data(config, &request.data)?;
    let sampler = fit::sampler(config, &data)?;
    let classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    let judges = Judges::new(config, &classifier.network, device)?;
    let batch_size = config.schedule.batch_size;
    let speed = config.speed;
    let losses = with_memory_hint(batch_size, || {
        let mut trainee = fit::new_trainee(config, device);
        let batch = judges.masked(sampler.batch(1, batch_size, device).arranged(speed));
        let edit = trainee.edit(&batch, speed, true);
        let r1 = Some(config.schedule.r1_interval);
        let mut losses = trainee.discriminator_step(&batch, &edit, &config.loss, speed, r1);
        losses.extend(trainee.editor_step(&batch, &edit, &config.loss, speed, &judges));
        Ok(losses)
    })?;
    let losses = losses
        .into_iter()
        .map(|(name, loss)| (name, loss.double_value(&[])))
        .collect();
    Ok(Findings {
        faces: (0..data.train.domains())
            .map(|d| data.train.count(d))
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
