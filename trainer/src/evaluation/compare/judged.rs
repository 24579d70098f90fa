//! What a judge says of pictures before and after an edit.

use super::{CompareRequest, Direction, identity::Identity, sheets::sheets};
use crate::{
    error::TrainError,
    evaluation::{
        Estimate, Estimates, frechet,
        identity::{self, cosine},
        interval::values,
        pairs::Pairs,
        rows::Rows,
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
    pub identity: Option<&'a Identity>,
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
        let after = |pairs: &Pairs| -> Result<Tensor, TrainError> {
            Ok(corrected(correction.as_ref(), pairs.after(architecture)?))
        };
        let edited = after(pairs)?;
        let scores = self.logits(&edited, direction.target);
        estimates.insert(
            format!("edit_success.{path}"),
            Estimate::mean(&hits(&scores)),
        );

        let rows = Rows::of(&self.request.settings, &self.request.attribute);
        let [changed, kept] =
            [rows.edited, rows.kept].map(|rows| values(&rows.change(before, &edited)));
        let ratio = Estimate::bootstrap(changed.len(), |faces| {
            let sum = |changes: &[f64]| faces.iter().map(|&face| changes[face]).sum::<f64>();
            sum(&kept) / sum(&changed).max(f64::EPSILON)
        });
        estimates.insert(format!("change_ratio.{path}"), ratio);

        let features = |x: &Tensor| self.features.of(x, self.device);
        let (was, is) = (features(before), features(&edited));
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
        if let Some(identity) = self.identity {
            let before = pairs.before(&identity::pictures())?;
            let after = pairs.after(&identity::pictures())?;
            let [before, after] = [before, after].map(|it| corrected(correction.as_ref(), it));
            let (own, strangers) = identity.similarities(&before, &after);
            let name = format!("identity_similarity.{path}");
            estimates.insert(name, Estimate::mean(&own));
            let name = format!(
                "identity_similarity.strangers.{}",
                self.name(direction.source)
            );
            estimates.insert(name, Estimate::mean(&strangers));
        }
        // A covariance needs two.
        if pairs.names.len() > 1 {
            let mut distance = |name: String, a: &Tensor, b: &Tensor| -> Result<(), TrainError> {
                let value = frechet::distance(a, b)?;
                let name = format!("{}.{name}", self.features.distance_name());
                estimates.insert(name, Estimate::exact(value));
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
            sweep.push(self.logits(&after(pairs)?, direction.target));
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

fn hits(logits: &[f64]) -> Vec<f64> {
    logits.iter().map(|&logit| f64::from(logit > 0.0)).collect()
}
