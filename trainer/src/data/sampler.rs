//! Batches by step number: the same seed and step give the same batch, so a run needs no saved
//! random state to resume exactly.

use super::{FaceSet, augment};
use crate::{config::Targets, objective::Batch};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tch::{Device, Tensor};

/// Draws faces evenly over the domains from real and procedural sets.
#[derive(Debug)]
pub struct Sampler<'a> {
    /// Real faces.
    pub real: &'a FaceSet,
    /// Procedural faces and their share of the batch.
    pub synthetic: Option<(&'a FaceSet, f64)>,
    /// Which domains a face may be moved to.
    pub targets: Targets,
    /// Seed of the run.
    pub seed: u64,
    /// Where the batch goes.
    pub device: Device,
}

impl Sampler<'_> {
    /// The batch of `step`: augmented faces, their domains, and the domains to move them to.
    #[must_use]
    pub fn batch(&self, step: u64, size: usize) -> Batch {
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let domains = self.real.domains();
        let (mut source, mut target, mut maps, mut images) = (vec![], vec![], vec![], vec![]);
        for _ in 0..size {
            let domain = rng.random_range(0..domains);
            let set = match self.synthetic {
                Some((synthetic, share)) if rng.random_bool(share) => synthetic,
                _ => self.real,
            };
            let index = rng.random_range(0..set.count(domain));
            images.push(set.images(&[set.position(domain, index)]));
            source.push(domain as i64);
            target.push(match self.targets {
                Targets::Any => rng.random_range(0..domains) as i64,
                Targets::Other => ((domain + rng.random_range(1..domains)) % domains) as i64,
            });
            maps.push(augment::random_map(&mut rng));
        }
        let on_device = |values: &[i64]| Tensor::from_slice(values).to_device(self.device);
        let images = Tensor::cat(&images, 0).to_device(self.device);
        Batch {
            x: augment::apply(&images, &maps),
            source: on_device(&source),
            target: on_device(&target),
            masks: None,
        }
    }
}
