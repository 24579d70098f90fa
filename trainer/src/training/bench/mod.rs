//! `trainer bench`: what each of the `[speed]` switches and lazy R1 are worth, in one process.

mod clock;
mod peak;
mod table;
mod variant;

use super::{FrozenNetworks, StepPlan, Trainee, Updates};
use crate::{
    config::Config,
    data::Batch,
    device::{DeviceChoice, Speed, memory, page_locked},
    error::TrainError,
    libtorch::calls,
    networks::{FaceMask, StoredClassifier, multiply_adds},
};
use std::time::{Duration, Instant};
use tch::{Cuda, Device, Kind, Tensor};
use variant::{ByPenalty, R1, Variant};

/// The arguments of `trainer bench`.
#[derive(Debug, Clone)]
pub struct BenchRequest {
    /// Networks, losses and batch size.
    pub config: Config,
    /// Steps timed of every variant; the shortest counts.
    pub rounds: usize,
    /// Short names of the variants to measure; empty means all.
    pub variants: Vec<String>,
    /// Time for the whole table: variants for which none is left are named as not measured.
    pub limit: Duration,
    /// Where to compute.
    pub device: DeviceChoice,
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
    /// Operators called, both kinds weighted likewise: what a GPU's kernels are started by.
    pub operator_calls: u64,
    /// Largest relative difference of a loss to the plain graph's.
    pub loss_difference: f64,
    /// Most memory so far in bytes, of the GPU or else of the process, where the system tells.
    pub memory: Option<u64>,
    /// Steps that were timed; fewer than asked for where the time was over.
    pub rounds: usize,
    speed: Speed,
}

/// Measurements of a variant, round by round.
#[derive(Debug, Default)]
struct Record {
    times: ByPenalty<Vec<Duration>>,
    multiply_adds: ByPenalty<u64>,
    operator_calls: ByPenalty<u64>,
    loss_difference: f64,
}

/// What all variants are measured with.
struct Bench<'a> {
    config: &'a Config,
    trainee: Trainee,
    frozen: FrozenNetworks<'a>,
    host: Batch,
    device: Device,
    /// The plain graph's losses.
    plain: Vec<f64>,
}

/// Times full steps, one variant after the other, and gives the table to `show`, line by line, every row as soon
/// as it is measured. Learning rates are zero, so all see the same weights.
///
/// # Errors
/// [`TrainError`]; [`TrainError::Usage`] names an unknown variant.
pub fn bench(
    request: &BenchRequest,
    show: &mut dyn FnMut(String) -> Result<(), TrainError>,
) -> Result<Vec<BenchRow>, TrainError> {
    let started = Instant::now();
    let mut config = request.config.clone();
    config.editor_adam.learning_rate = 0.0;
    config.discriminator_adam.learning_rate = 0.0;
    let device = request.device.resolve()?;
    let variants = Variant::chosen(device, &request.variants)?;
    let face_mask = config
        .architecture
        .reads_masks()
        .then(|| FaceMask::new(device));
    config.face_mask = None;
    let mut classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    classifier.store.freeze();
    let mut frozen = FrozenNetworks::load(&config, &classifier.network, device)?;
    frozen.face_mask = face_mask;
    for line in table::heading(request, device) {
        show(line)?;
    }
    let mut bench = Bench {
        trainee: Trainee::new(&config, device),
        config: &config,
        frozen,
        host: random_batch(&config),
        device,
        plain: Vec::new(),
    };
    bench.plain = bench.plain_losses();
    let mut rows: Vec<BenchRow> = Vec::new();
    let count = variants.len();
    for (i, variant) in variants.into_iter().enumerate() {
        let left = request.limit.saturating_sub(started.elapsed());
        if left.is_zero() {
            show(table::not_measured(&variant.name))?;
            continue;
        }
        let row = bench.measure(variant, request.rounds, left / (count - i) as u32);
        let plain = rows.first().filter(|row| row.speed == Speed::PLAIN);
        show(table::row(request, device, &row, plain))?;
        rows.push(row);
    }
    Ok(rows)
}

impl Bench<'_> {
    /// Losses of the plain graph, with which every variant's are compared.
    fn plain_losses(&mut self) -> Vec<f64> {
        self.arrange(Speed::PLAIN);
        self.step(Speed::PLAIN, Some(1)).losses
    }

    fn arrange(&mut self, speed: Speed) {
        speed.set_up(self.device);
        self.trainee.arrange(speed);
    }

    fn step(&mut self, speed: Speed, r1_interval: Option<u64>) -> Measured {
        let plan = plan(self.config, speed, r1_interval);
        step(&mut self.trainee, &self.host, &plan, &self.frozen)
    }

    /// Times `rounds` steps of a variant, or as many as there is time for, and at least one. A first round warms
    /// up: it counts and compares, and is not timed.
    fn measure(&mut self, variant: Variant, rounds: usize, time: Duration) -> BenchRow {
        let started = Instant::now();
        let speed = variant.speed;
        let mut record = Record::default();
        if self.device == Device::Cpu {
            memory::forget_peak();
        }
        let mut held = None;
        self.arrange(speed);
        for round in 0..=rounds {
            if round > 1 && started.elapsed() > time {
                break;
            }
            if variant.r1 == R1::Lazy {
                if round > 0 {
                    record.times.without.push(self.step(speed, None).elapsed);
                } else {
                    let (measured, calls) = calls::count(|| self.step(speed, None));
                    record.multiply_adds.without = measured.multiply_adds;
                    record.operator_calls.without = calls.outermost();
                }
            }
            if round > 0 {
                record.times.with.push(self.step(speed, Some(1)).elapsed);
                continue;
            }
            let (measured, calls) = calls::count(|| self.step(speed, Some(1)));
            record.multiply_adds.with = measured.multiply_adds;
            record.operator_calls.with = calls.outermost();
            record.loss_difference = largest_difference(&measured.losses, &self.plain);
            held = crate::device::memory_held(self.device);
        }
        record.row(variant, held)
    }
}

impl Record {
    fn row(self, variant: Variant, memory: Option<u64>) -> BenchRow {
        let rounds = self.times.with.len();
        let step = variant.mean(ByPenalty {
            without: shortest(self.times.without),
            with: shortest(self.times.with),
        });
        let multiply_adds = variant.mean(ByPenalty {
            without: self.multiply_adds.without as f64,
            with: self.multiply_adds.with as f64,
        });
        let operator_calls = variant.mean(ByPenalty {
            without: self.operator_calls.without as f64,
            with: self.operator_calls.with as f64,
        });
        BenchRow {
            name: variant.name,
            step: Duration::from_secs_f64(step),
            multiply_adds: multiply_adds as u64,
            operator_calls: operator_calls.round() as u64,
            loss_difference: self.loss_difference,
            memory,
            rounds,
            speed: variant.speed,
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
        page_locked(&host.x, device)
    } else {
        host.x.shallow_clone()
    };
    let to = |t: &Tensor| t.to_device_(device, t.kind(), pinned, false);
    let batch = Batch {
        examples: to(&host.examples),
        ..Batch::of_faces(to(&x), to(&host.source), to(&host.target))
    };
    let losses = trainee.step(batch, plan, frozen);
    if let Device::Cuda(number) = device {
        Cuda::synchronize(number as i64);
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
    let x = coarse.upsample_bilinear2d([side, side], false, None, None);
    Batch::of_faces(x, source, target)
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
