//! Trains and applies the attribute classifier.

use super::{
    lesson::Lesson,
    purpose::{self, OtherData},
};
use crate::{
    config::ClassifierConfig,
    data::{FaceSet, Sampler},
    error::TrainError,
    losses::classification,
    networks::{Classifier, ClassifierNetwork, StoredClassifier},
    weights,
};
use model_spec::{Architecture, AttributeSet};
use std::{path::Path, sync::atomic::AtomicBool};
use tch::{Device, Kind};

/// A classifier's file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassifierFile<'a> {
    /// Where it is, or goes.
    pub path: &'a Path,
    /// Identifies the data that it learns from.
    pub data_digest: &'a str,
    /// What to do with one that learnt from other data.
    pub other_data: OtherData,
}

/// A classifier in training, as a user sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    /// What it is for, on the progress bar.
    pub name: &'static str,
    /// What a new one computes with; one that is there says so itself.
    pub network: ClassifierNetwork,
    /// Ends the training once it is set.
    pub stop: &'a AtomicBool,
}

/// First width of a classifier for a model that has none of its own.
pub(crate) const WIDTH: usize = 16;

/// `architecture` with a classifier: imported weights come without.
#[must_use]
pub(crate) fn architecture_with_classifier(architecture: &Architecture) -> Architecture {
    let mut architecture = architecture.clone();
    if !architecture.has_classifier() {
        architecture.classifier_channels = WIDTH;
    }
    architecture
}

/// Trains a classifier on `sampler`'s faces, starting from its seed, and writes it to `file`
/// (names `classifier.…`), with what it is for.
///
/// # Errors
/// [`TrainError::NonFiniteLoss`], or the file that cannot be written.
pub(crate) fn train(
    architecture: &Architecture,
    attributes: &AttributeSet,
    settings: &ClassifierConfig,
    sampler: &Sampler,
    file: ClassifierFile<'_>,
    device: Device,
    job: Job<'_>,
) -> Result<StoredClassifier, TrainError> {
    let digest = Some(file.data_digest);
    let label = purpose::label(job.network, architecture, attributes, digest);
    // Before the training, not after it.
    weights::check_target(file.path, &label)?;
    let ClassifierConfig {
        steps,
        batch_size,
        learning_rate,
    } = *settings;
    tch::manual_seed(sampler.seed as i64);
    let mut stored = StoredClassifier::with_network(job.network, architecture, attributes, device);
    let lesson = Lesson {
        name: job.name,
        steps,
        batch_size,
        learning_rate,
        stop: job.stop,
    };
    let network = &stored.network;
    lesson.learn(&mut stored.store, |step, _| {
        let batch = sampler.batch(step, batch_size, device);
        classification(&network.forward(&batch.x, true), &batch.source)
    })?;
    let tensors = weights::of_store(&stored.store, "classifier.");
    weights::write_labelled(file.path, &tensors, &label)?;
    Ok(stored)
}

/// The classifier in `file`, if it is for these attributes, networks and data, or, if there is none yet, one
/// trained by [`train`].
///
/// # Errors
/// [`TrainError`] naming the file.
pub(crate) fn load_or_train(
    architecture: &Architecture,
    attributes: &AttributeSet,
    settings: &ClassifierConfig,
    sampler: &Sampler,
    file: ClassifierFile<'_>,
    device: Device,
    job: Job<'_>,
) -> Result<StoredClassifier, TrainError> {
    let path = file.path;
    if !path.exists() {
        return train(
            architecture,
            attributes,
            settings,
            sampler,
            file,
            device,
            job,
        );
    }
    let network = purpose::network_of(path)?;
    let expected = purpose::label(network, architecture, attributes, Some(file.data_digest));
    purpose::check(path, &expected, file.other_data)?;
    let mut stored = StoredClassifier::with_network(network, architecture, attributes, device);
    stored.load(&weights::read(path)?, path)?;
    stored.store.freeze();
    Ok(stored)
}

/// Share of `faces` whose value is recognised, per attribute.
#[must_use]
pub(crate) fn accuracy(
    classifier: &Classifier,
    faces: &FaceSet,
    attributes: &AttributeSet,
    device: Device,
) -> Vec<f64> {
    let mut right = vec![0.0; attributes.len()];
    let mut count = 0.0;
    for domain in 0..faces.domains() {
        let images = faces.of_domain(domain, usize::MAX);
        let on = classifier.logits_of_all(&images, device).gt(0.0);
        count += images.size()[0] as f64;
        for (bit, right) in right.iter_mut().enumerate() {
            let on = on
                .select(1, bit as i64)
                .to_kind(Kind::Float)
                .sum(Kind::Float)
                .double_value(&[]);
            *right += if AttributeSet::is_on(domain, bit) {
                on
            } else {
                images.size()[0] as f64 - on
            };
        }
    }
    right.into_iter().map(|right| right / count).collect()
}
