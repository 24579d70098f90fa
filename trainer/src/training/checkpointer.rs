//! Writes the checkpoints of one run.

use super::Trainee;
use crate::{
    checkpoint::{self, Contents, ParityNetworks, parity},
    config::Config,
    data::DataSet,
    device,
    error::TrainError,
    evaluation::Metrics,
    networks::{FaceMask, StoredClassifier},
    run::RunFolder,
    weights::{self, Weights},
};
use model_spec::{AttributeSet, CheckpointSpec, Light, Provenance, checkpoint::FORMAT_VERSION};
use std::collections::BTreeMap;
use tch::Device;

/// What a checkpoint holds besides the trained networks.
#[derive(Debug)]
pub(crate) struct Checkpointer<'a> {
    /// Brightness and contrast of the training images.
    pub light: Light,
    /// Where checkpoints go.
    pub run: &'a RunFolder,
    /// Settings of the run.
    pub config: &'a Config,
    /// What it learns from.
    pub data: &'a DataSet,
    /// Tells the source domain of a live face.
    pub classifier: &'a StoredClassifier,
    /// Makes the masks of generators with `w_hpf > 0`.
    pub face_mask: Option<&'a FaceMask>,
    /// Where it trains.
    pub device: Device,
    /// How many processes train it.
    pub ranks: usize,
    /// What the steps before were trained with otherwise, and on what; empty for a run of one piece.
    pub past: Past,
}

/// What a resumed run carries on from its checkpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    /// Notes of the checkpoint, and what has changed since.
    pub notes: Vec<String>,
    /// Data sets of the steps before.
    pub data: Vec<String>,
}

impl Checkpointer<'_> {
    /// Writes the checkpoint of `step`, from which the run can resume.
    ///
    /// # Errors
    /// [`TrainError`] naming the file; the checkpoints before stay whole.
    pub(crate) fn save(&self, trainee: &Trainee, step: u64) -> Result<(), TrainError> {
        let contents = Contents {
            settings: Some(self.config.to_toml()?),
            ..self.contents(trainee, trainee.training_state())
        };
        let spec = self.spec(step, Metrics::new());
        checkpoint::write(&self.run.checkpoint(step), spec, &contents)?;
        self.run.prune(self.config.schedule.checkpoints_kept)
    }

    /// Writes the best checkpoint so far, for use only, in place of the one before.
    ///
    /// # Errors
    /// [`TrainError`] naming the file; the one before stays whole.
    pub(crate) fn save_best(
        &self,
        trainee: &Trainee,
        step: u64,
        metrics: Metrics,
    ) -> Result<(), TrainError> {
        let contents = self.contents(trainee, Weights::new());
        checkpoint::write(&self.run.best(step), self.spec(step, metrics), &contents)?;
        self.run.prune(self.config.schedule.checkpoints_kept)
    }

    /// Writes down what the run is made of: `run.json` and the resolved settings.
    ///
    /// # Errors
    /// [`TrainError`] naming the file.
    pub(crate) fn describe(&self) -> Result<(), TrainError> {
        let settings = self.config.to_toml()?;
        output::write_own(&self.run.path("config.toml"), settings.as_bytes())?;
        let provenance = self.spec(0, Metrics::new()).provenance;
        let description = serde_json::json!({
            "trainer_version": provenance.trainer_version,
            "revision": provenance.revision,
            "data": provenance.data,
            "data_layout": self.data.layout.to_string(),
            "data_digest": provenance.data_digest,
            "hardware": provenance.hardware,
            "notes": provenance.notes,
            "ranks": self.ranks,
        });
        let path = self.run.path("run.json");
        Ok(output::write_own(
            &path,
            format!("{description:#}\n").as_bytes(),
        )?)
    }

    fn contents(&self, trainee: &Trainee, training: Weights) -> Contents {
        let config = self.config;
        let mut model = weights::of_store(&trainee.average.store, "");
        model.extend(weights::of_store(&self.classifier.store, "classifier."));
        Contents {
            model,
            parity: parity::sample(
                &config.architecture,
                &config.attributes,
                ParityNetworks {
                    editor: &trainee.average.networks,
                    classifier: Some(&self.classifier.network),
                    face_mask: self.face_mask,
                },
                self.device,
            ),
            training,
            settings: None,
            face_mask: self.face_mask.map(FaceMask::weights),
        }
    }

    fn spec(&self, step: u64, metrics: Metrics) -> CheckpointSpec {
        let config = self.config;
        CheckpointSpec {
            format_version: FORMAT_VERSION,
            name: config.name.clone(),
            licence: config.licence.clone(),
            architecture: config.architecture.clone(),
            attributes: AttributeSet::clone(&config.attributes),
            framing: config.framing,
            light: Some(self.light),
            provenance: Provenance {
                steps: step,
                metrics,
                data: joined(&self.past.data, &data_notes(config)),
                notes: joined(&self.past.notes, &config.notes),
                ..provenance(config, self.data, self.device, self.ranks)
            },
            files: BTreeMap::new(),
        }
    }
}

/// Where weights come from that are trained now.
pub(super) fn provenance(
    config: &Config,
    data: &DataSet,
    device: Device,
    ranks: usize,
) -> Provenance {
    let hardware = device::hardware(device);
    Provenance {
        trainer_version: env!("CARGO_PKG_VERSION").into(),
        revision: env!("TRAINER_REVISION").into(),
        data: data_notes(config),
        notes: config.notes.clone(),
        data_digest: data.digest.clone(),
        steps: 0,
        batch_size: config.schedule.batch_size as u64,
        hardware: match ranks {
            1 => hardware,
            _ => format!("{ranks} ranks, the first on {hardware}"),
        },
        metrics: Metrics::new(),
    }
}

/// `past`, and those of `now` that are not among it.
fn joined(past: &[String], now: &[String]) -> Vec<String> {
    let new = now.iter().filter(|note| !past.contains(note));
    past.iter().chain(new).cloned().collect()
}

/// Origin and terms of the data, and what of them was no example.
fn data_notes(config: &Config) -> Vec<String> {
    let no_examples = config.attributes.exclusions().iter();
    let no_examples = no_examples.map(|exclusion| {
        format!(
            "No examples for the discriminator: {}.",
            exclusion.describe(&config.attributes)
        )
    });
    config
        .data_notes
        .iter()
        .cloned()
        .chain(no_examples)
        .collect()
}
