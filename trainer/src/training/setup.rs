//! What a run trains on and is judged by, as its settings say.

use crate::{
    config::{ClassifierConfig, Config},
    data::{DataSet, Layout, Rendering, Sampler, SyntheticFaces, Twins, synthetic},
    error::TrainError,
    evaluation::{
        classifier::{self, ClassifierFile},
        purpose::OtherData,
    },
    networks::{ClassifierNetwork, StoredClassifier},
    run::RunFolder,
};
use std::{path::Path, sync::atomic::AtomicBool};
use tch::Device;

/// Distinguishes the seed of the judge from the run's: any other seed makes it a different network.
const JUDGE_SEED: u64 = 0x4A_5544_4745;

/// Opens the data that the run learns from.
pub(super) fn open_data(
    config: &Config,
    data: &Path,
    stop: &AtomicBool,
) -> Result<DataSet, TrainError> {
    // Before hours of decoding.
    if config.data.synthetic_share > 0.0 {
        check_mixture(config)?;
    }
    let rendering = Rendering {
        faces_per_domain: config.data.synthetic_faces_per_domain,
        seed: config.seed,
    };
    DataSet::open_until(
        data,
        &config.picture_architecture(),
        &config.attributes,
        rendering,
        stop,
    )
}

/// Refuses to mix in procedural faces that cannot show the attributes.
fn check_mixture(config: &Config) -> Result<(), TrainError> {
    synthetic::check(&config.attributes).map_err(|error| {
        TrainError::Usage(format!(
            "{error}; the settings mix them in (data.synthetic_share = {}): to train on your pictures alone, \
             add --set data.synthetic_share=0",
            config.data.synthetic_share
        ))
    })
}

/// Draws from real faces and from the share of procedural ones that the settings ask for.
pub(super) fn sampler(
    config: &Config,
    data: &DataSet,
    stop: &AtomicBool,
) -> Result<Sampler, TrainError> {
    let share = config.data.synthetic_share;
    let synthetic = if share > 0.0 && data.layout != Layout::Synthetic {
        let count = config.data.synthetic_faces_per_domain;
        let (architecture, attributes) = (config.picture_architecture(), &config.attributes);
        let faces = synthetic::render_until(&architecture, attributes, count, config.seed, stop)?;
        Some(SyntheticFaces { faces, share })
    } else {
        None
    };
    Ok(Sampler {
        real: data.train.clone(),
        synthetic,
        twins: twins(config, data)?,
        targets: config.data.targets,
        augmentation: config.data.augmentation,
        seed: config.seed,
    })
}

/// The twins that losses on counterfactual pairs need; they are in no other layout.
fn twins(config: &Config, data: &DataSet) -> Result<Option<Twins>, TrainError> {
    let loss = &config.loss;
    if !loss.know_the_truth() {
        return Ok(None);
    }
    let Some(listing) = &data.listing else {
        return Err(TrainError::Usage(format!(
            "loss.counterfactual and loss.true_displacement: found {} data, expected a folder of `faces render`",
            data.layout
        )));
    };
    Twins::open(listing, &data.train, loss.true_displacement > 0.0).map(Some)
}

/// A run that is resumed with other data keeps its classifiers, and says so.
fn other_data(run: &RunFolder) -> Result<OtherData, TrainError> {
    Ok(match run.newest_checkpoint()? {
        Some(_) => OtherData::Warned,
        None => OtherData::Refused,
    })
}

/// The run's attribute classifier, trained unless the run folder has it.
pub(super) fn classifier(
    config: &Config,
    sampler: &Sampler,
    data: &DataSet,
    run: &RunFolder,
    device: Device,
    stop: &AtomicBool,
) -> Result<StoredClassifier, TrainError> {
    classifier::load_or_train(
        &config.architecture,
        &config.attributes,
        &config.classifier,
        sampler,
        ClassifierFile {
            path: &run.path("classifier/classifier.safetensors"),
            data_digest: &data.digest,
            other_data: other_data(run)?,
        },
        device,
        classifier::Job {
            name: "classifier",
            network: ClassifierNetwork::Plain,
            stop,
        },
    )
}

/// The place for a classifier that rank 0 trains or reads.
pub(super) fn empty_classifier(config: &Config, device: Device) -> StoredClassifier {
    let mut classifier = StoredClassifier::new(&config.architecture, &config.attributes, device);
    classifier.store.freeze();
    classifier
}

/// The judge of the evaluations, another network than the run's classifier; none where nothing is
/// evaluated.
pub(super) fn judge(
    config: &Config,
    data: &DataSet,
    run: &RunFolder,
    device: Device,
    stop: &AtomicBool,
) -> Result<Option<StoredClassifier>, TrainError> {
    if config.evaluation.interval == 0 || data.test.is_none() {
        return Ok(None);
    }
    let sampler = Sampler {
        real: data.train.clone(),
        synthetic: None,
        twins: None,
        targets: config.data.targets,
        augmentation: config.data.augmentation,
        seed: config.seed ^ JUDGE_SEED,
    };
    let training = ClassifierConfig {
        steps: config.evaluation.judge_steps,
        ..config.classifier
    };
    let judge = classifier::load_or_train(
        &config.architecture,
        &config.attributes,
        &training,
        &sampler,
        ClassifierFile {
            path: &run.path("classifier/judge.safetensors"),
            data_digest: &data.digest,
            other_data: other_data(run)?,
        },
        device,
        classifier::Job {
            name: "judge",
            network: ClassifierNetwork::Plain,
            stop,
        },
    )?;
    Ok(Some(judge))
}
