//! Trains an identity network on faces by person, and keeps it in a file.

use crate::{
    config::Targets,
    data::{FaceSet, PeopleSet, Sampler},
    error::TrainError,
    evaluation::{judge::VARIED, lesson::Lesson},
    losses::angular_margin,
    networks::{IdentityEncoder, StoredIdentity, unit},
    stop,
    weights::{self, Label},
};
use std::path::Path;
use tch::{Device, nn::Init};

/// `s` of the loss: cosines alone leave a softmax over thousands of people flat.
const SCALE: f64 = 30.0;
/// `m` of the loss at the end; it grows from 0 over the first half, as a margin has to be reachable.
const MARGIN: f64 = 0.25;
/// Highest step size of Adam; it falls to zero along a cosine.
const LEARNING_RATE: f64 = 2e-3;
const SEED: u64 = 3_000_017;

/// How long an identity network is trained.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdentityTraining {
    /// Number of steps.
    pub steps: u64,
    /// Faces per step.
    pub batch_size: usize,
}

impl Default for IdentityTraining {
    /// About ten minutes on one core.
    fn default() -> Self {
        Self {
            steps: 2000,
            batch_size: 128,
        }
    }
}

/// An identity network's file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdentityFile<'a> {
    /// Where it is, or goes.
    pub path: &'a Path,
    /// Identifies the faces that it learns from.
    pub data_digest: &'a str,
}

impl IdentityFile<'_> {
    fn label(self) -> Label {
        let mut label = Label::new("identity");
        let size = IdentityEncoder::SIZE.to_string();
        label.fields.insert("image_size", size);
        let data = self.data_digest.to_owned();
        label.fields.insert("data_digest", data);
        label
    }
}

/// Trains a network to tell `people` apart (a domain each) and writes it to `file`. The loss is CosFace's:
/// cosines between embeddings and a direction per person, which is dropped afterwards.
///
/// # Errors
/// [`TrainError::NonFiniteLoss`], or the file that cannot be written.
pub(crate) fn train(
    people: &FaceSet,
    settings: IdentityTraining,
    file: IdentityFile<'_>,
    device: Device,
) -> Result<StoredIdentity, TrainError> {
    let label = file.label();
    // Before the training, not after it.
    weights::check_target(file.path, &label)?;
    let IdentityTraining { steps, batch_size } = settings;
    tch::manual_seed(SEED as i64);
    let mut stored = StoredIdentity::new(device);
    let own = weights::of_store(&stored.store, StoredIdentity::PREFIX);
    let shape = [people.domains() as i64, IdentityEncoder::EMBEDDING as i64];
    // Short, so that they turn fast: a step of Adam is as long for every length.
    let directions = Init::Randn {
        mean: 0.0,
        stdev: 0.05,
    };
    let directions = (stored.store.root() / "people").var("directions", &shape, directions);
    let sampler = Sampler {
        real: people.clone(),
        synthetic: None,
        twins: None,
        targets: Targets::Any,
        augmentation: VARIED,
        seed: SEED,
    };
    let lesson = Lesson {
        name: "identity",
        steps,
        batch_size,
        learning_rate: LEARNING_RATE,
        stop: &stop::NEVER,
    };
    let network = &stored.network;
    lesson.learn(&mut stored.store, |step, part| {
        let batch = sampler.batch(step, batch_size, device);
        let embeddings = network.forward(&batch.x, true);
        let cosines = embeddings.mm(&unit(&directions).tr());
        let margin = MARGIN * (2.0 * part).min(1.0);
        angular_margin(&cosines, &batch.source, SCALE, margin)
    })?;
    weights::write_labelled(file.path, &own, &label)?;
    Ok(stored)
}

/// The network in `file`, if it learnt from these faces, or, if there is none yet, one trained by [`train`].
///
/// # Errors
/// [`TrainError`] naming the file.
pub(crate) fn load_or_train(
    people: &PeopleSet,
    settings: IdentityTraining,
    path: &Path,
    device: Device,
) -> Result<StoredIdentity, TrainError> {
    let file = IdentityFile {
        path,
        data_digest: &people.digest,
    };
    if !path.exists() {
        return train(&people.train, settings, file, device);
    }
    let differences = file.label().differences(path)?;
    let differences = differences.unwrap_or_else(|| vec!["it does not say what it is".into()]);
    if !differences.is_empty() {
        return Err(TrainError::Weights {
            path: path.into(),
            reason: format!(
                "no identity network for these faces: {}; name another file, or remove this one to train anew",
                differences.join("; ")
            ),
        });
    }
    let mut stored = StoredIdentity::new(device);
    stored.load(&weights::read(path)?, path)?;
    stored.store.freeze();
    Ok(stored)
}
