//! Training images: read or rendered once, then sampled and augmented step by step.

pub mod augment;
pub mod folder;
pub mod picture;
pub mod sampler;
pub mod synthetic;

pub use sampler::Sampler;

use tch::Tensor;

/// Decoded faces of one split, grouped by domain.
#[derive(Debug)]
pub struct FaceSet {
    /// `[M,C,S,S]` bytes, sorted by domain.
    images: Tensor,
    /// First and one-past-last image of every domain.
    ranges: Vec<std::ops::Range<i64>>,
}

impl FaceSet {
    /// Collects `faces[domain]`, each a list of images of `channels * size * size` bytes.
    #[must_use]
    pub fn new(faces: &[Vec<Vec<u8>>], channels: usize, size: usize) -> Self {
        let mut ranges = Vec::new();
        let mut bytes = Vec::new();
        let mut count = 0;
        for domain in faces {
            ranges.push(count..count + domain.len() as i64);
            count += domain.len() as i64;
            bytes.extend(domain.iter().flatten().copied());
        }
        let shape = [count, channels as i64, size as i64, size as i64];
        Self {
            images: Tensor::from_slice(&bytes).reshape(shape),
            ranges,
        }
    }

    /// Number of images in `domain`.
    #[must_use]
    pub fn count(&self, domain: usize) -> usize {
        (self.ranges[domain].end - self.ranges[domain].start) as usize
    }

    /// Number of domains.
    #[must_use]
    pub fn domains(&self) -> usize {
        self.ranges.len()
    }

    /// Position among all images of image `index` of `domain`.
    #[must_use]
    pub fn position(&self, domain: usize, index: usize) -> i64 {
        self.ranges[domain].start + index as i64
    }

    /// Images at `positions`: `[N,C,S,S]` in [-1, 1].
    pub fn images(&self, positions: &[i64]) -> Tensor {
        unit_from_bytes(&self.images.index_select(0, &Tensor::from_slice(positions)))
    }

    /// Up to `limit` images of `domain`, from the first on: `[n,C,S,S]` in [-1, 1].
    pub fn of_domain(&self, domain: usize, limit: usize) -> Tensor {
        let count = self.count(domain).min(limit) as i64;
        unit_from_bytes(&self.images.narrow(0, self.ranges[domain].start, count))
    }
}

/// The tensor form of [`model_spec::pixel::unit_from_byte`].
fn unit_from_bytes(bytes: &Tensor) -> Tensor {
    bytes.to_kind(tch::Kind::Float) / 127.5 - 1.0
}
