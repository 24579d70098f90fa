//! Batches by step number: the same seed and step give the same batch, so a run needs no saved
//! random state to resume exactly.

use super::{
    Batch, FaceSet, Twins, augment,
    cover::{self, HostCovers},
    twins::FIELD_LENGTH,
};
use crate::config::{Augmentation, Targets};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::ops::Range;
use tch::{Device, Tensor};

/// Draws faces evenly over the domains from real and procedural sets.
#[derive(Debug, Clone)]
pub struct Sampler {
    /// Real faces.
    pub real: FaceSet,
    /// Procedural faces among them.
    pub synthetic: Option<SyntheticFaces>,
    /// The real faces' twins, where there is something to be learnt from them.
    pub twins: Option<Twins>,
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
    /// 1 for images whose edit is judged whole, else 0: `[N]`; where dropout makes a difference.
    pub whole: Option<Tensor>,
    /// Crop, flip and move of every image.
    pub maps: Vec<augment::Affine>,
    /// Light of every image.
    pub light: Vec<augment::Light>,
    /// What is in front of the faces, where that is drawn.
    pub covers: Option<HostCovers>,
    /// The faces' twins in the target domains, where there are any.
    pub twins: Option<HostTwins>,
}

/// Twins of a batch's faces, not augmented yet.
#[derive(Debug)]
pub struct HostTwins {
    /// `[N,C,S,S]` uint8, behind the same covers.
    pub bytes: Tensor,
    /// `[3,F,F]` of every twin, one behind the other: displacement against the face, and the share of skin.
    pub fields: Vec<f32>,
}

impl Sampler {
    /// The batch of `step`, before augmentation.
    #[must_use]
    pub fn host_batch(&self, step: u64, size: usize) -> HostBatch {
        self.host_rows(step, size, 0..size)
    }

    /// These rows of the batch of `step`. All rows are drawn, whoever takes which: their numbers come one after another.
    #[must_use]
    pub(crate) fn host_rows(&self, step: u64, size: usize, rows: Range<usize>) -> HostBatch {
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let domains = self.real.domains();
        let (mut source, mut target, mut maps, mut bytes) = (vec![], vec![], vec![], vec![]);
        let (mut light, mut examples, mut whole) = (vec![], vec![], vec![]);
        let side = self.real.size;
        let settings = &self.augmentation;
        let mut covers = (settings.cover_probability > 0.0).then(|| HostCovers::new(side));
        let (mut twins, mut fields) = (vec![], vec![]);
        for row in 0..size {
            let is_taken = rows.contains(&row);
            let domain = rng.random_range(0..domains);
            let set = match &self.synthetic {
                Some(synthetic) if rng.random_bool(synthetic.share) => &synthetic.faces,
                _ => &self.real,
            };
            let index = rng.random_range(0..set.count(domain));
            let start = bytes.len();
            let cover = if settings.cover_probability > 0.0 {
                bytes.extend_from_slice(set.bytes(set.position(domain, index)));
                let covered = rng.random_bool(settings.cover_probability);
                covered.then(|| cover::draw(&mut rng, &mut bytes[start..], side))
            } else {
                if is_taken {
                    bytes.extend_from_slice(set.bytes(set.position(domain, index)));
                }
                None
            };
            let goal = target_of(self.targets, domain, domains, &mut rng) as i64;
            let map = augment::random_map(&mut rng, settings);
            let of_row = augment::random_light(&mut rng, settings);
            let dropout = settings.difference_dropout;
            let is_whole = dropout == 0.0 || !rng.random_bool(dropout);
            if !is_taken {
                bytes.truncate(start);
                continue;
            }
            if let Some(known) = &self.twins {
                let goal = goal as usize;
                let twin = self.real.bytes(self.real.position(goal, index));
                let face = self.real.bytes(self.real.position(domain, index));
                match &cover {
                    Some(cover) => twins.extend(cover.over_twin(twin, face, &bytes[start..])),
                    None => twins.extend_from_slice(twin),
                }
                let field = known.field(goal, index, domain);
                fields.extend_from_slice(field.unwrap_or(&[0.0; FIELD_LENGTH]));
            }
            if let Some(covers) = &mut covers {
                covers.push(cover);
            }
            examples.push(if set.is_example(domain, index) {
                1.0_f32
            } else {
                0.0
            });
            whole.push(f32::from(u8::from(is_whole)));
            source.push(domain as i64);
            target.push(goal);
            maps.push(map);
            light.push(of_row);
        }
        HostBatch {
            bytes: self.real.shaped(&bytes, rows.len()),
            source: Tensor::from_slice(&source),
            target: Tensor::from_slice(&target),
            examples: Tensor::from_slice(&examples),
            whole: (settings.difference_dropout > 0.0).then(|| Tensor::from_slice(&whole)),
            maps,
            light,
            covers,
            twins: self.twins.as_ref().map(|_| HostTwins {
                bytes: self.real.shaped(&twins, rows.len()),
                fields,
            }),
        }
    }

    /// The batch of `step` on `device`: augmented faces, their domains, and their targets.
    #[must_use]
    pub fn batch(&self, step: u64, size: usize, device: Device) -> Batch {
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
    use crate::{config::Config, data::synthetic};
    use std::path::Path;

    fn sampler() -> Sampler {
        let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/smile.toml");
        let overrides = [
            "architecture.image_size=32",
            "data.augmentation.cover_probability=0.5",
            "data.augmentation.difference_dropout=0.5",
        ];
        let config = Config::load(&settings, &overrides.map(String::from)).unwrap();
        let faces = |seed| synthetic::render(&config.architecture, &config.attributes, 6, seed);
        let share = 0.5;
        Sampler {
            real: faces(1),
            synthetic: Some(SyntheticFaces {
                faces: faces(2),
                share,
            }),
            twins: None,
            targets: config.data.targets,
            augmentation: config.data.augmentation,
            seed: 3,
        }
    }

    #[test]
    fn ranks_take_disjoint_rows_that_make_up_the_batch_of_one() {
        let sampler = sampler();
        for step in 1..4 {
            let whole = sampler.host_batch(step, 12);
            let parts = [0..4, 4..8, 8..12].map(|rows| sampler.host_rows(step, 12, rows));
            let joined =
                |tensor: fn(&HostBatch) -> &Tensor| Tensor::cat(&parts.each_ref().map(tensor), 0);
            let tensors: [fn(&HostBatch) -> &Tensor; 5] = [
                |b| &b.bytes,
                |b| &b.source,
                |b| &b.target,
                |b| &b.examples,
                |b| b.whole.as_ref().unwrap(),
            ];
            for tensor in tensors {
                assert_eq!(joined(tensor), *tensor(&whole));
            }
            let maps: Vec<_> = parts.iter().flat_map(|part| part.maps.clone()).collect();
            let light: Vec<_> = parts.iter().flat_map(|part| part.light.clone()).collect();
            assert!(maps == whole.maps && light == whole.light);
            let covers = |batch: &HostBatch| batch.covers.as_ref().unwrap().tensors(Device::Cpu);
            let (alpha, expressive): (Vec<_>, Vec<_>) = parts.iter().map(covers).unzip();
            let whole = covers(&whole);
            assert_eq!((Tensor::cat(&alpha, 0), Tensor::cat(&expressive, 0)), whole);
        }
    }

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
