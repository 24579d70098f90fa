//! `trainer bench`: what each of the `[speed]` switches and lazy R1 are worth, in one process.

mod clock;
mod table;
mod variant;

pub use table::table;

use super::{FrozenNetworks, StepPlan, Trainee, Updates};
use crate::{
    config::Config,
    data::Batch,
    device::{self, Speed},
    error::TrainError,
    networks::{FaceMask, StoredClassifier, multiply_adds},
};
use std::time::Duration;
use tch::{Cuda, Device, Kind, Tensor};
use variant::{ByPenalty, R1, Variant};

/// The arguments of `trainer bench`.
#[derive(Debug, Clone)]
pub struct BenchRequest {
    /// Networks, losses and batch size.
    pub config: Config,
    /// Steps timed of every variant; the shortest counts.
    pub rounds: usize,
}

/// What one variant took.
#[derive(Debug, Clone)]
pub struct BenchRow {
    /// What is switched on.
    pub name: String,
    /// Shortest time of a step, with lazy R1 the mean of one without and one with the penalty, weighted
    /// by how often each comes: processor time on a CPU, wall-clock time on a GPU.
    pub step: Duration,
    /// Multiply-adds of the step's forward passes, both kinds weighted likewise.
    pub multiply_adds: u64,
    /// Largest relative difference of a loss to the plain graph's.
    pub loss_difference: f64,
}

/// Measurements of a variant, round by round.
#[derive(Debug, Default)]
struct Record {
    times: ByPenalty<Vec<Duration>>,
    multiply_adds: ByPenalty<u64>,
    loss_difference: f64,
}

/// Times full steps of every variant in turn, round after round, so that a busy machine slows all alike.
/// Learning rates are zero, so all see the same weights.
///
/// # Errors
/// [`TrainError`].
pub fn bench(request: &BenchRequest) -> Result<Vec<BenchRow>, TrainError> {
    let mut config = request.config.clone();
    config.editor_adam.learning_rate = 0.0;
    config.discriminator_adam.learning_rate = 0.0;
    let device = device::choose();
    let face_mask = config
        .architecture
        .reads_masks()
        .then(|| FaceMask::new(device));
    config.face_mask = None;
    let mut classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    classifier.store.freeze();
    let mut frozen = FrozenNetworks::load(&config, &classifier.network, device)?;
    frozen.face_mask = face_mask;
    let mut trainee = Trainee::new(&config, device);
    let host = random_batch(&config);
    let variants = Variant::all(device);
    let mut records: Vec<Record> = variants.iter().map(|_| Record::default()).collect();
    let mut plain: Vec<f64> = Vec::new();
    // The first round warms up: it counts and compares, and is not timed.
    for round in 0..=request.rounds {
        for (variant, record) in variants.iter().zip(&mut records) {
            variant.speed.set_up(device);
            trainee.arrange(variant.speed);
            if variant.r1 == R1::Lazy {
                let plan = plan(&config, variant.speed, None);
                let measured = step(&mut trainee, &host, &plan, &frozen);
                record.multiply_adds.without = measured.multiply_adds;
                if round > 0 {
                    record.times.without.push(measured.elapsed);
                }
            }
            let plan = plan(&config, variant.speed, Some(1));
            let measured = step(&mut trainee, &host, &plan, &frozen);
            record.multiply_adds.with = measured.multiply_adds;
            if round > 0 {
                record.times.with.push(measured.elapsed);
                continue;
            }
            if plain.is_empty() {
                plain.clone_from(&measured.losses);
            }
            record.loss_difference = largest_difference(&measured.losses, &plain);
        }
    }
    let rows = variants.into_iter().zip(records);
    Ok(rows.map(|(variant, record)| record.row(variant)).collect())
}

impl Record {
    fn row(self, variant: Variant) -> BenchRow {
        let step = variant.mean(ByPenalty {
            without: shortest(self.times.without),
            with: shortest(self.times.with),
        });
        let multiply_adds = variant.mean(ByPenalty {
            without: self.multiply_adds.without as f64,
            with: self.multiply_adds.with as f64,
        });
        BenchRow {
            name: variant.name,
            step: Duration::from_secs_f64(step),
            multiply_adds: multiply_adds as u64,
            loss_difference: self.loss_difference,
        }
    }
}

fn plan(config: &Config, speed: Speed, r1_interval: Option<u64>) -> StepPlan {
    StepPlan {
        loss: config.loss,
        rate: 1.0,
        speed,
        updates: Updates::Both,
        r1_interval,
        average_decay: config.schedule.average_decay,
    }
}

/// One step, measured.
struct Measured {
    elapsed: Duration,
    multiply_adds: u64,
    losses: Vec<f64>,
}

/// A step from the batch in main memory to its losses, computed.
fn step(
    trainee: &mut Trainee,
    host: &Batch,
    plan: &StepPlan,
    frozen: &FrozenNetworks<'_>,
) -> Measured {
    let _ = multiply_adds::take();
    let device = trainee.editor.store.device();
    let started = clock::now(device);
    let pinned = plan.speed.pinned;
    let x = if pinned {
        host.x.pin_memory(device)
    } else {
        host.x.shallow_clone()
    };
    let to = |t: &Tensor| t.to_device_(device, t.kind(), pinned, false);
    let batch = Batch {
        x: to(&x),
        source: to(&host.source),
        target: to(&host.target),
        examples: to(&host.examples),
        masks: None,
        covers: None,
    };
    let losses = trainee.step(batch, plan, frozen);
    if device != Device::Cpu {
        Cuda::synchronize(0);
    }
    // Reading the losses waits for the device.
    let losses = losses
        .iter()
        .map(|loss| loss.value.double_value(&[]))
        .collect();
    Measured {
        elapsed: clock::now(device).saturating_sub(started),
        multiply_adds: multiply_adds::take(),
        losses,
    }
}

/// Smooth random images: their values do not matter, their shape does.
fn random_batch(config: &Config) -> Batch {
    let count = config.schedule.batch_size as i64;
    let architecture = &config.architecture;
    let (side, channels) = (
        architecture.image_size as i64,
        architecture.colour.channels() as i64,
    );
    tch::manual_seed(config.seed as i64);
    let coarse = Tensor::rand([count, channels, 8, 8], (Kind::Float, Device::Cpu)) * 2.0 - 1.0;
    let domains = config.attributes.domain_count() as i64;
    let source = Tensor::arange(count, (Kind::Int64, Device::Cpu)).remainder(domains);
    let target = (&source + 1).remainder(domains);
    Batch {
        x: coarse.upsample_bilinear2d([side, side], false, None, None),
        source,
        target,
        examples: Tensor::ones([count], (Kind::Float, Device::Cpu)),
        masks: None,
        covers: None,
    }
}

/// Largest difference of a loss, relative to the plain one.
fn largest_difference(losses: &[f64], plain: &[f64]) -> f64 {
    let pairs = losses.iter().zip(plain);
    pairs
        .map(|(found, expected)| (found - expected).abs() / expected.abs().max(1e-3))
        .fold(0.0, f64::max)
}

/// In seconds; 0 without any.
fn shortest(times: Vec<Duration>) -> f64 {
    times
        .into_iter()
        .min()
        .map_or(0.0, |time| time.as_secs_f64())
}
