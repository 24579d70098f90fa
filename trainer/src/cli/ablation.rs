//! `trainer ablate`.

use super::{model::Eval, print, training::stop_on_signals};
use crate::{
    ablation::{self, AblationRequest, Row},
    config::{ClassifierConfig, Config},
    device::DeviceChoice,
    error::TrainError,
};
use clap::Args;
use std::{fmt::Display, path::PathBuf};

/// See [`super::Command::Ablate`].
#[derive(Debug, Args)]
pub(crate) struct Ablate {
    /// Settings of the full model, e.g. trainer/configs/synthetic-64.toml.
    #[arg(long)]
    config: PathBuf,
    /// Data with training and test faces: a folder of any layout, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Folder for the runs, the judge and ablation.json; what an earlier call trained there is not trained again.
    #[arg(long)]
    out: PathBuf,
    /// Rows of the table.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Row::ALL)]
    rows: Vec<Row>,
    /// Train every row once from each of these seeds [default: the settings' own].
    #[arg(long, value_delimiter = ',')]
    seeds: Vec<u64>,
    /// Steps for which the judge of all rows is trained.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    judge_steps: u64,
    /// Test faces of every domain to judge.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(2..))]
    faces_per_domain: u64,
    /// torchvision inception_v3 weights (.pth), for the Fréchet inception distance; without them the distance is that
    /// of the judge's features.
    #[arg(long, value_name = "FILE")]
    inception: Option<PathBuf>,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
    /// Override one setting of all rows, e.g. schedule.steps=5000; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Ablate {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let stop = stop_on_signals()?;
        let config = Config::load(&self.config, &self.set)?;
        let seeds = match self.seeds {
            seeds if seeds.is_empty() => vec![config.seed],
            seeds => seeds,
        };
        refuse_twice("--seeds", &seeds)?;
        let rows: Vec<&str> = self.rows.iter().map(|row| row.name()).collect();
        refuse_twice("--rows", &rows)?;
        let request = AblationRequest {
            config,
            data: self.data,
            out: self.out,
            rows: self.rows,
            seeds,
            judge_training: ClassifierConfig {
                steps: self.judge_steps,
                ..Eval::JUDGE_TRAINING
            },
            judge_seed: Eval::JUDGE_SEED,
            faces_per_domain: self.faces_per_domain as usize,
            inception: self.inception,
            device: self.device,
        };
        for line in ablation::ablate(&request, &stop)? {
            print::line(line)?;
        }
        Ok(())
    }
}

/// Refuses a run that would be counted as two.
fn refuse_twice<T: Display + PartialEq>(option: &str, values: &[T]) -> Result<(), TrainError> {
    let mut numbered = values.iter().enumerate();
    match numbered.find(|(index, value)| values[..*index].contains(value)) {
        Some((_, value)) => Err(TrainError::Usage(format!(
            "{option}: found {value} twice, expected each once"
        ))),
        None => Ok(()),
    }
}
