//! Training: `fit` and `bench`.

use super::print;
use crate::{
    config::Config,
    device::DeviceChoice,
    error::TrainError,
    ranks::Launch,
    training::{self, BenchRequest, FitRequest},
};
use clap::Args;
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

/// See [`super::Command::Fit`].
#[derive(Debug, Args)]
pub(crate) struct Fit {
    /// Settings, e.g. trainer/configs/smile-64.toml.
    #[arg(long)]
    config: PathBuf,
    /// Folder with train/DOMAIN/ (and test/DOMAIN/) pictures, CelebA or CelebAMask-HQ folder, file
    /// of `trainer pack`, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male or smile:neutral/smiling.
    #[arg(long)]
    attributes: Option<String>,
    /// Run folder, made if missing.
    #[arg(long)]
    out: PathBuf,
    /// Resume from the newest checkpoint in --out.
    #[arg(long)]
    resume: bool,
    /// Start from the weights of another model instead of fresh ones: a checkpoint folder (of `fit` or
    /// `import`), or an editor's file as `import` reads it, StarGAN v2's included.
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
    /// Check settings, data and memory with one step, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Override one setting, e.g. schedule.steps=5000; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Fit {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let stop = stop_on_signals()?;
        let request = FitRequest {
            config: Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?,
            data: self.data,
            out: self.out,
            resume: self.resume,
            from: self.from,
            device: self.device,
        };
        if self.dry_run {
            if Launch::read()?.is_some_and(|launch| launch.rank > 0) {
                // Rank 0 tells for all.
                return Ok(());
            }
            let findings = training::dry_run(&request, &stop)?;
            let names = request.config.attributes.domain_names();
            for (name, count) in names.iter().zip(&findings.faces) {
                print::line(format_args!("train/{name}: {count} faces"))?;
            }
            for (name, value) in &findings.losses {
                print::line(format_args!("loss {name}: {value:.4}"))?;
            }
            if let Some(memory) = findings.memory {
                print::line(format_args!(
                    "memory: about {} MB for a step of {} images; {} MB are available",
                    memory.needed / 1_000_000,
                    request.config.schedule.batch_size,
                    memory.available / 1_000_000
                ))?;
            }
            return print::line("everything is in place; nothing was written");
        }
        training::fit(&request, &stop)
    }
}

/// Set by the first of [`output::ending_signals`]; the second ends the program at once.
pub(super) fn stop_on_signals() -> Result<Arc<AtomicBool>, TrainError> {
    use signal_hook::flag;
    /// What shells report for a program that a signal ended: this and its number.
    const BY_SIGNAL: i32 = 128;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in output::ending_signals() {
        // In this order: the first signal finds the flag unset and sets it.
        flag::register_conditional_shutdown(signal, BY_SIGNAL + signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|e| TrainError::io("signal handler".as_ref(), e))?;
    }
    Ok(stop)
}

/// See [`super::Command::Bench`].
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Settings, e.g. trainer/configs/celeba-hq-256.toml.
    #[arg(long)]
    config: PathBuf,
    /// Steps timed of every variant.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Variants to measure, e.g. plain,rewrites; all when not given.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    variants: Vec<String>,
    /// Time for the whole table, in minutes; a GPU's first steps take longest. Variants for which none is left are
    /// named as not measured.
    #[arg(long, default_value_t = 3.0, value_parser = minutes)]
    minutes: f64,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
    /// Override one setting, e.g. architecture.image_size=128; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(minutes) if (0.0..=1e6).contains(&minutes) => Ok(minutes),
        _ => Err("expected a number of minutes".into()),
    }
}

impl Bench {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let request = BenchRequest {
            config: Config::load(&self.config, &self.set)?,
            rounds: self.rounds.into(),
            variants: self.variants,
            limit: Duration::from_secs_f64(self.minutes * 60.0),
            device: self.device,
        };
        training::bench(&request, &mut |line| print::line(line)).map(|_| ())
    }
}
