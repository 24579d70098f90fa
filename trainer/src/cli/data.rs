//! Data: `pack` and `inspect`.

use super::print;
use crate::{
    config::{Config, attributes},
    data::{
        Selection,
        deduce::{Deduced, deduce},
        inspect, pack, pictures_of,
    },
    error::TrainError,
};
use clap::Args;
use model_spec::{Architecture, ColourMode};
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
        let out = self.out.display();
        print::line(format_args!("{packed} pictures packed into {out}"))
    }
}

/// See [`super::Command::Inspect`].
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Settings, for image size, colour and attributes; without them colour at 128 px (or as packed), and
    /// the attributes that --attributes or the data's domains name.
    #[arg(long)]
    config: Option<PathBuf>,
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
    #[arg(long, value_name = "KEY=VALUE", requires = "config")]
    set: Vec<String>,
}

/// Side of the pictures on a contact sheet where neither settings nor data say.
const SIDE: usize = 128;

impl Inspect {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let (given, data) = (self.attributes.as_deref(), &self.data);
        let Some(config) = &self.config else {
            let attributes = given.map(attributes::parse).transpose()?;
            let deduced = match (attributes, data.is_file()) {
                (Some(attributes), false) => Deduced {
                    attributes,
                    form: None,
                },
                (None, _) => deduce(data)?,
                (Some(attributes), true) => Deduced {
                    attributes,
                    ..deduce(data)?
                },
            };
            let (image_size, colour) = deduced.form.unwrap_or((SIDE, ColourMode::Rgb));
            return self.show(&pictures_of(image_size, colour), &deduced.attributes);
        };
        let config = Config::load_for(config, given, &self.set)?;
        self.show(&config.architecture, &config.attributes)
    }

    fn show<'a>(
        &self,
        architecture: &Architecture,
        selection: impl Into<Selection<'a>>,
    ) -> Result<(), TrainError> {
        let mut printed = Ok(());
        inspect::inspect(
            &self.data,
            &self.sheet,
            architecture,
            selection,
            &mut |line| {
                if printed.is_ok() {
                    printed = print::line(line);
                }
            },
        )?;
        printed
    }
}
