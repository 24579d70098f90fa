//! Does an edit work, does it leave the rest alone, and does more strength do more?

use super::{
    Estimate, Estimates, Features,
    changes::{counterfactual_errors, difference, smoothness},
    direction::Direction,
    frechet,
    identity::Likeness,
    interval::values,
    rows::Rows,
    ssim::structure,
};
use crate::{
    config::EvaluationConfig, data::FaceSet, editing::BatchEditor, error::TrainError,
    networks::Classifier, stop,
};
use model_spec::AttributeSet;
use std::{collections::BTreeMap, sync::atomic::AtomicBool};
use tch::{Device, Kind, Tensor};

/// Strengths, towards the other value, between which the judge's score must not fall. At 0 and below
/// a face that does not have the value stays as it is, so nothing can fall there.
const STRENGTHS: [f32; 7] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5];

/// The strength of a whole edit.
const WHOLE: f32 = 1.0;

/// Figures by name, as they go into a model card. Shares are 0 to 1; changes are mean absolute
/// differences in units of the whole pixel range (0 to 1).
pub(crate) type Metrics = BTreeMap<String, f64>;

/// Name of the single figure by which checkpoints are compared.
pub const SCORE: &str = "score";

/// Name of the mean share of the style codes that `P` calls unrelated to the attributes.
pub const UNRELATED_SHARE: &str = "unrelated_share";
/// Share below which the split of the codes has collapsed. The orthogonality loss is zero for
/// `s_un = 0`, and no loss of the paper wants anything of `s_un`.
const LEAST_UNRELATED_SHARE: f64 = 0.01;

/// An evaluation: faces, and what their edits are judged with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evaluation<'a> {
    /// A classifier that the editor was not trained with.
    pub judge: &'a Classifier,
    /// Faces to edit.
    pub faces: &'a FaceSet,
    /// Whether face `k` of every domain is the same person, all else equal.
    pub twins: bool,
    /// Their attributes.
    pub attributes: &'a AttributeSet,
    /// How many of them, and the rows that edits belong to.
    pub settings: &'a EvaluationConfig,
    /// What a Fréchet distance is measured on, if wanted.
    pub features: Option<&'a Features<'a>>,
    /// What says whether people stay who they are, if wanted.
    pub identity: Option<&'a Likeness>,
    /// Ends the evaluation once it is set.
    pub stop: &'a AtomicBool,
}

impl Evaluation<'_> {
    /// Moves every attribute of every domain's faces to its other value and measures the edits.
    ///
    /// - `edit_success.FROM_to_TO`: share of edits in which the judge sees the other value;
    /// - `edit_success.OFF_to_ON` and back, of several attributes: the mean over the others' values;
    /// - `leakage.A_into_B`: share of edits of A after which the judge sees another value of B;
    /// - `reference_success.FROM_to_TO`, `reference_change_below_nose.…`, `reference_change_above_eyes.…`: the same
    ///   figures where the attributes come from another face, which is of the target domain;
    /// - `monotonicity.FROM_to_TO`: share of steps of strength, 0 to 1.5 by 0.25, at which the
    ///   judge's score does not fall;
    /// - `smoothness.FROM_to_TO`: the mean step of the picture between these strengths, as a share of the largest: 1
    ///   where every step changes it alike, 1/6 where one does it all;
    /// - `structural_similarity.FROM_to_TO`: of face and edit, 1 is the same picture;
    /// - `cycle_error.FROM_to_TO`: mean absolute difference of the face and its edit, edited back;
    /// - `counterfactual_error_inside.FROM_to_TO` and `counterfactual_error_outside.…`, of twins: mean absolute difference
    ///   of the edit and the same person drawn with the other value, in the pixels that the attribute changes and in
    ///   the others; `counterfactual_change.…`: how much it changes the former;
    /// - `change_below_nose.…` and `change_above_eyes.…`, or `change_edited_rows.…` and
    ///   `change_kept_rows.…` where the settings give an attribute rows of its own;
    /// - `frechet_inception_distance.…`, or on the judge's features `frechet_judge_distance.…`, to the real faces of
    ///   the target domain; Inception's with the number of pictures it was measured on, and the log warns of few;
    /// - `identity_similarity.FROM_to_TO` and `identity_similarity.strangers.FROM`: see [`Likeness::figures`];
    /// - `unrelated_share`: the mean of `|s_un|^2 / (|s_un|^2 + |s_re|^2)`; below 1 % the log warns;
    /// - `score`: success, times monotonicity, times the edited rows' part of both rows' change; the
    ///   mean over all directions.
    ///
    /// Means over faces have an interval, distances and the score have none.
    ///
    /// # Errors
    /// [`TrainError::Torch`] when a Fréchet distance cannot be computed; [`TrainError::Stopped`].
    pub(crate) fn measure(&self, model: &BatchEditor<'_>) -> Result<Estimates, TrainError> {
        let mut figures = Estimates::new();
        let mut means = Means::default();
        let mut scores = Vec::new();
        let mut shares = Vec::new();
        for source in 0..self.attributes.domain_count() {
            let faces = self.faces.of_domain(source, self.settings.faces_per_domain);
            shares.push(values(&model.unrelated_shares(&faces, source)));
            for attribute in 0..self.attributes.len() {
                let direction = Direction::new(self.attributes, source, attribute);
                scores.push(self.direction(model, &direction, &mut figures, &mut means)?);
                self.reference(model, &direction, &mut figures);
            }
        }
        figures.extend(means.finished());
        let score = scores.iter().sum::<f64>() / scores.len() as f64;
        figures.insert(SCORE.into(), Estimate::exact(score));
        let share = Estimate::mean(&shares.concat());
        figures.insert(UNRELATED_SHARE.into(), share);
        if share.value < LEAST_UNRELATED_SHARE {
            log::warn!(
                "unrelated share {:.2} %: the style transformer calls nearly all of the style codes related \
                 to the attributes, so an edit, a reference's above all, may change more than it should; \
                 loss.orthogonality_form = \"cosine\" and loss.related_share = 0.3 keep them apart",
                share.value * 100.0
            );
        }
        Ok(figures)
    }

    /// The figures of edits by strength. Returns the direction's part of the score.
    fn direction(
        &self,
        model: &BatchEditor<'_>,
        direction: &Direction<'_>,
        figures: &mut Estimates,
        means: &mut Means,
    ) -> Result<f64, TrainError> {
        let &Direction {
            source,
            target,
            attribute,
            sign,
            ref path,
            ..
        } = direction;
        let faces = self.faces.of_domain(source, self.settings.faces_per_domain);
        let edited = |images: &Tensor, domain: usize, strength: f32| {
            let mut strengths = vec![0.0; self.attributes.len()];
            strengths[attribute] = strength;
            model.edit(images, domain, &strengths)
        };
        let score = |images: &Tensor| self.towards(images, direction, model.device);
        let mut steps = Vec::new();
        let mut rises = Vec::new();
        let mut last = edited(&faces, source, STRENGTHS[0]);
        let mut last_score = score(&last);
        let (mut whole, mut whole_score) = (last.shallow_clone(), last_score.shallow_clone());
        for strength in &STRENGTHS[1..] {
            stop::check(self.stop)?;
            let now = edited(&faces, source, sign * strength);
            let now_score = score(&now);
            rises.push(now_score.ge_tensor(&last_score).to_kind(Kind::Float));
            steps.push(difference(&now, &last));
            if *strength == WHOLE {
                (whole, whole_score) = (now.shallow_clone(), now_score.shallow_clone());
            }
            (last, last_score) = (now, now_score);
        }
        let success = hits(&whole_score);
        let rises = values(&Tensor::stack(&rises, 1).mean_dim(&[1_i64][..], false, Kind::Float));
        let even = smoothness(&steps);
        let back = edited(&whole, target, -sign);
        let cycle = values(&difference(&back, &faces));
        let [inside, outside] = self.changes([&faces, &whole], direction, "", figures);
        let part = {
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            mean(&success) * mean(&rises) * inside / (inside + outside).max(f64::EPSILON)
        };
        figures.extend([
            (format!("edit_success.{path}"), Estimate::mean(&success)),
            (format!("monotonicity.{path}"), Estimate::mean(&rises)),
            (format!("smoothness.{path}"), Estimate::mean(&even)),
            (format!("cycle_error.{path}"), Estimate::mean(&cycle)),
            structure(&faces, &whole, path),
        ]);
        let others = self.faces.of_domain(target, self.settings.faces_per_domain);
        if self.twins {
            figures.extend(counterfactual_errors([&faces, &whole, &others], path));
        }
        if let Some(identity) = self.identity {
            let names = direction.domains.each_ref().map(String::as_str);
            figures.extend(identity.figures([&faces, &whole], names));
        }
        if self.attributes.len() > 1 {
            means.add(format!("edit_success.{}", direction.values), success);
            let verdicts = |images| self.judge.logits_of_all(images, model.device).gt(0.0);
            let turned = verdicts(&faces).not_equal_tensor(&verdicts(&whole));
            for (other, name) in self.attributes.names().into_iter().enumerate() {
                if other != attribute {
                    let leaked = values(&turned.select(1, other as i64));
                    means.add(format!("leakage.{}_into_{name}", direction.name), leaked);
                }
            }
        }
        if let Some(network) = self.features {
            let [edits, real] = [&whole, &others].map(|images| network.of(images, model.device));
            let distance = frechet::distance(&edits, &real)?;
            let name = network.distance_name();
            figures.insert(format!("{name}.{path}"), Estimate::exact(distance));
            if let Features::Inception(_) = network {
                let pictures = edits.size()[0].min(real.size()[0]);
                if pictures < frechet::LEAST_IMAGES {
                    log::warn!(
                        "Fréchet inception distance, {path}: of {pictures} pictures only, which makes it too \
                         high; figures of others are of {} or more",
                        frechet::USUAL_IMAGES
                    );
                }
                let pictures = Estimate::exact(pictures as f64);
                figures.insert(format!("{name}_pictures.{path}"), pictures);
            }
        }
        Ok(part)
    }

    /// The judge's logits of the value that faces are moved to: `[N]`.
    fn towards(&self, images: &Tensor, direction: &Direction<'_>, device: Device) -> Tensor {
        let logits = self.judge.logits_of_all(images, device);
        logits.select(1, direction.attribute as i64) * f64::from(direction.sign)
    }

    /// The figures of edits by reference: every face takes the attributes of one of the target domain.
    fn reference(
        &self,
        model: &BatchEditor<'_>,
        direction: &Direction<'_>,
        figures: &mut Estimates,
    ) {
        let [faces, others] = [direction.source, direction.target]
            .map(|domain| self.faces.of_domain(domain, self.settings.faces_per_domain));
        let count = faces.size()[0].min(others.size()[0]);
        let [faces, others] = [faces, others].map(|of| of.narrow(0, 0, count));
        let edited = model.transfer([&faces, &others], [direction.source, direction.target]);
        let success = hits(&self.towards(&edited, direction, model.device));
        let name = format!("reference_success.{}", direction.path);
        figures.insert(name, Estimate::mean(&success));
        self.changes([&faces, &edited], direction, "reference_", figures);
    }

    /// Mean change of the rows that an edit belongs to and of those that it should keep, told under names that begin
    /// with `prefix`.
    fn changes(
        &self,
        [before, after]: [&Tensor; 2],
        direction: &Direction<'_>,
        prefix: &str,
        figures: &mut Estimates,
    ) -> [f64; 2] {
        let name = direction.name;
        let rows = Rows::of(self.settings, name);
        let changes = [rows.edited, rows.kept]
            .map(|band| Estimate::mean(&values(&band.change(before, after))));
        let own = [&self.settings.edited_rows, &self.settings.kept_rows];
        let own = own.map(|rows| rows.contains_key(name));
        let names = [
            ["change_below_nose", "change_edited_rows"][usize::from(own[0])],
            ["change_above_eyes", "change_kept_rows"][usize::from(own[1])],
        ];
        for (name, change) in names.into_iter().zip(changes) {
            figures.insert(format!("{prefix}{name}.{}", direction.path), change);
        }
        changes.map(|change| change.value)
    }
}

/// What the figures of several directions have in common, direction by direction and face by face.
#[derive(Debug, Default)]
struct Means(BTreeMap<String, Vec<Vec<f64>>>);

impl Means {
    fn add(&mut self, name: String, of_direction: Vec<f64>) {
        self.0.entry(name).or_default().push(of_direction);
    }

    fn finished(self) -> impl Iterator<Item = (String, Estimate)> {
        let means = self.0.into_iter();
        means.map(|(name, directions)| (name, Estimate::mean_of_groups(&directions)))
    }
}

/// 1 where a logit is above 0, else 0.
fn hits(logits: &Tensor) -> Vec<f64> {
    values(&logits.gt(0.0))
}
