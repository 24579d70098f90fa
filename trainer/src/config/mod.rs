//! Settings of a training run: a TOML file, with single values overridden on the command line.

pub mod attributes;
mod augmentation;
mod classifier;
mod data;
mod evaluation;
mod exclusion;
mod file;
mod health;
mod loss;
mod schedule;
mod validation;

pub use augmentation::Augmentation;
pub use classifier::ClassifierConfig;
pub use data::{DataConfig, Targets};
pub use evaluation::EvaluationConfig;
pub use exclusion::{AttributeSettings, Exclusion};
pub use health::HealthConfig;
pub use loss::{CodeScale, LossWeights, OrthogonalityForm};
pub use schedule::Schedule;

use crate::{device::Speed, error::TrainError, optimiser::AdamSettings};
use model_spec::{Architecture, Framing};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// All settings of `trainer fit`; every field is documented in `trainer/configs/smile-64.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Name of the model.
    pub name: String,
    /// Terms of the weights.
    pub licence: String,
    /// Seed of initialisation, data order and augmentation.
    pub seed: u64,
    /// Origin and terms of the data, for the model card.
    pub data_notes: Vec<String>,
    /// How the training differs from one uninterrupted run of these settings, for the model card.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Network shapes.
    pub architecture: Architecture,
    /// Framing of the training images.
    pub framing: Framing,
    /// Attributes, in the order of the domain bits, and what is left out of their training.
    pub attributes: AttributeSettings,
    /// What the training images are drawn from.
    pub data: DataConfig,
    /// Training of the attribute classifier.
    pub classifier: ClassifierConfig,
    /// Adam of generator, style encoder and style transformer.
    pub editor_adam: AdamSettings,
    /// Adam of the discriminator.
    pub discriminator_adam: AdamSettings,
    /// torchvision `resnet18` weights (`.pth`) for the perceptual loss; without it the features are
    /// those of the attribute classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resnet18: Option<PathBuf>,
    /// The landmark network that makes the masks of a generator with `w_hpf > 0`: `wing.ckpt`, an
    /// official `nets_ema.ckpt`, or an imported `face_mask.safetensors`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_mask: Option<PathBuf>,
    /// Weights of the losses.
    #[serde(default)]
    pub loss: LossWeights,
    /// What makes a step faster.
    #[serde(default)]
    pub speed: Speed,
    /// What is measured while training.
    #[serde(default)]
    pub evaluation: EvaluationConfig,
    /// When the run counts as ill.
    #[serde(default)]
    pub health: HealthConfig,
    /// Lengths and intervals.
    pub schedule: Schedule,
}

impl Config {
    /// How long, and on how many faces at once, a run trains, in words.
    pub(crate) fn length(&self) -> String {
        format!(
            "{}: {} steps of {} faces of {} px",
            self.name, self.schedule.steps, self.schedule.batch_size, self.architecture.image_size
        )
    }

    /// Reads `path`, applies `overrides` (`key.sub=value`, the value in TOML syntax) and validates.
    ///
    /// # Errors
    /// [`TrainError`] naming file or key, found and expected.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, TrainError> {
        Self::load_for(path, None, overrides)
    }

    /// The same, with other attributes (see [`crate::config::attributes::parse`]) where they are given.
    ///
    /// # Errors
    /// [`TrainError`] naming file or key, found and expected.
    pub(crate) fn load_for(
        path: &Path,
        attributes: Option<&str>,
        overrides: &[String],
    ) -> Result<Self, TrainError> {
        let bad = |reason: String| TrainError::Config {
            path: path.into(),
            reason,
        };
        let mut table = file::read_table(path)?;
        // With every key that may be left out, so that `--set` finds it. What does not parse is refused below.
        let read = |table: &toml::Table| {
            let config = table.clone().try_into::<Self>();
            config.map_err(|e| file::with_suggestion(&format!("{e}")))
        };
        let in_file = read(&table);
        if let Ok(config) = &in_file
            && let Ok(mut whole) = toml::Table::try_from(config)
        {
            file::merge(&mut whole, table);
            table = whole;
        }
        for text in overrides {
            file::set(&mut table, text).map_err(bad)?;
            // An error that the file does not have is the override's.
            if in_file.is_ok() {
                read(&table).map_err(|reason| bad(format!("--set {text}: {reason}")))?;
            }
        }
        let attributes = attributes.map(attributes::parse).transpose()?;
        let mut config = read(&table).map_err(bad)?;
        if let Some(attributes) = attributes {
            config.attributes = config.attributes.replaced(attributes);
        }
        config.validate(path)?;
        Ok(config)
    }

    /// Refuses files that the run would read and that are not there.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the setting and the file.
    pub(crate) fn check_files(&self) -> Result<(), TrainError> {
        let resnet18 = self
            .resnet18
            .as_ref()
            .filter(|_| self.loss.perceptual > 0.0);
        let face_mask = self.face_mask.as_ref();
        let face_mask = face_mask.filter(|_| self.architecture.reads_masks());
        for (setting, path) in [("resnet18", resnet18), ("face_mask", face_mask)] {
            let Some(path) = path.filter(|path| !path.is_file()) else {
                continue;
            };
            let here = path.file_name().map(PathBuf::from).unwrap_or_default();
            let hint = if here.is_file() {
                format!("; did you mean --set {setting}={}?", here.display())
            } else {
                String::new()
            };
            return Err(TrainError::Data {
                path: path.clone(),
                reason: format!(
                    "{setting}: no such file; the settings name files relative to themselves, --set relative \
                     to the current folder{hint}"
                ),
            });
        }
        Ok(())
    }

    /// The architecture at the size of the pictures that are edited and judged, `data.picture_scale` times
    /// the model's own.
    #[must_use]
    pub(crate) fn picture_architecture(&self) -> Architecture {
        Architecture {
            image_size: self.architecture.image_size * self.data.picture_scale,
            ..self.architecture.clone()
        }
    }

    /// The architecture at the size of what the discriminator sees.
    #[must_use]
    pub(crate) fn judged_architecture(&self) -> Architecture {
        let pictures = self.picture_architecture();
        Architecture {
            image_size: (self.data.judged_square[2] * pictures.image_size as f64).round() as usize,
            ..pictures
        }
    }

    /// The settings as TOML, so that a run folder says how it was made.
    ///
    /// # Errors
    /// [`TrainError::Config`].
    pub(crate) fn to_toml(&self) -> Result<String, TrainError> {
        toml::to_string(self).map_err(|e| TrainError::Config {
            path: "the settings".into(),
            reason: e.to_string(),
        })
    }
}
