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
use std::{collections::BTreeMap, path::Path};
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
}

impl Checkpointer<'_> {
    /// Writes the checkpoint of `step`, from which the run can resume.
    ///
    /// # Errors
    /// [`TrainError`] naming the file; the checkpoints before stay whole.
    pub(crate) fn save(&self, trainee: &Trainee, step: u64) -> Result<(), TrainError> {
        let contents = self.contents(trainee, trainee.training_state());
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
        self.config.save(&self.run.path("config.toml"))?;
        let provenance = self.spec(0, Metrics::new()).provenance;
        let description = serde_json::json!({
            "trainer_version": provenance.trainer_version,
            "revision": provenance.revision,
            "data": provenance.data,
            "data_layout": self.data.layout.to_string(),
            "data_digest": provenance.data_digest,
            "hardware": provenance.hardware,
        });
        let path = self.run.path("run.json");
        write_text(&path, &format!("{description:#}\n"))
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
                trainer_version: env!("CARGO_PKG_VERSION").into(),
                revision: env!("TRAINER_REVISION").into(),
                data: data_notes(config),
                notes: config.notes.clone(),
                data_digest: self.data.digest.clone(),
                steps: step,
                batch_size: config.schedule.batch_size as u64,
                hardware: device::hardware(self.device),
                metrics,
            },
            files: BTreeMap::new(),
        }
    }
}

/// Origin and terms of the data, and what of them was left out.
fn data_notes(config: &Config) -> Vec<String> {
    let left_out = config.attributes.exclusions().iter();
    let left_out = left_out.map(|exclusion| {
        format!(
            "Left out of training: {}.",
            exclusion.describe(&config.attributes)
        )
    });
    config.data_notes.iter().cloned().chain(left_out).collect()
}

fn write_text(path: &Path, text: &str) -> Result<(), TrainError> {
    std::fs::write(path, text).map_err(|e| TrainError::io(path, e))
}
