//! `trainer compare`: edits by any method, as pictures, judged by a classifier of its own.

mod judged;
mod sheets;

use super::{
    Estimates,
    identity::Likeness,
    judge::{JUDGE_SEED, JudgeLesson},
    pairs::Pairs,
};
use crate::{
    config::{ClassifierConfig, EvaluationConfig},
    data::{DataSet, Rendering, Split},
    device::DeviceChoice,
    error::TrainError,
    networks::{ClassifierNetwork, InceptionV3},
};
use judged::Comparison;
pub(crate) use judged::Features;
use model_spec::{Architecture, AttributeSet};
use std::path::PathBuf;

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
    /// The identity network's weights: used when there, else trained and written there.
    pub identity: Option<PathBuf>,
    /// Whether the pictures of a domain are successive frames of one film, by name.
    pub film: bool,
    /// Whether the judge sees every pair in the light of its own faces.
    pub light: bool,
    /// Folder for sheets of the best, median and worst edits, and `compare.json`.
    pub out: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// Judges pictures before and after an edit of one attribute.
///
/// For every domain FROM that differs from TO in this attribute:
/// - `judge_accuracy.FROM`: share of untouched pictures that the judge recognises;
/// - `edit_success.FROM_to_TO`: share of edits in which the judge sees the other value;
/// - `change_ratio.FROM_to_TO`: change of the rows to keep, as a share of the change of the edited rows;
/// - `feature_similarity.FROM_to_TO`, where Inception v3's weights are given: mean cosine between its features of
///   both pictures, 1 is the same picture, and
///   `feature_similarity.strangers.FROM` is what two people come to;
/// - where an identity network is given: `identity_auc` and `identity_accuracy`, how well it tells the test people of
///   the data apart; `identity_similarity.FROM_to_TO`, mean cosine between its embeddings of both pictures; and for
///   comparison, that of two pictures of one of those people, `identity_similarity.same_person`, of two of them,
///   `identity_similarity.strangers`, and of two untouched pictures, `identity_similarity.strangers.FROM`;
/// - `frechet_inception_distance…`, or on the judge's features `frechet_judge_distance.FROM_to_TO`, from the edits
///   to the real faces of the target domain in the judge's data, and `.FROM_before` from the untouched pictures
///   to the real faces of their own;
/// - `structural_similarity.FROM_to_TO`: of the pictures before and after, 1 is the same picture;
/// - `monotonicity.FROM_to_TO`: share of steps of strength at which the judge's logit does not fall; with three folders
///   of pairs or more, `smoothness.FROM_to_TO`: the mean step of the picture between strengths, from none, as a share of
///   the largest;
/// - of several attributes, `leakage.A_into_B.FROM_to_TO`: share of edits of A after which the judge sees another B;
/// - where there are pictures of what the edits should have given (`truth/`), the three `counterfactual_…` figures of
///   `trainer eval`, and of edits edited back (`back/`), `cycle_error.FROM_to_TO`;
/// - where the pictures are frames of a film, `flicker.FROM_to_TO`.
///
/// # Errors
/// [`TrainError::Data`] for pairs that are missing, [`TrainError::Usage`] for a judge that recognises less than
/// 85 % of the untouched pictures of a domain, or an identity network that does not tell people apart.
pub(crate) fn compare(request: &CompareRequest) -> Result<Estimates, TrainError> {
    let device = request.device.resolve()?;
    let bit = request.attributes.position(&request.attribute)?;
    let directions = directions(request, bit)?;
    let inception = request.inception.as_ref();
    let inception = inception
        .map(|path| InceptionV3::load(path, device))
        .transpose()?;
    let identity = request.identity.as_ref();
    let identity = identity
        .map(|path| Likeness::open(&request.data, path, device))
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
    // A judge of `trainer eval` has learnt from the training faces, too, and serves as well.
    let digest = match request.split {
        Split::Train => data.digest.clone(),
        Split::Test => format!("test {}", data.digest),
    };
    let lesson = JudgeLesson {
        architecture: &request.architecture,
        attributes: &request.attributes,
        network: ClassifierNetwork::Plain,
        training: &request.judge_training,
        path: &request.judge,
    };
    let judge = lesson.learn(faces, &digest, device)?;
    let features = match inception {
        Some(network) => Features::Inception(network),
        None => Features::Judge(&judge.network),
    };
    let comparison = Comparison {
        request,
        judge: &judge.network,
        features: &features,
        identity: identity.as_ref(),
        light: request.light.then(|| faces.light()),
        bit,
        device,
    };
    let mut estimates = Estimates::new();
    let mut judged = Vec::new();
    for direction in &directions {
        judged.push(comparison.untouched(direction, &mut estimates)?);
    }
    comparison.require_accuracy(&estimates)?;
    if let Some(identity) = &identity {
        estimates.extend(identity.verification.named());
    }
    // Once: every domain is where one direction comes from and where another goes.
    let real = (0..faces.domains())
        .map(|domain| features.of(&faces.of_domain(domain, usize::MAX), device))
        .collect::<Vec<_>>();
    for (direction, judged) in directions.iter().zip(judged) {
        comparison.edits(direction, &judged, &real, &mut estimates)?;
    }
    if let Some(out) = &request.out {
        sheets::save(out, &estimates)?;
    }
    Ok(estimates)
}

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
