//! `trainer eval`: does an edit work, and does it leave the rest alone?

use crate::{
    checkpoint::{self, Loaded},
    classify,
    config::{ClassifierConfig, Targets},
    cuda,
    data::{FaceSet, Sampler, folder::Folder},
    error::TrainError,
    losses::mean_absolute,
    networks::Editor,
};
use model_spec::AttributeSet;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use tch::{Device, Kind, Tensor};

/// Images edited at once.
const EDITED_AT_ONCE: i64 = 128;
/// Rows above this share of the image are "above the eyes" in a detector's tight crop.
const EYE_LINE: f64 = 0.3;
/// Rows below this share of the image are "below the nose".
const NOSE_LINE: f64 = 0.62;

/// What `trainer eval` was asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// Checkpoint folder.
    pub checkpoint: PathBuf,
    /// Data folder with `train/` and `test/`.
    pub data: PathBuf,
    /// The judge's weights: used when there, else trained and written there.
    pub judge: PathBuf,
    /// How the judge is trained.
    pub judge_training: ClassifierConfig,
    /// Seed of the judge; another than the model's, so that it is another network.
    pub judge_seed: u64,
    /// Whether the figures are written into the checkpoint, for its model card.
    pub record: bool,
}

/// Figures by name, as they go into a model card. Shares are 0 to 1; changes are mean absolute
/// differences in units of the whole pixel range (0 to 1).
pub type Metrics = BTreeMap<String, f64>;

/// Judges a checkpoint on the test split by a classifier that never saw the generator.
///
/// # Errors
/// [`TrainError`].
pub fn evaluate(request: &Request) -> Result<Metrics, TrainError> {
    let device = cuda::device();
    let model = checkpoint::load(&request.checkpoint, device)?;
    let (architecture, attributes) = (&model.spec.architecture, &model.spec.attributes);
    let test = Folder::open(&request.data, "test", attributes)?.read(architecture)?;
    // Only a judge that is still to be trained needs the training faces.
    let train = if request.judge.exists() {
        None
    } else {
        Some(Folder::open(&request.data, "train", attributes)?.read(architecture)?)
    };
    let sampler = Sampler {
        real: train.as_ref().unwrap_or(&test),
        synthetic: None,
        targets: Targets::Any,
        seed: request.judge_seed,
        device,
    };
    let judge = classify::load_or_train(
        architecture,
        attributes,
        &request.judge_training,
        &sampler,
        &request.judge,
    )?;
    let mut metrics = Metrics::new();
    let judges = [
        ("judge_accuracy", &judge.network),
        ("classifier_accuracy", &model.classifier.network),
    ];
    for (name, network) in judges {
        let accuracies = classify::accuracy(network, &test, attributes, device);
        for (accuracy, attribute) in accuracies.into_iter().zip(attributes.names()) {
            metrics.insert(format!("{name}.{attribute}"), accuracy);
        }
    }
    for source in 0..attributes.domain_count() {
        for attribute in 0..attributes.len() {
            let direction = Direction::new(attributes, source, attribute);
            direction.measure(&model, &judge.network, &test, device, &mut metrics);
        }
    }
    if request.record {
        record(&request.checkpoint, model, &metrics)?;
    }
    Ok(metrics)
}

/// One attribute moved to its other value, from one domain.
struct Direction {
    source: usize,
    attribute: usize,
    strengths: Vec<f32>,
    to_on: bool,
    name: String,
}

impl Direction {
    fn new(attributes: &AttributeSet, source: usize, attribute: usize) -> Self {
        let to_on = !AttributeSet::is_on(source, attribute);
        let mut strengths = vec![0.0; attributes.len()];
        strengths[attribute] = if to_on { 1.0 } else { -1.0 };
        let target = source ^ (1 << attribute);
        let (from, to) = (
            attributes.domain_name(source),
            attributes.domain_name(target),
        );
        Self {
            source,
            attribute,
            strengths,
            to_on,
            name: format!("{from}_to_{to}"),
        }
    }

    fn measure(
        &self,
        model: &Loaded,
        judge: &crate::networks::Classifier,
        test: &FaceSet,
        device: Device,
        metrics: &mut Metrics,
    ) {
        let faces = test.of_domain(self.source, usize::MAX);
        let edited = self.edit(&model.editor.networks, &faces, &self.strengths, device);
        let logits = classify::judge(judge, &edited, device).select(1, self.attribute as i64);
        let hit = if self.to_on {
            logits.gt(0.0)
        } else {
            logits.le(0.0)
        };
        let mut insert = |name: &str, value: &Tensor| {
            metrics.insert(
                format!("{name}.{}", self.name),
                value.to_kind(Kind::Double).double_value(&[]),
            );
        };
        insert("edit_success", &hit.to_kind(Kind::Float).mean(Kind::Float));
        let size = faces.size()[2];
        let (eye_line, nose_line) = (share(size, EYE_LINE), share(size, NOSE_LINE));
        let change = |from: i64, to: i64| {
            let rows = |t: &Tensor| t.narrow(2, from, to - from) * 0.5;
            mean_absolute(&rows(&edited), &rows(&faces))
        };
        insert("change_above_eyes", &change(0, eye_line));
        insert("change_below_nose", &change(nose_line, size));
    }

    fn edit(&self, editor: &Editor, faces: &Tensor, strengths: &[f32], device: Device) -> Tensor {
        let parts: Vec<Tensor> = tch::no_grad(|| {
            faces
                .split(EDITED_AT_ONCE, 0)
                .iter()
                .map(|part| {
                    editor
                        .edit(&part.to_device(device), self.source, strengths, None)
                        .clamp(-1.0, 1.0)
                        .to_device(Device::Cpu)
                })
                .collect()
        });
        Tensor::cat(&parts, 0)
    }
}

fn share(size: i64, part: f64) -> i64 {
    (size as f64 * part).round() as i64
}

fn record(folder: &Path, model: Loaded, metrics: &Metrics) -> Result<(), TrainError> {
    let mut spec = model.spec;
    spec.provenance.metrics.extend(metrics.clone());
    Ok(spec.save(folder)?)
}
