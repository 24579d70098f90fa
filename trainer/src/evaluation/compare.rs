//! `trainer compare`: edits by any method, as pictures, judged by a classifier of its own.

use super::{
    Estimate,
    classifier::{self, ClassifierFile, Job},
    frechet,
    metrics::Rows,
    pairs::Pairs,
    purpose::OtherData,
};
use crate::{
    config::{Augmentation, ClassifierConfig, EvaluationConfig, Targets},
    data::{DataSet, Rendering, Sampler, Split, picture},
    device::DeviceChoice,
    error::TrainError,
    networks::{Classifier, InceptionV3},
    stop,
};
use model_spec::{Architecture, AttributeSet};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tch::{Device, Kind, Tensor};

/// The arguments of `trainer compare`.
#[derive(Debug, Clone)]
pub(crate) struct CompareRequest {
    /// Folders of pairs, from the weakest edit to the strongest; the last one is judged, all give monotonicity.
    pub pairs: Vec<PathBuf>,
    /// Data that the judge learns from.
    pub data: PathBuf,
    /// Which split of it.
    pub split: Split,
    /// Attributes of that data.
    pub attributes: AttributeSet,
    /// Name of the attribute that was edited.
    pub attribute: String,
    /// The judge's networks shape; its image size is that of the pictures it sees.
    pub architecture: Architecture,
    /// The judge's weights: used when there, else trained and written there.
    pub judge: PathBuf,
    /// How the judge is trained.
    pub judge_training: ClassifierConfig,
    /// Rows that edits belong to.
    pub settings: EvaluationConfig,
    /// torchvision `inception_v3` weights, for the Fréchet inception distance.
    pub inception: Option<PathBuf>,
    /// Folder for sheets of the best, median and worst edits, and `compare.json`.
    pub out: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// Figures by name, each with its interval.
pub(crate) type Estimates = BTreeMap<String, Estimate>;

/// Share of the untouched pictures of every domain that a judge must recognise.
const LEAST_ACCURACY: f64 = 0.85;
/// Seed of the judge: any but a model's own makes it a different network.
const JUDGE_SEED: u64 = 2_000_003;
/// Pairs on a sheet.
const ON_SHEET: usize = 12;
/// Pairs side by side on a sheet.
const COLUMNS: usize = 3;

/// Judges pictures before and after an edit of one attribute.
///
/// For every domain FROM that differs from TO in this attribute:
/// - `judge_accuracy.FROM`: share of untouched pictures that the judge recognises;
/// - `edit_success.FROM_to_TO`: share of edits in which the judge sees the other value;
/// - `change_ratio.FROM_to_TO`: change of the rows to keep, as a share of the change of the edited rows;
/// - `feature_similarity.FROM_to_TO`, where Inception v3's weights are given: mean cosine between its features of
///   both pictures, for want of an identity network: 1 is the same picture, and
///   `feature_similarity.strangers.FROM` is what two people come to;
/// - `frechet_inception_distance…`, or on the judge's features `frechet_judge_distance.FROM_to_TO`, from the edits
///   to the real faces of the target domain in the judge's data, and `.FROM_before` from the untouched pictures
///   to the real faces of their own;
/// - `monotonicity.FROM_to_TO`: share of steps of strength at which the judge's logit does not fall.
///
/// # Errors
/// [`TrainError::Data`] for pairs that are missing, [`TrainError::Usage`] for a judge that recognises less than
/// 85 % of the untouched pictures of a domain.
pub(crate) fn compare(request: &CompareRequest) -> Result<Estimates, TrainError> {
    let device = request.device.resolve()?;
    let bit = request.attributes.position(&request.attribute)?;
    let directions = directions(request, bit)?;
    let inception = request.inception.as_ref();
    let inception = inception
        .map(|path| InceptionV3::load(path, device))
        .transpose()?;
    let data = DataSet::open(
        &request.data,
        &request.architecture,
        &request.attributes,
        Rendering {
            faces_per_domain: 0,
            seed: JUDGE_SEED,
        },
    )?;
    let faces = match request.split {
        Split::Train => &data.train,
        Split::Test => data.test.as_ref().ok_or_else(|| TrainError::Data {
            path: request.data.clone(),
            reason: "found no test faces, expected some for the judge".into(),
        })?,
    };
    let sampler = Sampler {
        real: faces.clone(),
        synthetic: None,
        augmentation: VARIED,
        targets: Targets::Any,
        seed: JUDGE_SEED,
    };
    // A judge of `trainer eval` has learnt from the training faces, too, and serves as well.
    let digest = match request.split {
        Split::Train => data.digest.clone(),
        Split::Test => format!("test {}", data.digest),
    };
    let judge = classifier::load_or_train(
        &request.architecture,
        &request.attributes,
        &request.judge_training,
        &sampler,
        ClassifierFile {
            path: &request.judge,
            data_digest: &digest,
            other_data: OtherData::Refused,
        },
        device,
        Job {
            name: "judge",
            stop: &stop::NEVER,
        },
    )?;
    let features = match inception {
        Some(network) => Features::Inception(network),
        None => Features::Judge(&judge.network),
    };
    let comparison = Comparison {
        request,
        judge: &judge.network,
        features: &features,
        bit,
        device,
    };
    let mut estimates = Estimates::new();
    let mut judged = Vec::new();
    for direction in &directions {
        judged.push(comparison.untouched(direction, &mut estimates)?);
    }
    comparison.require_accuracy(&estimates)?;
    // Once: every domain is where one direction comes from and where another goes.
    let real = (0..faces.domains())
        .map(|domain| features.of(&faces.of_domain(domain, usize::MAX), device))
        .collect::<Vec<_>>();
    for (direction, before) in directions.iter().zip(judged) {
        comparison.edits(direction, &before, &real, &mut estimates)?;
    }
    if let Some(out) = &request.out {
        save(out, &estimates)?;
    }
    Ok(estimates)
}

/// How the judge's faces are varied: photographs are framed by another program than its data.
const VARIED: Augmentation = Augmentation {
    crop_probability: 0.0,
    roll_degrees: 8.0,
    zoom: 0.12,
    shift: 0.05,
    contrast: 0.25,
    brightness: 0.12,
    tint: 0.05,
    cover_probability: 0.0,
};

/// Pictures of one domain, edited towards another.
struct Direction {
    source: usize,
    target: usize,
    /// By rising strength.
    pairs: Vec<Pairs>,
}

/// Both directions of every domain whose pictures are there.
fn directions(request: &CompareRequest, bit: usize) -> Result<Vec<Direction>, TrainError> {
    let attributes = &request.attributes;
    let judged = request
        .pairs
        .last()
        .ok_or_else(|| TrainError::Usage("--pairs: found none".into()))?;
    let mut directions = Vec::new();
    for source in 0..attributes.domain_count() {
        let name = attributes.domain_name(source);
        // With several attributes not every combination needs pictures, but each value of the edited one does.
        if attributes.len() > 1 && !judged.join(&name).exists() {
            continue;
        }
        let pairs = request
            .pairs
            .iter()
            .map(|folder| Pairs::list(folder, &name));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        for (folder, other) in request.pairs.iter().zip(&pairs) {
            if pairs
                .last()
                .is_some_and(|judged| judged.names != other.names)
            {
                return Err(TrainError::Data {
                    path: folder.join(&name),
                    reason: format!(
                        "found other pictures than in {}, expected the same",
                        judged.join(&name).display()
                    ),
                });
            }
        }
        directions.push(Direction {
            source,
            target: source ^ (1 << bit),
            pairs,
        });
    }
    if directions.is_empty() {
        let names = attributes.domain_names().join(", ");
        return Err(TrainError::Data {
            path: judged.clone(),
            reason: format!("found no folder of a domain, expected some of {names}"),
        });
    }
    Ok(directions)
}

/// What pictures are compared by.
enum Features<'a> {
    Inception(InceptionV3),
    Judge(&'a Classifier),
}

impl Features<'_> {
    fn distance_name(&self) -> &'static str {
        match self {
            Self::Inception(_) => "frechet_inception_distance",
            Self::Judge(_) => "frechet_judge_distance",
        }
    }

    /// `x [N,C,S,S]` -> `[N,d]` on the CPU.
    fn of(&self, x: &Tensor, device: Device) -> Tensor {
        match self {
            Self::Inception(network) => frechet::features(network, x, device),
            Self::Judge(network) => network.features_of_all(x, device),
        }
    }
}

struct Comparison<'a> {
    request: &'a CompareRequest,
    judge: &'a Classifier,
    features: &'a Features<'a>,
    bit: usize,
    device: Device,
}

impl Comparison<'_> {
    fn name(&self, domain: usize) -> String {
        self.request.attributes.domain_name(domain)
    }

    /// The judge's logits of the attribute's value in `domain`, picture by picture.
    fn logits(&self, images: &Tensor, domain: usize) -> Vec<f64> {
        let sign = if AttributeSet::is_on(domain, self.bit) {
            1.0
        } else {
            -1.0
        };
        let logits = self
            .judge
            .logits_of_all(images, self.device)
            .select(1, self.bit as i64)
            * sign;
        values(&logits)
    }

    /// Reads the untouched pictures and notes how many of them the judge recognises.
    fn untouched(
        &self,
        direction: &Direction,
        estimates: &mut Estimates,
    ) -> Result<Tensor, TrainError> {
        let (pairs, _) = strongest(&direction.pairs);
        let before = pairs.before(&self.request.architecture)?;
        let right = hits(&self.logits(&before, direction.source));
        estimates.insert(
            format!("judge_accuracy.{}", self.name(direction.source)),
            Estimate::mean(&right),
        );
        Ok(before)
    }

    fn require_accuracy(&self, estimates: &Estimates) -> Result<(), TrainError> {
        match estimates
            .iter()
            .find(|(_, accuracy)| accuracy.value < LEAST_ACCURACY)
        {
            None => Ok(()),
            Some((name, accuracy)) => Err(TrainError::Usage(format!(
                "{}: {name} is {:.1} % on the untouched pictures, expected at least {:.0} %: this judge's word on \
                 edits means nothing; give it more or other data, or more --judge-steps, or check the labels",
                self.request.judge.display(),
                100.0 * accuracy.value,
                100.0 * LEAST_ACCURACY
            ))),
        }
    }

    /// `real` are the features of the judge's own faces, by domain.
    fn edits(
        &self,
        direction: &Direction,
        before: &Tensor,
        real: &[Tensor],
        estimates: &mut Estimates,
    ) -> Result<(), TrainError> {
        let path = format!(
            "{}_to_{}",
            self.name(direction.source),
            self.name(direction.target)
        );
        let (pairs, weaker) = strongest(&direction.pairs);
        let architecture = &self.request.architecture;
        let after = pairs.after(architecture)?;
        let scores = self.logits(&after, direction.target);
        estimates.insert(
            format!("edit_success.{path}"),
            Estimate::mean(&hits(&scores)),
        );

        let rows = Rows::of(&self.request.settings, &self.request.attribute);
        let [edited, kept] =
            [rows.edited, rows.kept].map(|rows| values(&rows.change(before, &after)));
        let ratio = Estimate::bootstrap(edited.len(), |faces| {
            let sum = |changes: &[f64]| faces.iter().map(|&face| changes[face]).sum::<f64>();
            sum(&kept) / sum(&edited).max(f64::EPSILON)
        });
        estimates.insert(format!("change_ratio.{path}"), ratio);

        let features = |x: &Tensor| self.features.of(x, self.device);
        let (was, is) = (features(before), features(&after));
        // The judge's features are about the attribute: an edit should change just them.
        if let Features::Inception(_) = self.features {
            let own = values(&cosine(&was, &is));
            let strangers = values(&cosine(&was, &was.roll([1].as_slice(), [0].as_slice())));
            let name = format!("feature_similarity.{path}");
            estimates.insert(name, Estimate::mean(&own));
            let name = format!(
                "feature_similarity.strangers.{}",
                self.name(direction.source)
            );
            estimates.insert(name, Estimate::mean(&strangers));
        }
        // A covariance needs two.
        if pairs.names.len() > 1 {
            let mut distance = |name: String, a: &Tensor, b: &Tensor| -> Result<(), TrainError> {
                let value = frechet::distance(a, b)?;
                let name = format!("{}.{name}", self.features.distance_name());
                // One number of all pictures, which a resample with repeated pictures would bias.
                estimates.insert(
                    name,
                    Estimate {
                        value,
                        low: f64::NAN,
                        high: f64::NAN,
                    },
                );
                Ok(())
            };
            distance(path.clone(), &is, &real[direction.target])?;
            distance(
                format!("{}_before", self.name(direction.source)),
                &was,
                &real[direction.source],
            )?;
        }

        let mut sweep = vec![self.logits(before, direction.target)];
        for pairs in weaker {
            sweep.push(self.logits(&pairs.after(architecture)?, direction.target));
        }
        sweep.push(scores.clone());
        let rising: Vec<f64> = (0..pairs.names.len())
            .map(|face| {
                let rises = sweep
                    .windows(2)
                    .filter(|step| step[1][face] >= step[0][face]);
                rises.count() as f64 / (sweep.len() - 1) as f64
            })
            .collect();
        estimates.insert(format!("monotonicity.{path}"), Estimate::mean(&rising));
        match &self.request.out {
            Some(out) => sheets(out, &path, pairs, &scores),
            None => Ok(()),
        }
    }
}

/// The strongest edits, and the weaker ones.
fn strongest(pairs: &[Pairs]) -> (&Pairs, &[Pairs]) {
    pairs
        .split_last()
        .unwrap_or_else(|| unreachable!("a direction has pairs"))
}

fn values(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor
        .to_device(Device::Cpu)
        .to_kind(Kind::Double)
        .contiguous();
    Vec::try_from(tensor).unwrap_or_else(|_| unreachable!("a tensor of one dimension"))
}

fn hits(logits: &[f64]) -> Vec<f64> {
    logits.iter().map(|&logit| f64::from(logit > 0.0)).collect()
}

/// Row by row: `a`, `b [N,d]` -> `[N]`.
fn cosine(a: &Tensor, b: &Tensor) -> Tensor {
    Tensor::cosine_similarity(a, b, 1, 1e-8)
}

/// The best, median and worst edits in the judge's eyes.
fn sheets(out: &Path, path: &str, pairs: &Pairs, scores: &[f64]) -> Result<(), TrainError> {
    fs::create_dir_all(out).map_err(|error| TrainError::io(out, error))?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let shown = ON_SHEET.min(order.len());
    let middle = (order.len() - shown) / 2;
    for (name, first) in [
        ("best", 0),
        ("median", middle),
        ("worst", order.len() - shown),
    ] {
        let sheet = pairs.sheet(&order[first..first + shown], COLUMNS)?;
        picture::write(&out.join(format!("{path}.{name}.png")), &sheet)?;
    }
    Ok(())
}

/// `compare.json`: name to value, low and high.
fn save(out: &Path, estimates: &Estimates) -> Result<(), TrainError> {
    let figures: BTreeMap<&String, [Option<f64>; 3]> = estimates
        .iter()
        .map(|(name, estimate)| {
            let parts = [estimate.value, estimate.low, estimate.high];
            (name, parts.map(|part| part.is_finite().then_some(part)))
        })
        .collect();
    let path = out.join("compare.json");
    let text = serde_json::to_string_pretty(&figures)
        .map_err(|error| TrainError::io(&path, error.into()))?;
    fs::create_dir_all(out).map_err(|error| TrainError::io(out, error))?;
    Ok(output::write(&path, (text + "\n").as_bytes(), is_own)?)
}

/// Accepts the figures of an earlier comparison.
fn is_own(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let figures: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let judged = figures
        .keys()
        .any(|name| name.starts_with("judge_accuracy."));
    judged
        .then_some(())
        .ok_or_else(|| "a file without judge_accuracy".into())
}
