//! Trains and applies the attribute classifier.

use crate::{
    config::ClassifierConfig,
    data::{FaceSet, Sampler},
    error::TrainError,
    losses::classification,
    networks::{Classifier, StoredClassifier},
    optimiser::{Adam, AdamSettings},
    run::Progress,
    weights,
};
use model_spec::{Architecture, AttributeSet};
use std::path::Path;
use tch::{Device, Kind};

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

/// Trains a classifier on `sampler`'s faces, starting from its seed, and writes it to `path`
/// (names `classifier.…`).
///
/// # Errors
/// [`TrainError::NonFiniteLoss`], or the file that cannot be written.
pub(crate) fn train(
    architecture: &Architecture,
    attributes: &AttributeSet,
    settings: &ClassifierConfig,
    sampler: &Sampler,
    path: &Path,
    device: Device,
) -> Result<StoredClassifier, TrainError> {
    let ClassifierConfig {
        steps,
        batch_size,
        learning_rate,
    } = *settings;
    tch::manual_seed(sampler.seed as i64);
    let mut stored = StoredClassifier::new(architecture, attributes, device);
    let settings = AdamSettings {
        learning_rate,
        beta1: 0.9,
        beta2: 0.99,
        weight_decay: 1e-4,
    };
    let mut adam = Adam::new(&stored.store, settings);
    let progress = Progress::new("classifier", 0, steps, batch_size);
    for step in 1..=steps {
        let batch = sampler.batch(step, batch_size, device);
        let logits = stored.network.forward(&batch.x, true);
        let loss = classification(&logits, &batch.source);
        let part = (step as f64 - 1.0) / steps as f64;
        adam.set_learning_rate(learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * part).cos()));
        adam.descend(&loss);
        if step % 50 == 0 || step == steps {
            let value = loss.double_value(&[]);
            if !value.is_finite() {
                return Err(TrainError::NonFiniteLoss {
                    step,
                    loss: "classifier",
                    value,
                    checkpoint: None,
                });
            }
            progress.tick(step, &[("classifier", value)]);
        }
    }
    progress.finish();
    stored.store.freeze();
    weights::write(path, &weights::of_store(&stored.store, "classifier."))?;
    Ok(stored)
}

/// The classifier at `path`, or, if there is none yet, one trained by [`train`].
///
/// # Errors
/// [`TrainError`] naming the file.
pub(crate) fn load_or_train(
    architecture: &Architecture,
    attributes: &AttributeSet,
    settings: &ClassifierConfig,
    sampler: &Sampler,
    path: &Path,
    device: Device,
) -> Result<StoredClassifier, TrainError> {
    if !path.exists() {
        return train(architecture, attributes, settings, sampler, path, device);
    }
    let mut stored = StoredClassifier::new(architecture, attributes, device);
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
