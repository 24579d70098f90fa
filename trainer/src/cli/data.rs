//! Data: `pack` and `inspect`.

use crate::{
    config::Config,
    data::{inspect, pack},
    error::TrainError,
};
use clap::Args;
use std::path::PathBuf;

/// See [`super::Command::Pack`].
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Settings, for image size, colour and attributes.
    #[arg(long)]
    config: PathBuf,
    /// Data folder of any layout.
    #[arg(long)]
    data: PathBuf,
    /// File to write, e.g. faces.safetensors; give it to --data afterwards.
    #[arg(long)]
    out: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male.
    #[arg(long)]
    attributes: Option<String>,
    /// Override one setting, e.g. architecture.image_size=128; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Pack {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let config = Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?;
        let report = pack::pack(
            &self.data,
            &self.out,
            &config.architecture,
            &config.attributes,
        )?;
        report.log();
        let packed: usize = report.sizes.values().sum();
        println!("{packed} pictures packed into {}", self.out.display());
        Ok(())
    }
}

/// See [`super::Command::Inspect`].
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Settings, for image size, colour and attributes.
    #[arg(long)]
    config: PathBuf,
    /// Data folder of any layout, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male.
    #[arg(long)]
    attributes: Option<String>,
    /// Contact sheet to write.
    #[arg(long, default_value = "contact-sheet.png")]
    sheet: PathBuf,
    /// Override one setting; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Inspect {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let config = Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?;
        inspect::inspect(
            &self.data,
            &self.sheet,
            &config.architecture,
            &config.attributes,
            &mut |line| println!("{line}"),
        )?;
        Ok(())
    }
}
