//! Figures with the uncertainty that a finite number of faces leaves.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use tch::{Device, Kind, Tensor};

/// Resamples of a bootstrap.
const RESAMPLES: usize = 1000;
/// So that the same faces give the same interval.
const SEED: u64 = 1;

/// Figures by name, with their intervals.
pub(crate) type Estimates = BTreeMap<String, Estimate>;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// The figure.
    pub value: f64,
    /// The 2.5th percentile of the resamples.
    pub low: f64,
    /// The 97.5th percentile of the resamples.
    pub high: f64,
}

impl Estimate {
    /// `figure` of all of `count` faces, and of 1000 draws of as many with replacement (percentile bootstrap,
    /// Efron 1979). `figure` gets the faces' indices; draws for which it is not finite do not count.
    pub(crate) fn bootstrap(count: usize, figure: impl Fn(&[usize]) -> f64) -> Self {
        let all: Vec<usize> = (0..count).collect();
        let value = figure(&all);
        let mut random = Pcg64Mcg::seed_from_u64(SEED);
        let mut resamples = Vec::with_capacity(RESAMPLES);
        let mut draw = all;
        for _ in 0..RESAMPLES {
            for index in &mut draw {
                *index = random.random_range(0..count.max(1));
            }
            resamples.push(figure(&draw));
        }
        resamples.retain(|value| value.is_finite());
        resamples.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = resamples.len().saturating_sub(1);
            let index = (share * last as f64).round() as usize;
            resamples.get(index).copied().unwrap_or(value)
        };
        Self {
            value,
            low: at(0.025),
            high: at(0.975),
        }
    }

    /// A figure that has no interval, as a distance between two sets of pictures has none: a resample repeats
    /// pictures, which would bias it.
    pub(crate) fn exact(value: f64) -> Self {
        Self {
            value,
            low: f64::NAN,
            high: f64::NAN,
        }
    }

    /// The mean of the means of groups of faces, each resampled by itself.
    pub(crate) fn mean_of_groups(groups: &[Vec<f64>]) -> Self {
        let all: Vec<(usize, f64)> = groups
            .iter()
            .enumerate()
            .flat_map(|(group, values)| values.iter().map(move |&value| (group, value)))
            .collect();
        // Faces are drawn from all, so that a group's share of a resample varies: its mean does not depend on it.
        Self::bootstrap(all.len(), |faces| {
            let mut sums = vec![(0.0, 0.0); groups.len()];
            for &face in faces {
                let (group, value) = all[face];
                sums[group].0 += value;
                sums[group].1 += 1.0;
            }
            let means = sums.iter().map(|(sum, count)| sum / count);
            means.sum::<f64>() / groups.len() as f64
        })
    }

    /// The mean of one value per face.
    pub(crate) fn mean(values: &[f64]) -> Self {
        Self::bootstrap(values.len(), |faces| {
            let sum: f64 = faces.iter().map(|&face| values[face]).sum();
            sum / faces.len() as f64
        })
    }
}

/// The numbers of a tensor of one dimension, e.g. one for each face.
pub(super) fn values(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor
        .to_device(Device::Cpu)
        .to_kind(Kind::Double)
        .contiguous();
    Vec::try_from(tensor).unwrap_or_else(|_| unreachable!("a tensor of one dimension"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_the_binomials() {
        let hits: Vec<f64> = (0..400).map(|face| f64::from(face % 4 != 0)).collect();
        let share = Estimate::mean(&hits);
        // 1.96 sqrt(0.75 * 0.25 / 400) = 0.042.
        assert_eq!(share.value, 0.75);
        assert!((share.value - share.low - 0.042).abs() < 0.006, "{share:?}");
        assert!(
            (share.high - share.value - 0.042).abs() < 0.006,
            "{share:?}"
        );
    }

    #[test]
    fn groups_count_alike_whatever_their_sizes() {
        let groups = [vec![1.0; 10], vec![0.0; 90]];
        let mean = Estimate::mean_of_groups(&groups);
        assert_eq!([mean.low, mean.value, mean.high], [0.5; 3]);
    }

    #[test]
    fn equal_faces_leave_no_doubt() {
        let share = Estimate::mean(&[1.0; 10]);
        assert_eq!([share.low, share.value, share.high], [1.0; 3]);
    }
}
