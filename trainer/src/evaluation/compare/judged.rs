//! What a judge says of pictures before and after an edit.

use super::{CompareRequest, Direction, sheets::sheets};
use crate::{
    error::TrainError,
    evaluation::{
        Estimate, Estimates,
        changes::{counterfactual_errors, difference, smoothness},
        film::flicker,
        frechet,
        identity::{self, Likeness, cosine},
        interval::values,
        pairs::Pairs,
        rows::Rows,
        ssim::structure,
    },
    networks::{Classifier, InceptionV3},
};
use model_spec::{AttributeSet, Light};
use tch::{Device, Tensor};

/// Share of the untouched pictures of every domain that a judge must recognise.
const LEAST_ACCURACY: f64 = 0.85;
/// What pictures are compared by.
#[derive(Debug)]
pub(crate) enum Features<'a> {
    Inception(InceptionV3),
    Judge(&'a Classifier),
}

impl Features<'_> {
    /// The Fréchet distance on these features, in figures' names.
    pub fn distance_name(&self) -> &'static str {
        match self {
            Self::Inception(_) => "frechet_inception_distance",
            Self::Judge(_) => "frechet_judge_distance",
        }
    }

    /// `x [N,C,S,S]` -> `[N,d]` on the CPU.
    pub fn of(&self, x: &Tensor, device: Device) -> Tensor {
        match self {
            Self::Inception(network) => frechet::features(network, x, device),
            Self::Judge(network) => network.features_of_all(x, device),
        }
    }
}

/// Pictures before an edit, as the judge sees them.
pub(super) struct Untouched {
    before: Tensor,
    correction: Option<Correction>,
}

/// What brings pairs to the light of the judge's faces. Both pictures of a pair are treated alike, by what the
/// untouched one needs: an edit that glares in the dark glares afterwards, too.
struct Correction {
    /// `[N,1,1,1]`.
    gain: Tensor,
    /// `[N,1,1,1]`.
    offset: Tensor,
}

impl Correction {
    /// `before [N,C,S,S]` in [-1, 1].
    fn of(light: Light, before: &Tensor) -> Self {
        let size = before.size()[2] as usize;
        let corrections = before.unbind(0).into_iter().map(|image| {
            let values = Vec::<f32>::try_from(image.contiguous().reshape([-1]))
                .unwrap_or_else(|_| unreachable!("a float tensor of one dimension"));
            light.correction(&Light::of_image(&values, size))
        });
        let (gains, offsets): (Vec<f32>, Vec<f32>) = corrections
            .map(|correction| (correction.gain, correction.offset))
            .unzip();
        let [gain, offset] =
            [gains, offsets].map(|parts| Tensor::from_slice(&parts).reshape([-1, 1, 1, 1]));
        Self { gain, offset }
    }
}

fn corrected(correction: Option<&Correction>, images: Tensor) -> Tensor {
    match correction {
        None => images,
        Some(Correction { gain, offset }) => (images * gain + offset).clamp(-1.0, 1.0),
    }
}

/// Pictures, and what they are judged by.
pub(super) struct Comparison<'a> {
    pub request: &'a CompareRequest,
    pub judge: &'a Classifier,
    pub features: &'a Features<'a>,
    pub identity: Option<&'a Likeness>,
    /// The light of the judge's faces, if every pair is brought to it.
    pub light: Option<Light>,
    pub bit: usize,
    pub device: Device,
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
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub fn untouched(
        &self,
        direction: &Direction,
        estimates: &mut Estimates,
    ) -> Result<Untouched, TrainError> {
        let (pairs, _) = strongest(&direction.pairs);
        let before = pairs.before(&self.request.architecture)?;
        let correction = self.light.map(|light| Correction::of(light, &before));
        let before = corrected(correction.as_ref(), before);
        let right = hits(&self.logits(&before, direction.source));
        estimates.insert(
            format!("judge_accuracy.{}", self.name(direction.source)),
            Estimate::mean(&right),
        );
        Ok(Untouched { before, correction })
    }

    /// Refuses a judge that does not know the untouched pictures.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the domain and the share.
    pub fn require_accuracy(&self, estimates: &Estimates) -> Result<(), TrainError> {
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

    /// Judges the edits; `real` are the features of the judge's own faces, by domain.
    ///
    /// # Errors
    /// [`TrainError`] for pictures that cannot be read and figures that cannot be computed.
    pub fn edits(
        &self,
        direction: &Direction,
        Untouched { before, correction }: &Untouched,
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
        let corrected = |images: Tensor| corrected(correction.as_ref(), images);
        let edited = corrected(pairs.after(architecture)?);
        let scores = self.logits(&edited, direction.target);
        estimates.insert(
            format!("edit_success.{path}"),
            Estimate::mean(&hits(&scores)),
        );
        estimates.extend([structure(before, &edited, &path)]);
        self.changes([before, &edited], &path, estimates);
        self.leakage([before, &edited], &path, estimates);
        let of = [direction.source, direction.target];
        self.distances([before, &edited], of, real, &path, estimates)?;
        self.people(pairs, correction.as_ref(), of, estimates)?;
        if let Some(truth) = pairs.truth(architecture)? {
            let pictures = [before, &edited, &corrected(truth)];
            estimates.extend(counterfactual_errors(pictures, &path));
        }
        if let Some(back) = pairs.back(architecture)? {
            let errors = values(&difference(before, &corrected(back)));
            estimates.insert(format!("cycle_error.{path}"), Estimate::mean(&errors));
        }
        if self.request.film {
            let flicker = Estimate::exact(flicker(before, &edited));
            estimates.insert(format!("flicker.{path}"), flicker);
        }

        let mut sweep = vec![before.shallow_clone()];
        for pairs in weaker {
            sweep.push(corrected(pairs.after(architecture)?));
        }
        sweep.push(edited);
        self.strengths(&sweep, &scores, direction.target, &path, estimates);
        match &self.request.out {
            Some(out) => sheets(out, &path, pairs, &scores),
            None => Ok(()),
        }
    }

    /// The change of the rows to keep as a share of that of the edited rows.
    fn changes(&self, [before, edited]: [&Tensor; 2], path: &str, estimates: &mut Estimates) {
        let rows = Rows::of(&self.request.settings, &self.request.attribute);
        let [changed, kept] =
            [rows.edited, rows.kept].map(|rows| values(&rows.change(before, edited)));
        let ratio = Estimate::bootstrap(changed.len(), |faces| {
            let sum = |changes: &[f64]| faces.iter().map(|&face| changes[face]).sum::<f64>();
            sum(&kept) / sum(&changed).max(f64::EPSILON)
        });
        estimates.insert(format!("change_ratio.{path}"), ratio);
    }

    /// The share of edits after which the judge sees another value of an attribute that was not edited.
    fn leakage(&self, pictures: [&Tensor; 2], path: &str, estimates: &mut Estimates) {
        if self.request.attributes.len() == 1 {
            return;
        }
        let [was, is] =
            pictures.map(|images| self.judge.logits_of_all(images, self.device).gt(0.0));
        let turned = was.not_equal_tensor(&is);
        for (bit, name) in self.request.attributes.names().into_iter().enumerate() {
            if bit != self.bit {
                let leaked = values(&turned.select(1, bit as i64));
                let name = format!("leakage.{}_into_{name}.{path}", self.request.attribute);
                estimates.insert(name, Estimate::mean(&leaked));
            }
        }
    }

    /// Distances on features, and how alike the features of both pictures are.
    fn distances(
        &self,
        pictures: [&Tensor; 2],
        [source, target]: [usize; 2],
        real: &[Tensor],
        path: &str,
        estimates: &mut Estimates,
    ) -> Result<(), TrainError> {
        let [was, is] = pictures.map(|images| self.features.of(images, self.device));
        // The judge's features are about the attribute: an edit should change just them.
        if let Features::Inception(_) = self.features {
            let own = values(&cosine(&was, &is));
            let strangers = values(&cosine(&was, &was.roll([1].as_slice(), [0].as_slice())));
            let name = format!("feature_similarity.{path}");
            estimates.insert(name, Estimate::mean(&own));
            let name = format!("feature_similarity.strangers.{}", self.name(source));
            estimates.insert(name, Estimate::mean(&strangers));
        }
        // A covariance needs two.
        if was.size()[0] > 1 {
            let mut distance = |name: String, a: &Tensor, b: &Tensor| -> Result<(), TrainError> {
                let value = frechet::distance(a, b)?;
                let name = format!("{}.{name}", self.features.distance_name());
                estimates.insert(name, Estimate::exact(value));
                Ok(())
            };
            distance(path.into(), &is, &real[target])?;
            let before = format!("{}_before", self.name(source));
            distance(before, &was, &real[source])?;
        }
        Ok(())
    }

    /// Whether people stay who they are, where there is a network that says so.
    fn people(
        &self,
        pairs: &Pairs,
        correction: Option<&Correction>,
        [source, target]: [usize; 2],
        estimates: &mut Estimates,
    ) -> Result<(), TrainError> {
        let Some(identity) = self.identity else {
            return Ok(());
        };
        let seen = &identity::pictures();
        let [before, after] =
            [pairs.before(seen)?, pairs.after(seen)?].map(|it| corrected(correction, it));
        let names = [source, target].map(|domain| self.name(domain));
        let names = names.each_ref().map(String::as_str);
        estimates.extend(identity.figures([&before, &after], names));
        Ok(())
    }

    /// Whether more strength does more, and evenly: `sweep` are untouched pictures and edits by rising strength, of which
    /// the judge says `strongest` of the last.
    fn strengths(
        &self,
        sweep: &[Tensor],
        strongest: &[f64],
        target: usize,
        path: &str,
        estimates: &mut Estimates,
    ) {
        let weaker = sweep[..sweep.len() - 1].iter();
        let scores = weaker.map(|images| self.logits(images, target));
        let scores: Vec<Vec<f64>> = scores.chain([strongest.to_vec()]).collect();
        let rising: Vec<f64> = (0..scores[0].len())
            .map(|face| {
                let rises = scores
                    .windows(2)
                    .filter(|step| step[1][face] >= step[0][face]);
                rises.count() as f64 / (scores.len() - 1) as f64
            })
            .collect();
        estimates.insert(format!("monotonicity.{path}"), Estimate::mean(&rising));
        // One step is as even as itself.
        if sweep.len() > 2 {
            let steps = sweep.windows(2).map(|pair| difference(&pair[0], &pair[1]));
            let even = smoothness(&steps.collect::<Vec<_>>());
            estimates.insert(format!("smoothness.{path}"), Estimate::mean(&even));
        }
    }
}

/// The strongest edits, and the weaker ones.
fn strongest(pairs: &[Pairs]) -> (&Pairs, &[Pairs]) {
    pairs
        .split_last()
        .unwrap_or_else(|| unreachable!("a direction has pairs"))
}

fn hits(logits: &[f64]) -> Vec<f64> {
    logits.iter().map(|&logit| f64::from(logit > 0.0)).collect()
}
