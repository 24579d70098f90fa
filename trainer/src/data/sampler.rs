//! Batches by step number: the same seed and step give the same batch, so a run needs no saved
//! random state to resume exactly.

use super::{
    Batch, FaceSet, augment,
    cover::{self, HostCovers},
};
use crate::config::{Augmentation, Targets};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tch::{Device, Tensor};

/// Draws faces evenly over the domains from real and procedural sets.
#[derive(Debug, Clone)]
pub struct Sampler {
    /// Real faces.
    pub real: FaceSet,
    /// Procedural faces among them.
    pub synthetic: Option<SyntheticFaces>,
    /// Which domains a face may be moved to.
    pub targets: Targets,
    /// How faces are varied.
    pub augmentation: Augmentation,
    /// Seed of the run.
    pub seed: u64,
}

/// Procedural faces that are mixed with real ones.
#[derive(Debug, Clone)]
pub struct SyntheticFaces {
    /// The faces.
    pub faces: FaceSet,
    /// Their share of every batch, 0 to 1.
    pub share: f64,
}

/// A batch in main memory, not augmented yet.
#[derive(Debug)]
pub struct HostBatch {
    /// `[N,C,S,S]` uint8.
    pub bytes: Tensor,
    /// `y`, `[N]` int64.
    pub source: Tensor,
    /// `y~`, `[N]` int64.
    pub target: Tensor,
    /// 1 for images that are examples of their domain, else 0: `[N]`.
    pub examples: Tensor,
    /// Crop, flip and move of every image.
    pub maps: Vec<augment::Affine>,
    /// Light of every image.
    pub light: Vec<augment::Light>,
    /// What is in front of the faces, where that is drawn.
    pub covers: Option<HostCovers>,
}

impl Sampler {
    /// The batch of `step`, before augmentation.
    #[must_use]
    pub fn host_batch(&self, step: u64, size: usize) -> HostBatch {
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let domains = self.real.domains();
        let (mut source, mut target, mut maps, mut bytes) = (vec![], vec![], vec![], vec![]);
        let (mut light, mut examples) = (vec![], vec![]);
        let side = self.real.size;
        let settings = &self.augmentation;
        let mut covers = (settings.cover_probability > 0.0).then(|| HostCovers::new(side));
        for _ in 0..size {
            let domain = rng.random_range(0..domains);
            let set = match &self.synthetic {
                Some(synthetic) if rng.random_bool(synthetic.share) => &synthetic.faces,
                _ => &self.real,
            };
            let index = rng.random_range(0..set.count(domain));
            let start = bytes.len();
            bytes.extend_from_slice(set.bytes(set.position(domain, index)));
            if let Some(covers) = &mut covers {
                let cover = rng
                    .random_bool(settings.cover_probability)
                    .then(|| cover::draw(&mut rng, &mut bytes[start..], side));
                covers.push(cover);
            }
            examples.push(if set.is_example(domain, index) {
                1.0_f32
            } else {
                0.0
            });
            source.push(domain as i64);
            target.push(target_of(self.targets, domain, domains, &mut rng) as i64);
            maps.push(augment::random_map(&mut rng, settings));
            light.push(augment::random_light(&mut rng, settings));
        }
        HostBatch {
            bytes: self.real.shaped(&bytes, size),
            source: Tensor::from_slice(&source),
            target: Tensor::from_slice(&target),
            examples: Tensor::from_slice(&examples),
            maps,
            light,
            covers,
        }
    }

    /// The batch of `step` on `device`: augmented faces, their domains, and their targets.
    #[must_use]
    pub(crate) fn batch(&self, step: u64, size: usize, device: Device) -> Batch {
        self.host_batch(step, size).on(device, false)
    }
}

/// Where a face of `domain`, one of `domains`, is moved to.
fn target_of(targets: Targets, domain: usize, domains: usize, rng: &mut Pcg64Mcg) -> usize {
    match targets {
        Targets::Any => rng.random_range(0..domains),
        Targets::Other => (domain + rng.random_range(1..domains)) % domains,
        // A bit per attribute.
        Targets::One => domain ^ (1 << rng.random_range(0..domains.ilog2())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_any_domain_any_other_or_one_attribute_away() {
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        let mut drawn = |targets| {
            let all = (0..200).map(|_| target_of(targets, 5, 8, &mut rng));
            all.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(drawn(Targets::Any), (0..8).collect());
        assert_eq!(drawn(Targets::Other), (0..8).filter(|&d| d != 5).collect());
        assert_eq!(drawn(Targets::One), [4, 7, 1].into());
    }
}
