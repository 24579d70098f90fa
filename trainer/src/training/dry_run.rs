//! `trainer fit --dry-run`: everything that can go wrong early, and nothing written.

use super::{
    FitRequest, FrozenNetworks, PretrainedNetworks, StepPlan, Trainee, Updates, setup,
    start::Start, with_memory_hint,
};
use crate::{
    config::Config,
    device::memory,
    error::TrainError,
    networks::StoredClassifier,
    ranks::{self, Launch},
    run::RunFolder,
};
use model_spec::Architecture;
use std::sync::atomic::AtomicBool;
use tch::Device;

/// What a dry run found.
#[derive(Debug, Clone)]
pub(crate) struct Findings {
    /// Training faces per domain.
    pub faces: Vec<usize>,
    /// Memory of a step; `None` on a GPU and where the system does not tell.
    pub memory: Option<Estimate>,
    /// Losses of one step with fresh weights, by name.
    pub losses: Vec<(&'static str, f64)>,
}

/// Checks settings, run folder and data, and computes one whole step, of one rank's share of a batch, so that memory
/// is known to suffice; writes nothing.
///
/// # Errors
/// What `fit` would meet: [`TrainError`].
pub(crate) fn dry_run(request: &FitRequest, stop: &AtomicBool) -> Result<Findings, TrainError> {
    let mut config = request.config.clone();
    let launch = Launch::read()?;
    // What one rank computes.
    let ranks = launch.as_ref().map_or(1, |launch| launch.ranks);
    config.schedule.batch_size = ranks::share(config.schedule.batch_size, ranks)?;
    let config = &config;
    let device = request.device.resolve()?;
    RunFolder::check(&request.out, request.resume)?;
    config.speed.check(device)?;
    config.speed.set_up(device);
    let pretrained = PretrainedNetworks::load(config, device)?;
    let data = setup::open_data(config, &request.data, stop)?;
    let sampler = setup::sampler(config, &data, stop)?;
    let classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    let frozen = FrozenNetworks::new(config, pretrained, &classifier.network);
    // The step that takes the most memory.
    let plan = StepPlan {
        updates: Updates::Both,
        r1_interval: Some(config.schedule.r1_interval),
        ..StepPlan::at(config, 1)
    };
    let batch_size = config.schedule.batch_size;
    let step = |images: usize| {
        with_memory_hint(images, || {
            let batch = sampler.batch(1, images, device);
            let mut trainee = Trainee::new(config, device);
            if let Some(path) = &request.from {
                Start::read(path, config)?.apply(&trainee, path)?;
            }
            Ok(trainee.step(batch, &plan, &frozen))
        })
    };
    let estimate = if device == Device::Cpu {
        memory::limit(memory::available().unwrap_or(u64::MAX));
        estimate(config, |images| step(images).map(|_| ()))?
    } else {
        None
    };
    let losses = step(batch_size)?;
    let losses = losses
        .into_iter()
        .map(|loss| (loss.name, loss.value.double_value(&[])))
        .collect();
    Ok(Findings {
        faces: (0..data.train.domains())
            .map(|domain| data.train.count(domain))
            .collect(),
        memory: estimate,
        losses,
    })
}

/// Memory of a step in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    /// What a step takes at most, with all that the process holds.
    pub needed: u64,
    /// What can be had, with what the process already holds.
    pub available: u64,
}

/// Images of the two steps from which the memory of a larger one is extrapolated.
const SMALL: [usize; 2] = [2, 8];

/// Extrapolates the memory of a step from two of few images; measures it where it is no larger than those.
///
/// # Errors
/// [`TrainError::NotEnoughMemory`], or what `step` returns.
fn estimate(
    config: &Config,
    step: impl Fn(usize) -> Result<(), TrainError>,
) -> Result<Option<Estimate>, TrainError> {
    let (Some(free), Some(held)) = (memory::available(), memory::resident()) else {
        return Ok(None);
    };
    let (batch_size, available) = (config.schedule.batch_size, free + held);
    let peak = |images: usize| -> Result<u64, TrainError> {
        memory::forget_peak();
        step(images)?;
        Ok(memory::peak().unwrap_or(0))
    };
    if batch_size <= SMALL[1] {
        let needed = peak(batch_size)?;
        return Ok(Some(Estimate { needed, available }));
    }
    // The first step ever also takes what libtorch needs for itself.
    step(SMALL[0])?;
    let peaks = [peak(SMALL[0])?, peak(SMALL[1])?];
    let measured = peaks[1].saturating_sub(peaks[0]) / (SMALL[1] - SMALL[0]) as u64;
    let per_image = measured.max(least_per_image(&config.picture_architecture()));
    let of_none = peaks[0].saturating_sub(per_image * SMALL[0] as u64);
    let needed = of_none + per_image * batch_size as u64;
    if needed > available {
        return Err(TrainError::NotEnoughMemory {
            batch_size,
            needed,
            available,
            fitting: (available.saturating_sub(of_none) / per_image) as usize,
        });
    }
    Ok(Some(Estimate { needed, available }))
}

/// The least that a face takes in a step: itself, its edit, the way back, and their gradients, as floats.
fn least_per_image(architecture: &Architecture) -> u64 {
    const COPIES: usize = 6;
    let values = architecture.colour.channels() * architecture.image_size.pow(2);
    (COPIES * size_of::<f32>() * values) as u64
}
