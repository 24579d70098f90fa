//! The network that judges edits: `judge`.

use super::print;
use crate::{
    config::{ClassifierConfig, Config},
    device::DeviceChoice,
    error::TrainError,
    evaluation::{self, JudgeRequest},
    networks::ClassifierNetwork,
};
use clap::{Args, value_parser};
use model_spec::{Architecture, AttributeSet};
use std::path::PathBuf;

/// See [`super::Command::Judge`].
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// Data with training and test faces: a folder of any layout, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Settings with the attributes, the colour and the image size.
    #[arg(long)]
    config: PathBuf,
    /// Weights of the judge: tried if there, else trained and written there. Use it with `eval --judge`, or with
    /// `compare --judge-split train --judge`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What a new judge computes with.
    #[arg(long, default_value = "resnet18")]
    network: ClassifierNetwork,
    /// Steps of 64 faces for which a new judge is trained.
    #[arg(long, default_value_t = 2800, value_parser = value_parser!(u64).range(1..))]
    steps: u64,
    /// Side in pixels at which it sees the faces [default: that of the settings].
    #[arg(long, value_parser = value_parser!(u16).range(16..=1024))]
    size: Option<u16>,
    /// Picture to write: the test faces that it is surest are labelled wrongly.
    #[arg(long, value_name = "PICTURE")]
    confusions: Option<PathBuf>,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

impl Judge {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let config = Config::load(&self.config, &[])?;
        let image_size = self
            .size
            .map_or(config.architecture.image_size, usize::from);
        let request = JudgeRequest {
            data: self.data,
            attributes: AttributeSet::clone(&config.attributes),
            architecture: Architecture {
                image_size,
                ..config.architecture
            },
            network: self.network,
            training: ClassifierConfig {
                steps: self.steps,
                batch_size: 64,
                learning_rate: match self.network {
                    ClassifierNetwork::Plain => 2e-3,
                    ClassifierNetwork::ResNet18 => 1e-3,
                },
            },
            out: self.out,
            confusions: self.confusions,
            device: self.device,
        };
        print::figures(&evaluation::judge(&request)?)
    }
}
