//! How well a network tells people apart whom it has not seen: the test of face verification, as on LFW
//! (Huang et al. 2007).

use crate::{
    data::FaceSet,
    error::TrainError,
    evaluation::{Estimate, Estimates},
    networks::IdentityEncoder,
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::path::Path;
use tch::{Device, Kind, Tensor};

/// Area under the ROC curve below which a network's word on an edit means nothing.
const LEAST_AUC: f64 = 0.85;
/// Parts of the pairs; the threshold for each is chosen on the others.
const FOLDS: usize = 10;
/// So that the same faces give the same pairs.
const SEED: u64 = 5;

/// What a network says of pairs of pictures of the test people: as many pairs of one person as of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verification {
    /// Area under the ROC curve: how often a pair of one person is more alike than one of two; 0.5 is chance.
    pub auc: Estimate,
    /// Share of pairs on the right side of a threshold that was chosen on other pairs.
    pub accuracy: Estimate,
    /// Mean cosine of two pictures of one person.
    pub same_person: Estimate,
    /// Mean cosine of pictures of two people.
    pub strangers: Estimate,
}

impl Verification {
    /// Tries `network` on all pairs of one person in `people` (a domain each), and on as many strangers.
    #[must_use]
    pub(crate) fn of(network: &IdentityEncoder, people: &FaceSet, device: Device) -> Self {
        let faces: Vec<Tensor> = (0..people.domains())
            .map(|person| network.embeddings(&people.of_domain(person, usize::MAX), device))
            .collect();
        let mut random = Pcg64Mcg::seed_from_u64(SEED);
        let (mut same, mut strangers) = (Vec::new(), Vec::new());
        for (person, own) in faces.iter().enumerate() {
            for (a, b) in pairs(own.size()[0]) {
                let other = (person + random.random_range(1..faces.len())) % faces.len();
                let stranger = &faces[other];
                let stranger = stranger.get(random.random_range(0..stranger.size()[0]));
                let one = own.get(a);
                same.push(dot(&one, &own.get(b)));
                strangers.push(dot(&one, &stranger));
            }
        }
        Self::of_scores(&same, &strangers)
    }

    /// From the cosines of `same` and of `strangers`, of which there are as many.
    fn of_scores(same: &[f64], strangers: &[f64]) -> Self {
        let right = in_folds(same, strangers);
        Self {
            auc: Estimate::bootstrap(same.len(), |pairs| {
                let drawn = |scores: &[f64]| pairs.iter().map(|&i| scores[i]).collect::<Vec<_>>();
                area_under_curve(&drawn(same), &drawn(strangers))
            }),
            accuracy: Estimate::mean(&right),
            same_person: Estimate::mean(same),
            strangers: Estimate::mean(strangers),
        }
    }

    /// The figures by the names that `compare` has for them.
    #[must_use]
    pub(crate) fn named(&self) -> Estimates {
        let figures = [
            ("identity_auc", self.auc),
            ("identity_accuracy", self.accuracy),
            ("identity_similarity.same_person", self.same_person),
            ("identity_similarity.strangers", self.strangers),
        ];
        let figures = figures.into_iter();
        figures.map(|(name, it)| (name.to_owned(), it)).collect()
    }

    /// Refuses a network that does not tell people apart.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming its file, with the figure.
    pub(crate) fn require(&self, path: &Path) -> Result<(), TrainError> {
        if self.auc.value >= LEAST_AUC {
            return Ok(());
        }
        Err(TrainError::Usage(format!(
            "{}: the area under its ROC curve is {:.3} on pairs of the test people, expected at least {LEAST_AUC}: \
             its word on who somebody is means nothing; give it more people or more steps",
            path.display(),
            self.auc.value
        )))
    }
}

/// Row by row: `a`, `b [N,d]` -> `[N]`, in [-1, 1].
pub(crate) fn cosine(a: &Tensor, b: &Tensor) -> Tensor {
    Tensor::cosine_similarity(a, b, 1, 1e-8)
}

/// Of two embeddings of length 1.
fn dot(a: &Tensor, b: &Tensor) -> f64 {
    (a * b).sum(Kind::Double).double_value(&[])
}

/// Every pair of `0..count`, once.
fn pairs(count: i64) -> impl Iterator<Item = (i64, i64)> {
    (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)))
}

/// The share of all (same, stranger) of which the same is more alike, a tie being half of one: the statistic of
/// Mann and Whitney, over the product of the counts.
fn area_under_curve(same: &[f64], strangers: &[f64]) -> f64 {
    let mut sorted = strangers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let won: f64 = same
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let up_to = sorted.partition_point(|other| other <= score);
            (below + up_to) as f64 / 2.0
        })
        .sum();
    won / (same.len() * strangers.len()) as f64
}

/// For every pair 1 if it is on its side of the threshold that is best on the pairs of the other folds, else 0.
fn in_folds(same: &[f64], strangers: &[f64]) -> Vec<f64> {
    let mut right = Vec::new();
    for fold in 0..FOLDS {
        let parted = |scores: &[f64]| -> (Vec<f64>, Vec<f64>) {
            let numbered = scores.iter().copied().enumerate();
            let (own, others): (Vec<_>, Vec<_>) = numbered.partition(|(i, _)| i % FOLDS == fold);
            let scores = |pairs: Vec<(usize, f64)>| pairs.into_iter().map(|(_, score)| score);
            (scores(own).collect(), scores(others).collect())
        };
        let ((own_same, same), (own_strangers, strangers)) = (parted(same), parted(strangers));
        let threshold = best_threshold(&same, &strangers);
        let same = own_same.iter().map(|&score| score >= threshold);
        let strangers = own_strangers.iter().map(|&score| score < threshold);
        right.extend(same.chain(strangers).map(f64::from));
    }
    right
}

/// The score from which on pairs are best said to be of one person; infinite where that is never better.
fn best_threshold(same: &[f64], strangers: &[f64]) -> f64 {
    let same = same.iter().map(|&score| (score, true));
    let strangers = strangers.iter().map(|&score| (score, false));
    let mut scores: Vec<(f64, bool)> = same.chain(strangers).collect();
    // From the most alike down; of equal scores all or none are taken.
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut threshold, mut gain) = (0_i64, f64::INFINITY, 0_i64);
    for (index, &(score, is_same)) in scores.iter().enumerate() {
        gain += if is_same { 1 } else { -1 };
        // In the middle of the gap, where a pair that was not among these has the best chances.
        let next = scores.get(index + 1).map_or(score, |next| next.0);
        let is_last_of_equals = next < score || index + 1 == scores.len();
        if is_last_of_equals && gain > best {
            (best, threshold) = (gain, f64::midpoint(score, next));
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        assert_eq!(area_under_curve(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(area_under_curve(&[0.1, 0.2], &[0.9, 0.8]), 0.0);
        assert_eq!(area_under_curve(&[0.5, 0.5], &[0.5, 0.5]), 0.5);
        // Of nine, (0.9: 3) + (0.5: 2, a tie of which is half) + (0.2: 1).
        let area = area_under_curve(&[0.9, 0.5, 0.2], &[0.6, 0.5, 0.1]);
        assert!((area - 5.5 / 9.0).abs() < 1e-12, "{area}");
    }

    #[test]
    fn the_threshold_parts_what_can_be_parted() {
        let threshold = best_threshold(&[0.7, 0.8, 0.3], &[0.1, 0.2, 0.4]);
        assert!((threshold - 0.55).abs() < 1e-12, "{threshold}");
        let same: Vec<f64> = (0..20).map(|i| 0.6 + 0.01 * f64::from(i)).collect();
        let strangers: Vec<f64> = (0..20).map(|i| 0.01 * f64::from(i)).collect();
        let parted = Verification::of_scores(&same, &strangers);
        assert_eq!([parted.auc.value, parted.accuracy.value], [1.0; 2]);
        assert!((parted.same_person.value - 0.695).abs() < 1e-12);
        assert!((parted.strangers.value - 0.095).abs() < 1e-12);
        parted.require(Path::new("known")).unwrap();
        // The threshold of one fold is not chosen on its own pairs: equal scores are told apart by nothing.
        let alike = Verification::of_scores(&[0.5; 20], &[0.5; 20]);
        assert_eq!([alike.auc.value, alike.accuracy.value], [0.5; 2]);
        let error = alike.require(Path::new("unknown")).unwrap_err().to_string();
        assert!(
            error.contains("unknown") && error.contains("0.500"),
            "{error}"
        );
    }

    #[test]
    fn cosines_of_known_vectors() {
        let rows = |values: &[f64]| Tensor::from_slice(values).reshape([-1, 2]);
        let a = rows(&[1.0, 0.0, 3.0, 4.0, 1.0, 1.0]);
        let b = rows(&[2.0, 0.0, -4.0, 3.0, -1.0, -1.0]);
        let found = Vec::<f64>::try_from(cosine(&a, &b)).unwrap();
        for (found, expected) in found.into_iter().zip([1.0, 0.0, -1.0]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn everybody_meets_everybody_once() {
        assert_eq!(pairs(3).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
    }
}
