//! `trainer judge`: a judge for `eval` and `compare`, and where it and the labels differ.

use super::{
    Estimate, Estimates,
    classifier::{self, ClassifierFile, Job},
    interval::values,
    purpose::OtherData,
};
use crate::{
    config::{Augmentation, ClassifierConfig, Targets},
    data::{
        DataSet, FaceSet, Rendering, Sampler,
        contact_sheet::{self, COLUMNS, Row},
        picture,
    },
    device::DeviceChoice,
    error::TrainError,
    networks::{Classifier, ClassifierNetwork, StoredClassifier},
    stop,
};
use model_spec::{Architecture, AttributeSet};
use std::path::{Path, PathBuf};
use tch::Device;

/// Seed of the judge: any but a model's own makes it a different network.
pub(super) const JUDGE_SEED: u64 = 2_000_003;
/// Procedural faces per domain where the data are procedural.
const SYNTHETIC_FACES: usize = 600;
/// Rows of every kind of mistake on the sheet.
const ROWS: usize = 3;

/// How the faces of judges are varied: photographs are framed by another program than their data.
pub(super) const VARIED: Augmentation = Augmentation {
    crop_probability: 0.0,
    roll_degrees: 8.0,
    zoom: 0.12,
    shift: 0.05,
    contrast: 0.25,
    brightness: 0.12,
    tint: 0.05,
    burnt_probability: 0.0,
    cover_probability: 0.0,
    difference_dropout: 0.0,
};

/// The arguments of `trainer judge`.
#[derive(Debug, Clone)]
pub(crate) struct JudgeRequest {
    /// Data with training and test faces.
    pub data: PathBuf,
    /// Their attributes.
    pub attributes: AttributeSet,
    /// Image size and colour of what it sees, and the width of a plain one.
    pub architecture: Architecture,
    /// What a new judge computes with.
    pub network: ClassifierNetwork,
    /// How a new judge is trained.
    pub training: ClassifierConfig,
    /// The judge's weights: used when there, else trained and written there.
    pub out: PathBuf,
    /// Picture of the faces of which it says something else than their labels, if wanted.
    pub confusions: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// How a judge comes about that sees pictures of other programs, and need not be the judge of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct JudgeLesson<'a> {
    /// Image size and colour of what it sees, and the width of a plain one.
    pub architecture: &'a Architecture,
    pub attributes: &'a AttributeSet,
    /// What a new one computes with.
    pub network: ClassifierNetwork,
    /// How a new one is trained.
    pub training: &'a ClassifierConfig,
    /// Its weights: used when there, else trained and written there.
    pub path: &'a Path,
}

impl JudgeLesson<'_> {
    /// The judge, having learnt from `faces` of the data with `digest`.
    ///
    /// # Errors
    /// [`TrainError`] naming a file that is something else, or of other data.
    pub fn learn(
        self,
        faces: &FaceSet,
        digest: &str,
        device: Device,
    ) -> Result<StoredClassifier, TrainError> {
        let sampler = Sampler {
            real: faces.clone(),
            synthetic: None,
            twins: None,
            augmentation: VARIED,
            targets: Targets::Any,
            seed: JUDGE_SEED,
        };
        classifier::load_or_train(
            self.architecture,
            self.attributes,
            self.training,
            &sampler,
            ClassifierFile {
                path: self.path,
                data_digest: digest,
                other_data: OtherData::Refused,
            },
            device,
            Job {
                name: "judge",
                network: self.network,
                stop: &stop::NEVER,
            },
        )
    }
}

/// Trains a judge on the training faces and tries it on the test faces.
///
/// - `judge_accuracy.ATTRIBUTE`: share of test faces of which it says what their labels say;
/// - `confused.OFF_as_ON`, and back: share of the faces labelled OFF that it calls ON.
///
/// # Errors
/// [`TrainError`] for data without test faces, and for files that are something else.
pub(crate) fn judge(request: &JudgeRequest) -> Result<Estimates, TrainError> {
    let device = request.device.resolve()?;
    if let Some(path) = &request.confusions {
        // Before the training, not after it.
        output::check_file(path, picture::is_own)?;
    }
    let JudgeRequest {
        architecture,
        attributes,
        ..
    } = request;
    let rendering = Rendering {
        faces_per_domain: SYNTHETIC_FACES,
        seed: JUDGE_SEED,
    };
    let data = DataSet::open(&request.data, architecture, attributes, rendering)?;
    let test = data.test.ok_or_else(|| TrainError::Data {
        path: request.data.clone(),
        reason: "found no test faces, expected some to try the judge on".into(),
    })?;
    let lesson = JudgeLesson {
        architecture,
        attributes,
        network: request.network,
        training: &request.training,
        path: &request.out,
    };
    let judge = lesson.learn(&data.train, &data.digest, device)?;
    let mut estimates = Estimates::new();
    let mut rows = Vec::new();
    for attribute in 0..attributes.len() {
        let verdicts = Verdicts::of(&judge.network, &test, attribute, device);
        let [off, on] = {
            let of = &attributes.as_slice()[attribute];
            [&of.off, &of.on]
        };
        let name = attributes.names()[attribute];
        let right = verdicts.right.concat();
        estimates.insert(format!("judge_accuracy.{name}"), Estimate::mean(&right));
        for (value, [is, called]) in [[off, on], [on, off]].into_iter().enumerate() {
            let wrong: Vec<f64> = verdicts.right[value].iter().map(|it| 1.0 - it).collect();
            let confused = format!("{is}_as_{called}");
            estimates.insert(format!("confused.{confused}"), Estimate::mean(&wrong));
            let mistakes = verdicts.mistakes(value, ROWS * COLUMNS);
            for faces in mistakes.chunks(COLUMNS) {
                let faces = faces.iter().map(|&(domain, face)| {
                    let position = test.position(domain, face);
                    picture::from_tensor(&test.images(&[position]).get(0))
                        .map_err(TrainError::torch("reading a face"))
                });
                rows.push(Row {
                    name: confused.clone(),
                    faces: faces.collect::<Result<_, _>>()?,
                });
            }
        }
    }
    match &request.confusions {
        Some(path) if rows.is_empty() => {
            let path = path.display();
            log::info!("{path}: not written, as the judge believes every label");
        }
        Some(path) => {
            let side = architecture.image_size as u32;
            picture::write(path, &contact_sheet::picture(&rows, side))?;
        }
        None => {}
    }
    Ok(estimates)
}

/// What a judge says of an attribute of faces, apart by their labels: `off`, `on`.
struct Verdicts {
    /// 1 where it says what the label says, else 0.
    right: [Vec<f64>; 2],
    /// Logit against the label, domain and number of every face: the higher, the surer a mistake.
    against: [Vec<(f64, usize, usize)>; 2],
}

impl Verdicts {
    fn of(judge: &Classifier, faces: &FaceSet, attribute: usize, device: Device) -> Self {
        let mut verdicts = Self {
            right: [Vec::new(), Vec::new()],
            against: [Vec::new(), Vec::new()],
        };
        for domain in 0..faces.domains() {
            let images = faces.of_domain(domain, usize::MAX);
            let logits = judge.logits_of_all(&images, device);
            let is_on = AttributeSet::is_on(domain, attribute);
            let sign = if is_on { 1.0 } else { -1.0 };
            for (face, logit) in values(&logits.select(1, attribute as i64))
                .into_iter()
                .enumerate()
            {
                let value = usize::from(is_on);
                // A judge calls a face `on` above 0 only.
                let right = (logit > 0.0) == is_on;
                verdicts.right[value].push(f64::from(right));
                verdicts.against[value].push((-sign * logit, domain, face));
            }
        }
        for faces in &mut verdicts.against {
            faces.sort_by(|a, b| b.0.total_cmp(&a.0));
        }
        verdicts
    }

    /// Domain and number of the faces labelled with `value` that the judge is surest are none, at most `count`.
    fn mistakes(&self, value: usize, count: usize) -> Vec<(usize, usize)> {
        let wrong = self.right[value].iter().filter(|&&right| right == 0.0);
        let count = wrong.count().min(count);
        let surest = self.against[value][..count].iter();
        surest.map(|&(_, domain, face)| (domain, face)).collect()
    }
}
