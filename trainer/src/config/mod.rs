//! Settings of a training run: a TOML file, with single values overridden on the command line.

pub mod attributes;
pub mod file;

use crate::{
    device::speed::Speed, error::TrainError, losses::objective::LossWeights,
    optimiser::adam::AdamSettings,
};
use model_spec::{Architecture, AttributeSet, Framing};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    /// Attributes, in the order of the domain bits.
    pub attributes: AttributeSet,
    /// What is drawn from.
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
    pub loss: LossWeights,
    /// What makes a step faster.
    #[serde(default)]
    pub speed: Speed,
    /// What is measured while training.
    #[serde(default)]
    pub evaluation: EvaluationConfig,
    /// Lengths and intervals.
    pub schedule: Schedule,
}

/// Which domains a face may be moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Targets {
    /// Any, its own included, as in StarGAN v2.
    Any,
    /// Any but its own: every step then teaches an edit.
    Other,
}

/// Mixture of real and procedural faces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Which domains a face may be moved to.
    pub targets: Targets,
    /// Share of procedural faces among the training images, 0 to 1.
    pub synthetic_share: f64,
    /// Procedural faces rendered for every domain.
    pub synthetic_faces_per_domain: usize,
}

/// Training of the attribute classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierConfig {
    /// Number of steps.
    pub steps: u64,
    /// Images per step.
    pub batch_size: usize,
    /// Highest step size of Adam; it falls to zero along a cosine.
    pub learning_rate: f64,
}

/// Lengths and intervals, in generator steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Number of steps.
    pub steps: u64,
    /// Images per step.
    pub batch_size: usize,
    /// Steps at the start in which only the discriminator learns. The output of a fresh difference
    /// generator is its input, so these teach the discriminator to tell the domains apart, before
    /// the editor can lead it astray.
    pub discriminator_head_start: u64,
    /// The R1 penalty is computed at every such step, weighted by the interval.
    pub r1_interval: u64,
    /// Decay per step of the weights' moving average.
    pub average_decay: f64,
    /// Losses are read from the device and written down at every such step.
    pub tick_interval: u64,
    /// A sample grid is written at every such step.
    pub sample_interval: u64,
    /// A checkpoint is written at every such step.
    pub checkpoint_interval: u64,
    /// Number of checkpoints kept.
    pub checkpoints_kept: usize,
}

/// What is measured while training, on test faces, by a judge that is another network than the
/// run's classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationConfig {
    /// The model is judged at every such step; 0 never. Needs test faces.
    pub interval: u64,
    /// Test faces of every domain that are judged.
    pub faces_per_domain: usize,
    /// Steps for which the judge is trained, once, at the start of the run.
    pub judge_steps: u64,
    /// Rows that an edit of an attribute belongs to, by the attribute's name: top and bottom as
    /// shares of the image's height. Without it the mouth's.
    pub edited_rows: BTreeMap<String, [f64; 2]>,
    /// Rows that the edit should leave as they are, likewise; without it those above the eyes.
    pub kept_rows: BTreeMap<String, [f64; 2]>,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self {
            interval: 0,
            faces_per_domain: 64,
            judge_steps: 900,
            edited_rows: BTreeMap::new(),
            kept_rows: BTreeMap::new(),
        }
    }
}

impl Config {
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
    pub fn load_for(
        path: &Path,
        attributes: Option<&str>,
        overrides: &[String],
    ) -> Result<Self, TrainError> {
        let bad = |reason: String| TrainError::Config {
            path: path.into(),
            reason,
        };
        let mut table = file::read_table(path)?;
        file::add_defaults(&mut table);
        for text in overrides {
            file::set(&mut table, text).map_err(bad)?;
        }
        let attributes = attributes.map(attributes::parse).transpose()?;
        let mut config: Self = table
            .try_into()
            .map_err(|e| bad(file::with_suggestion(&format!("{e}"))))?;
        if let Some(attributes) = attributes {
            config.attributes = attributes;
        }
        config.validate(path)?;
        Ok(config)
    }

    fn validate(&self, path: &Path) -> Result<(), TrainError> {
        let in_file = |mismatch: model_spec::error::Mismatch| mismatch.in_file(path);
        self.architecture.validate().map_err(in_file)?;
        self.attributes.validate().map_err(in_file)?;
        self.framing.validate().map_err(in_file)?;
        let schedule = &self.schedule;
        let positive = [
            ("schedule.batch_size", schedule.batch_size as u64),
            ("schedule.r1_interval", schedule.r1_interval),
            ("schedule.tick_interval", schedule.tick_interval),
            ("schedule.sample_interval", schedule.sample_interval),
            ("schedule.checkpoint_interval", schedule.checkpoint_interval),
            (
                "schedule.checkpoints_kept",
                schedule.checkpoints_kept as u64,
            ),
            ("classifier.batch_size", self.classifier.batch_size as u64),
        ];
        let wrong = |field: &str, found: String, expected: &str| {
            Err(in_file(model_spec::error::Mismatch::new(field, found, expected)).into())
        };
        for (field, value) in positive {
            if value == 0 {
                return wrong(field, "0".into(), "1 or more");
            }
        }
        if self.architecture.w_hpf > 0.0 && self.face_mask.is_none() {
            return wrong(
                "face_mask",
                "nothing".into(),
                "wing.ckpt or an official nets_ema.ckpt: generators with architecture.w_hpf above 0 \
                 need face masks",
            );
        }
        let rows = self.evaluation.edited_rows.iter();
        for (name, &[top, bottom]) in rows.chain(&self.evaluation.kept_rows) {
            self.attributes.position(name)?;
            if !(0.0 <= top && top < bottom && bottom <= 1.0) {
                return wrong(
                    &format!("evaluation: rows of {name}"),
                    format!("[{top}, {bottom}]"),
                    "two shares of the image's height, 0 to 1, the upper first",
                );
            }
        }
        let shares = [
            ("data.synthetic_share", self.data.synthetic_share),
            ("schedule.average_decay", schedule.average_decay),
        ];
        for (field, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return wrong(field, value.to_string(), "0 to 1");
            }
        }
        if self.data.synthetic_share > 0.0 && self.data.synthetic_faces_per_domain == 0 {
            return wrong(
                "data.synthetic_faces_per_domain",
                "0".into(),
                "1 or more when data.synthetic_share is above 0",
            );
        }
        Ok(())
    }

    /// Writes the settings as TOML, so that a run folder says how it was made.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn save(&self, path: &PathBuf) -> Result<(), TrainError> {
        let text = toml::to_string(self).map_err(|e| TrainError::Config {
            path: path.clone(),
            reason: e.to_string(),
        })?;
        std::fs::write(path, text).map_err(|e| TrainError::io(path, e))
    }
}
