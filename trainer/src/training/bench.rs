//! `trainer bench`: what each of the `[speed]` switches and lazy R1 are worth, in one process.

use crate::{
    config::Config,
    device,
    device::speed::Speed,
    error::TrainError,
    losses::objective::Batch,
    networks::{FaceMask, multiply_adds},
    optimiser::average,
    training::fit,
    training::step::Judges,
    training::trainee::{StoredClassifier, Trainee},
};
use model_spec::AttributeSet;
use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};
use tch::{Cuda, Device, Kind, Tensor};

/// Steps between R1 penalties where they are lazy (Karras et al. 2020).
const LAZY_R1: u64 = 16;

/// What `trainer bench` was asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// Networks, losses and batch size.
    pub config: Config,
    /// Steps timed of every variant; the shortest counts.
    pub rounds: usize,
}

/// One way to compute a step.
#[derive(Debug, Clone)]
struct Variant {
    name: String,
    speed: Speed,
    lazy_r1: bool,
}

/// What one variant took.
#[derive(Debug, Clone)]
pub struct Row {
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

/// Times full steps (discriminator, editor, average) of every variant in turn, round after round, so
/// that a busy machine slows all alike. Learning rates are zero, so all see the same weights.
///
/// # Errors
/// [`TrainError`].
pub fn bench(request: &Request) -> Result<Vec<Row>, TrainError> {
    let mut config = request.config.clone();
    config.editor_adam.learning_rate = 0.0;
    config.discriminator_adam.learning_rate = 0.0;
    let device = device::device();
    let face_mask = (config.architecture.w_hpf > 0.0).then(|| FaceMask::new(device));
    config.face_mask = None;
    let mut classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    classifier.store.freeze();
    let judges = Judges {
        face_mask,
        ..Judges::new(&config, &classifier.network, device)?
    };
    let mut trainee = fit::new_trainee(&config, device);
    let host = random_batch(&config);
    let variants = variants(device);
    let mut rows: Vec<Option<Row>> = vec![None; variants.len()];
    let mut plain: Vec<f64> = Vec::new();
    let mut times = vec![[Vec::new(), Vec::new()]; variants.len()];
    // The first round warms up: it counts and compares, and is not timed.
    for round in 0..=request.rounds {
        for (i, variant) in variants.iter().enumerate() {
            variant.speed.set_up(device);
            trainee.arrange(variant.speed);
            let mut counts = [0; 2];
            for with_r1 in [false, true] {
                if !with_r1 && !variant.lazy_r1 {
                    continue;
                }
                let _ = multiply_adds::take();
                let started = Clock::now(device);
                let losses = step(
                    &mut trainee,
                    &host,
                    &config,
                    variant.speed,
                    &judges,
                    with_r1,
                );
                // Reading the losses waits for the device.
                let losses: Vec<f64> = losses.iter().map(|loss| loss.double_value(&[])).collect();
                let elapsed = Clock::now(device).saturating_sub(started);
                counts[usize::from(with_r1)] = multiply_adds::take();
                if round > 0 {
                    times[i][usize::from(with_r1)].push(elapsed);
                    continue;
                }
                if with_r1 {
                    if i == 0 {
                        plain.clone_from(&losses);
                    }
                    let difference = losses.iter().zip(&plain).map(relative).fold(0.0, f64::max);
                    rows[i] = Some(Row {
                        name: variant.name.clone(),
                        step: Duration::ZERO,
                        multiply_adds: 0,
                        loss_difference: difference,
                    });
                }
            }
            if let (0, Some(row)) = (round, &mut rows[i]) {
                row.multiply_adds = variant.mixed(counts.map(|count| count as f64)) as u64;
            }
        }
    }
    let rows = rows.into_iter().flatten().zip(&variants).zip(times);
    Ok(rows
        .map(|((row, variant), times)| Row {
            step: Duration::from_secs_f64(variant.mixed(times.map(shortest))),
            ..row
        })
        .collect())
}

impl Variant {
    /// A figure of steps without and with R1, as often as each comes.
    fn mixed(&self, [without, with]: [f64; 2]) -> f64 {
        if self.lazy_r1 {
            (without * (LAZY_R1 - 1) as f64 + with) / LAZY_R1 as f64
        } else {
            with
        }
    }
}

/// Plain first; each further one adds a switch that `device` has.
fn variants(device: Device) -> Vec<Variant> {
    let variant = |name: &str, speed, lazy_r1| Variant {
        name: name.into(),
        speed,
        lazy_r1,
    };
    let rewritten = Speed {
        rewrites: true,
        ..Speed::PLAIN
    };
    let mut variants = vec![
        variant("plain, float32", Speed::PLAIN, false),
        variant("rewrites", rewritten, false),
        variant(
            "rewrites, channels last",
            Speed {
                channels_last: true,
                ..rewritten
            },
            false,
        ),
    ];
    let mut best = rewritten;
    if device != Device::Cpu {
        best = Speed {
            pinned: true,
            ..best
        };
        variants.push(variant("rewrites, pinned copies", best, false));
        best.tf32 = true;
        variants.push(variant("… and TF32", best, false));
        best.bf16 = true;
        variants.push(variant("… and bfloat16", best, false));
        best.channels_last = true;
        variants.push(variant("… and channels last", best, false));
    }
    variants.push(variant(
        &format!("all of the last, R1 every {LAZY_R1} steps"),
        best,
        true,
    ));
    if device == Device::Cpu
        && let Some(last) = variants.last_mut()
    {
        last.name = format!("rewrites, R1 every {LAZY_R1} steps");
    }
    variants
}

fn step(
    trainee: &mut Trainee,
    host: &Batch,
    config: &Config,
    speed: Speed,
    judges: &Judges<'_>,
    with_r1: bool,
) -> Vec<Tensor> {
    let device = trainee.editor.store.device();
    let x = if speed.pinned {
        host.x.pin_memory(device)
    } else {
        host.x.shallow_clone()
    };
    let to = |t: &Tensor| t.to_device_(device, t.kind(), speed.pinned, false);
    let batch = Batch {
        x: to(&x),
        source: to(&host.source),
        target: to(&host.target),
        masks: None,
    };
    let batch = judges.masked(batch.arranged(speed));
    let edit = trainee.edit(&batch, speed, true);
    let r1 = with_r1.then_some(1);
    let mut losses = trainee.discriminator_step(&batch, &edit, &config.loss, speed, r1);
    losses.extend(trainee.editor_step(&batch, &edit, &config.loss, speed, judges));
    let decay = config.schedule.average_decay;
    average::update(&trainee.average.store, &trainee.editor.store, decay);
    if device != Device::Cpu {
        Cuda::synchronize(0);
    }
    losses.into_iter().map(|(_, loss)| loss).collect()
}

/// The time that counts: wall-clock time of a GPU's step, processor time of a CPU's, which other
/// programs on the machine change little.
struct Clock;

impl Clock {
    fn now(device: Device) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let processor = (device == Device::Cpu).then(processor_time).flatten();
        processor.unwrap_or_else(|| START.elapsed())
    }
}

/// Processor time of all threads of this process, where the system tells.
fn processor_time() -> Option<Duration> {
    /// Linux counts in hundredths of a second for all programs.
    const TICK: Duration = Duration::from_millis(10);
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may itself hold spaces.
    let fields = text.rsplit_once(')')?.1;
    let mut times = fields.split_whitespace().skip(11).take(2);
    let mut ticks = || times.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
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
        masks: None,
    }
}

fn relative((found, expected): (&f64, &f64)) -> f64 {
    (found - expected).abs() / expected.abs().max(1e-3)
}

fn shortest(times: Vec<Duration>) -> f64 {
    times
        .into_iter()
        .min()
        .map_or(0.0, |time| time.as_secs_f64())
}

fn time_name() -> &'static str {
    if Device::cuda_if_available() == Device::Cpu {
        "processor time"
    } else {
        "time"
    }
}

/// The rows as a table in Markdown, with what was timed above it.
#[must_use]
pub fn table(request: &Request, rows: &[Row]) -> String {
    let config = &request.config;
    let architecture = &config.architecture;
    let names: &AttributeSet = &config.attributes;
    let mut text = format!(
        "`{}`: {} px, stem {} channels, at most {}, w_hpf {}, batch {}, {} domains; {}; shortest of {} steps\n\n\
         | switched on | {time}, of plain | speed-up | multiply-adds forward (G) | of plain | largest loss difference |\n\
         |---|---|---|---|---|---|\n",
        config.name,
        architecture.image_size,
        architecture.stem_channels,
        architecture.max_conv_dim,
        architecture.w_hpf,
        config.schedule.batch_size,
        names.domain_count(),
        device::hardware(Device::cuda_if_available()),
        request.rounds,
        time = time_name(),
    );
    let Some(plain) = rows.first() else {
        return text;
    };
    for row in rows {
        let time = row.step.as_secs_f64() / plain.step.as_secs_f64().max(1e-12);
        let count = row.multiply_adds as f64;
        text += &format!(
            "| {} | {time:.2} | {:.2} | {:.2} | {:.2} | {:.0e} |\n",
            row.name,
            time.recip(),
            count / 1e9,
            count / (plain.multiply_adds as f64).max(1.0),
            row.loss_difference
        );
    }
    text + &format!(
        "\nA plain step took {:.2} s of {}.\n",
        plain.step.as_secs_f64(),
        time_name()
    )
}
