//! `trainer eval`: a checkpoint judged on the test faces.

use super::{
    Estimate, Estimates, Evaluation, Features,
    classifier::{self, ClassifierFile},
    film::Films,
    identity::Likeness,
    purpose::OtherData,
};
use crate::{
    checkpoint,
    config::{Augmentation, ClassifierConfig, EvaluationConfig, Targets},
    data::{DataSet, FaceSet, Rendering, Sampler},
    device::DeviceChoice,
    editing::BatchEditor,
    error::TrainError,
    networks::{ClassifierNetwork, InceptionV3, StoredClassifier},
    stop, weights,
};
use std::path::{Path, PathBuf};

/// The arguments of `trainer eval`.
#[derive(Debug, Clone)]
pub(crate) struct EvaluateRequest {
    /// Checkpoint folder.
    pub checkpoint: PathBuf,
    /// Data with training and test faces.
    pub data: PathBuf,
    /// The judge's weights: used when there, else trained and written there.
    pub judge: PathBuf,
    /// How the judge is trained.
    pub judge_training: ClassifierConfig,
    /// Seed of the judge; another than the model's, so that it is another network.
    pub judge_seed: u64,
    /// How many faces, and the rows that edits belong to.
    pub settings: EvaluationConfig,
    /// torchvision `inception_v3` weights, for the Fréchet inception distance.
    pub inception: Option<PathBuf>,
    /// The identity network's weights: used when there, else trained and written there.
    pub identity: Option<PathBuf>,
    /// How many drawn people are filmed, for the flicker of edits.
    pub film_people: usize,
    /// Whether the figures are written into the checkpoint, for its model card.
    pub record: bool,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// Procedural faces per domain that a judge is trained on when the data are procedural.
const SYNTHETIC_FACES: usize = 600;

/// Judges a checkpoint on the test split by a classifier that never saw the generator: the figures of
/// [`Evaluation::measure`], of [`Films::measure`], and
///
/// - `judge_accuracy.ATTRIBUTE`, `classifier_accuracy.ATTRIBUTE`: share of untouched test faces whose value the judge, the
///   model's own classifier, recognises.
///
/// # Errors
/// [`TrainError`].
pub(crate) fn evaluate(request: &EvaluateRequest) -> Result<Estimates, TrainError> {
    let device = request.device.resolve()?;
    let model = checkpoint::load(&request.checkpoint, device)?;
    // Before the judge is trained: a wrong path should not cost that time.
    let inception = request
        .inception
        .as_ref()
        .map(|path| InceptionV3::load(path, device))
        .transpose()?;
    let architecture = &classifier::architecture_with_classifier(&model.spec.architecture);
    let attributes = &model.spec.attributes;
    let rendering = Rendering {
        faces_per_domain: SYNTHETIC_FACES,
        seed: request.judge_seed,
    };
    let data = DataSet::open(&request.data, architecture, attributes, rendering)?;
    let Some(test) = &data.test else {
        return Err(TrainError::Data {
            path: request.data.clone(),
            reason: "found no test faces, expected a test/ folder".into(),
        });
    };
    check_counts(test, &attributes.domain_names(), &request.data)?;
    let identity = request.identity.as_ref();
    let identity = identity
        .map(|path| Likeness::open(&request.data, path, device))
        .transpose()?;
    let sampler = Sampler {
        real: data.train.clone(),
        synthetic: None,
        twins: None,
        augmentation: Augmentation::default(),
        targets: Targets::Any,
        seed: request.judge_seed,
    };
    let judge = classifier::load_or_train(
        architecture,
        attributes,
        &request.judge_training,
        &sampler,
        ClassifierFile {
            path: &request.judge,
            data_digest: &data.digest,
            other_data: OtherData::Refused,
        },
        device,
        classifier::Job {
            name: "judge",
            network: ClassifierNetwork::Plain,
            stop: &stop::NEVER,
        },
    )?;
    if let Some(own) = &model.classifier
        && are_equal(&judge, own)
    {
        return Err(TrainError::Weights {
            path: request.judge.clone(),
            reason: format!(
                "found the classifier of {}, expected one that the editor was not trained with: it would judge its \
                 own lessons",
                request.checkpoint.display()
            ),
        });
    }
    let features = match inception {
        Some(network) => Features::Inception(network),
        None => Features::Judge(&judge.network),
    };
    let evaluation = Evaluation {
        judge: &judge.network,
        faces: test,
        twins: data.test_twins,
        attributes,
        settings: &request.settings,
        features: Some(&features),
        identity: identity.as_ref(),
        stop: &stop::NEVER,
    };
    let editor = BatchEditor {
        editor: &model.editor.networks,
        face_mask: model.face_mask.as_ref(),
        device,
    };
    let mut figures = evaluation.measure(&editor)?;
    let films = Films {
        architecture,
        attributes,
        framing: model.spec.framing,
        people: request.film_people,
    };
    figures.extend(films.measure(&editor));
    if let Some(identity) = &identity {
        figures.extend(identity.verification.named());
    }
    let own = model.classifier.as_ref();
    let own = own.map(|own| ("classifier_accuracy", &own.network));
    for (name, network) in [("judge_accuracy", &judge.network)].into_iter().chain(own) {
        let accuracies = classifier::accuracy(network, test, attributes, device);
        for (accuracy, attribute) in accuracies.into_iter().zip(attributes.names()) {
            figures.insert(format!("{name}.{attribute}"), Estimate::exact(accuracy));
        }
    }
    if request.record {
        let mut spec = model.spec;
        let values = figures.iter();
        let values = values.map(|(name, figure)| (name.clone(), figure.value));
        spec.provenance.metrics.extend(values);
        spec.save(&request.checkpoint)?;
    }
    Ok(figures)
}

/// Refuses domains with too few faces for a covariance, without which there is no Fréchet distance.
fn check_counts(test: &FaceSet, domains: &[String], data: &Path) -> Result<(), TrainError> {
    const LEAST: usize = 2;
    let counts = domains.iter().enumerate();
    let mut counts = counts.map(|(domain, name)| (name, test.count(domain)));
    match counts.find(|&(_, count)| count < LEAST) {
        Some((name, count)) => Err(TrainError::Data {
            path: data.into(),
            reason: format!("found {count} test face in domain {name:?}, expected {LEAST} or more"),
        }),
        None => Ok(()),
    }
}

/// Whether two classifiers have the same weights.
fn are_equal(one: &StoredClassifier, other: &StoredClassifier) -> bool {
    let [one, other] = [one, other].map(|it| weights::of_store(&it.store, ""));
    let mut tensors = one.iter();
    one.len() == other.len()
        && tensors.all(|(name, tensor)| {
            let found = other.get(name);
            found.is_some_and(|it| it.size() == tensor.size() && it.equal(tensor))
        })
}
