//! `trainer fit --dry-run`: everything that can go wrong early, and nothing written.

use super::{
    FitRequest, FrozenNetworks, PretrainedNetworks, StepPlan, Trainee, Updates, setup,
    with_memory_hint,
};
use crate::{
    device::{self, memory},
    error::TrainError,
    networks::StoredClassifier,
    run::RunFolder,
};
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

/// Checks settings, run folder and data, and computes one whole step, so that memory is known to
/// suffice; writes nothing.
///
/// # Errors
/// What `fit` would meet: [`TrainError`].
pub(crate) fn dry_run(request: &FitRequest, stop: &AtomicBool) -> Result<Findings, TrainError> {
    let config = &request.config;
    RunFolder::check(&request.out, request.resume)?;
    let device = device::choose();
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
            Ok(Trainee::new(config, device).step(batch, &plan, &frozen))
        })
    };
    let estimate = if device == Device::Cpu {
        memory::limit(memory::available().unwrap_or(u64::MAX));
        estimate(batch_size, |images| step(images).map(|_| ()))?
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
const SMALL: [usize; 2] = [1, 3];

/// Extrapolates the memory of a step from two of few images.
///
/// # Errors
/// [`TrainError::NotEnoughMemory`], or what `step` returns.
fn estimate(
    batch_size: usize,
    step: impl Fn(usize) -> Result<(), TrainError>,
) -> Result<Option<Estimate>, TrainError> {
    let (Some(free), Some(held)) = (memory::available(), memory::resident()) else {
        return Ok(None);
    };
    let available = free + held;
    let mut peaks = [0; 2];
    for (peak, images) in peaks.iter_mut().zip(SMALL) {
        memory::forget_peak();
        step(images)?;
        *peak = memory::peak().unwrap_or(0);
    }
    let per_image = peaks[1].saturating_sub(peaks[0]) / (SMALL[1] - SMALL[0]) as u64;
    let of_none = peaks[0].saturating_sub(per_image);
    let needed = of_none + per_image * batch_size as u64;
    if needed > available && batch_size > SMALL[0] {
        return Err(TrainError::NotEnoughMemory {
            batch_size,
            needed,
            available,
            fitting: (available.saturating_sub(of_none) / per_image.max(1)) as usize,
        });
    }
    Ok(Some(Estimate { needed, available }))
}
