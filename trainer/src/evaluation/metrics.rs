//! Does an edit work, does it leave the rest alone, and does more strength do more?

use super::{Features, frechet};
use crate::{
    config::EvaluationConfig, data::FaceSet, editing::BatchEditor, error::TrainError,
    networks::Classifier, stop,
};
use model_spec::AttributeSet;
use std::{collections::BTreeMap, sync::atomic::AtomicBool};
use tch::{Kind, Tensor};

/// Rows of the mouth, as shares of the image's height, in a detector's tight crop: below the nose.
const MOUTH_ROWS: [f64; 2] = [0.62, 1.0];
/// Rows above the eyes.
const FOREHEAD_ROWS: [f64; 2] = [0.0, 0.3];
/// Strengths, towards the other value, between which the judge's score must not fall. At 0 and below
/// a face that does not have the value stays as it is, so nothing can fall there.
const STRENGTHS: [f32; 7] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5];

/// A band of rows: top and bottom as shares of the image's height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band([f64; 2]);

impl Band {
    /// Mean absolute difference of the band, face by face, in units of the whole pixel range.
    ///
    /// # Shapes
    /// `before`, `after [N,C,S,S]` in [-1, 1] -> `[N]`.
    pub(crate) fn change(self, before: &Tensor, after: &Tensor) -> Tensor {
        let size = before.size()[2] as f64;
        let [top, bottom] = self.0.map(|share| (share * size).round() as i64);
        let cut = |t: &Tensor| t.narrow(2, top, (bottom - top).max(1)) * 0.5;
        (cut(after) - cut(before))
            .abs()
            .mean_dim([1, 2, 3].as_slice(), false, Kind::Float)
    }
}

/// The rows that an edit of an attribute belongs to, and those that it should keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// Rows that should change.
    pub edited: Band,
    /// Rows that should not.
    pub kept: Band,
}

impl Rows {
    /// Those of the settings, or mouth and forehead.
    pub(crate) fn of(settings: &EvaluationConfig, attribute: &str) -> Self {
        let band = |rows: Option<&[f64; 2]>, other| Band(rows.copied().unwrap_or(other));
        Self {
            edited: band(settings.edited_rows.get(attribute), MOUTH_ROWS),
            kept: band(settings.kept_rows.get(attribute), FOREHEAD_ROWS),
        }
    }
}

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
    /// Their attributes.
    pub attributes: &'a AttributeSet,
    /// How many of them, and the rows that edits belong to.
    pub settings: &'a EvaluationConfig,
    /// What a Fréchet distance is measured on, if wanted.
    pub features: Option<&'a Features<'a>>,
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
    /// - `change_below_nose.…` and `change_above_eyes.…`, or `change_edited_rows.…` and
    ///   `change_kept_rows.…` where the settings give an attribute rows of its own;
    /// - `frechet_inception_distance.…`, or on the judge's features `frechet_judge_distance.…`, to the real faces of
    ///   the target domain; Inception's with the number of pictures it was measured on, and the log warns of few;
    /// - `unrelated_share`: the mean of `|s_un|^2 / (|s_un|^2 + |s_re|^2)`; below 1 % the log warns;
    /// - `score`: success, times monotonicity, times the edited rows' part of both rows' change; the
    ///   mean over all directions.
    ///
    /// # Errors
    /// [`TrainError::Torch`] when a Fréchet distance cannot be computed; [`TrainError::Stopped`].
    pub(crate) fn measure(&self, model: &BatchEditor<'_>) -> Result<Metrics, TrainError> {
        let mut metrics = Metrics::new();
        let mut means = Means::default();
        let mut shares = Vec::new();
        for source in 0..self.attributes.domain_count() {
            let faces = self.faces.of_domain(source, self.settings.faces_per_domain);
            shares.push(model.unrelated_shares(&faces, source));
            for attribute in 0..self.attributes.len() {
                let direction = Direction::new(self.attributes, source, attribute);
                self.direction(model, &direction, &mut metrics, &mut means)?;
                self.reference(model, &direction, &mut metrics);
            }
        }
        metrics.extend(means.finished());
        let share = Tensor::cat(&shares, 0).mean(Kind::Double).double_value(&[]);
        metrics.insert(UNRELATED_SHARE.into(), share);
        if share < LEAST_UNRELATED_SHARE {
            log::warn!(
                "unrelated share {:.2} %: the style transformer calls nearly all of the style codes related \
                 to the attributes, so an edit, a reference's above all, may change more than it should; \
                 a smaller loss.orthogonality may keep them apart",
                share * 100.0
            );
        }
        Ok(metrics)
    }

    /// The figures of edits by strength.
    fn direction(
        &self,
        model: &BatchEditor<'_>,
        direction: &Direction<'_>,
        metrics: &mut Metrics,
        means: &mut Means,
    ) -> Result<(), TrainError> {
        let Direction {
            source,
            target,
            attribute,
            sign,
            path,
            ..
        } = direction;
        let faces = self
            .faces
            .of_domain(*source, self.settings.faces_per_domain);
        let edited = |strength: f32| {
            let mut strengths = vec![0.0; self.attributes.len()];
            strengths[*attribute] = sign * strength;
            model.edit(&faces, *source, &strengths)
        };
        // The judge's logit of the target value, face by face.
        let score = |images: &Tensor| {
            let logits = self.judge.logits_of_all(images, model.device);
            logits.select(1, *attribute as i64) * f64::from(*sign)
        };
        let at_strength = |&strength: &f32| {
            stop::check(self.stop)?;
            Ok(score(&edited(strength)))
        };
        let sweep = STRENGTHS.iter().map(at_strength);
        let sweep = sweep.collect::<Result<Vec<Tensor>, TrainError>>()?;
        let steps = sweep.windows(2).map(|pair| pair[1].ge_tensor(&pair[0]));
        let monotonicity = share(&Tensor::cat(&steps.collect::<Vec<_>>(), 0));

        let whole = edited(1.0);
        let success = share(&score(&whole).gt(0.0));
        let [inside, outside] = self.changes([&faces, &whole], direction, "", metrics);
        metrics.extend([
            (format!("edit_success.{path}"), success),
            (format!("monotonicity.{path}"), monotonicity),
        ]);
        if self.attributes.len() > 1 {
            means.add(format!("edit_success.{}", direction.values), success);
            let verdicts = |images| self.judge.logits_of_all(images, model.device).gt(0.0);
            let turned = verdicts(&faces).not_equal_tensor(&verdicts(&whole));
            for (other, name) in self.attributes.names().into_iter().enumerate() {
                if other != *attribute {
                    let leaked = share(&turned.select(1, other as i64));
                    means.add(format!("leakage.{}_into_{name}", direction.name), leaked);
                }
            }
        }
        if let Some(network) = self.features {
            let real = self
                .faces
                .of_domain(*target, self.settings.faces_per_domain);
            let [edits, real] = [&whole, &real].map(|images| network.of(images, model.device));
            let distance = frechet::distance(&edits, &real)?;
            let name = network.distance_name();
            metrics.insert(format!("{name}.{path}"), distance);
            if let Features::Inception(_) = network {
                let pictures = edits.size()[0].min(real.size()[0]);
                if pictures < frechet::LEAST_IMAGES {
                    log::warn!(
                        "Fréchet inception distance, {path}: of {pictures} pictures only, which makes it too \
                         high; figures of others are of {} or more",
                        frechet::USUAL_IMAGES
                    );
                }
                metrics.insert(format!("{name}_pictures.{path}"), pictures as f64);
            }
        }
        let place = inside / (inside + outside).max(f64::EPSILON);
        means.add(SCORE.into(), success * monotonicity * place);
        Ok(())
    }

    /// The figures of edits by reference: every face takes the attributes of one of the target domain.
    fn reference(&self, model: &BatchEditor<'_>, direction: &Direction<'_>, metrics: &mut Metrics) {
        let [faces, others] = [direction.source, direction.target]
            .map(|domain| self.faces.of_domain(domain, self.settings.faces_per_domain));
        let count = faces.size()[0].min(others.size()[0]);
        let [faces, others] = [faces, others].map(|of| of.narrow(0, 0, count));
        let edited = model.transfer([&faces, &others], [direction.source, direction.target]);
        let logits = self.judge.logits_of_all(&edited, model.device);
        let towards = logits.select(1, direction.attribute as i64) * f64::from(direction.sign);
        let name = format!("reference_success.{}", direction.path);
        metrics.insert(name, share(&towards.gt(0.0)));
        self.changes([&faces, &edited], direction, "reference_", metrics);
    }

    /// Mean change of the rows that an edit belongs to and of those that it should keep, told under names that begin
    /// with `prefix`.
    fn changes(
        &self,
        [before, after]: [&Tensor; 2],
        direction: &Direction<'_>,
        prefix: &str,
        metrics: &mut Metrics,
    ) -> [f64; 2] {
        let name = direction.name;
        let rows = Rows::of(self.settings, name);
        let change = |band: Band| {
            let change = band.change(before, after);
            change.mean(Kind::Double).double_value(&[])
        };
        let changes = [change(rows.edited), change(rows.kept)];
        let own = [&self.settings.edited_rows, &self.settings.kept_rows];
        let own = own.map(|rows| rows.contains_key(name));
        let names = [
            ["change_below_nose", "change_edited_rows"][usize::from(own[0])],
            ["change_above_eyes", "change_kept_rows"][usize::from(own[1])],
        ];
        for (name, change) in names.into_iter().zip(changes) {
            metrics.insert(format!("{prefix}{name}.{}", direction.path), change);
        }
        changes
    }
}

/// Names of every attribute's move from every domain, `smiling+female_to_neutral+female`, as figures have them.
pub(crate) fn paths(attributes: &AttributeSet) -> Vec<String> {
    let domains = 0..attributes.domain_count();
    let directions = domains.flat_map(|source| {
        let moves = 0..attributes.len();
        moves.map(move |attribute| Direction::new(attributes, source, attribute).path)
    });
    directions.collect()
}

/// One attribute of the faces of one domain, moved to its other value.
#[derive(Debug)]
struct Direction<'a> {
    source: usize,
    target: usize,
    attribute: usize,
    /// The attribute's name.
    name: &'a str,
    /// 1 towards the `on` value, -1 towards the other.
    sign: f32,
    /// Names of both domains, `smiling+female_to_neutral+female`.
    path: String,
    /// Names of both values, `smiling_to_neutral`.
    values: String,
}

impl<'a> Direction<'a> {
    fn new(attributes: &'a AttributeSet, source: usize, attribute: usize) -> Self {
        let target = source ^ (1 << attribute);
        let of = &attributes.as_slice()[attribute];
        let on = AttributeSet::is_on(source, attribute);
        let [from, to] = if on {
            [&of.on, &of.off]
        } else {
            [&of.off, &of.on]
        };
        let [before, after] = [source, target].map(|domain| attributes.domain_name(domain));
        Self {
            source,
            target,
            attribute,
            name: &of.name,
            sign: if on { -1.0 } else { 1.0 },
            path: format!("{before}_to_{after}"),
            values: format!("{from}_to_{to}"),
        }
    }
}

/// Sums and counts of figures that are told as means.
#[derive(Debug, Default)]
struct Means(BTreeMap<String, (f64, usize)>);

impl Means {
    fn add(&mut self, name: String, value: f64) {
        let (sum, count) = self.0.entry(name).or_default();
        *sum += value;
        *count += 1;
    }

    fn finished(self) -> impl Iterator<Item = (String, f64)> {
        let means = self.0.into_iter();
        means.map(|(name, (sum, count))| (name, sum / count as f64))
    }
}

fn share(hits: &Tensor) -> f64 {
    hits.to_kind(Kind::Float)
        .mean(Kind::Double)
        .double_value(&[])
}
