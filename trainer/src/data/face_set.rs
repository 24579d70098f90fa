//! Faces in memory or in a mapped file, as bytes.

use super::unit_from_bytes;
use model_spec::{Light, pixel::unit_from_byte};
use std::{ops::Range, sync::Arc};
use tch::Tensor;

/// Where the bytes of a set lie.
#[derive(Debug, Clone)]
enum Pixels {
    Memory(Arc<Vec<u8>>),
    /// The mapped file and where in it the set starts.
    Mapped(Arc<memmap2::Mmap>, usize),
}

/// Faces of one split at the model's size, grouped by domain; cheap to clone.
#[derive(Debug, Clone)]
pub struct FaceSet {
    pixels: Pixels,
    /// First and one-past-last image of every domain.
    ranges: Vec<Range<i64>>,
    /// How many images of every domain, from its first on, are examples of it.
    examples: Vec<usize>,
    channels: usize,
    pub(super) size: usize,
}

impl FaceSet {
    /// Collects `faces[domain]`, each a list of images of `channels * size * size` bytes.
    #[must_use]
    pub(crate) fn new(faces: &[Vec<Vec<u8>>], channels: usize, size: usize) -> Self {
        let counts: Vec<usize> = faces.iter().map(Vec::len).collect();
        let bytes = faces.iter().flatten().flatten().copied().collect();
        Self {
            pixels: Pixels::Memory(Arc::new(bytes)),
            ranges: ranges(&counts),
            examples: counts,
            channels,
            size,
        }
    }

    /// A set whose images lie in `file` from byte `start` on, `counts[domain]` of each domain.
    #[must_use]
    pub(crate) fn mapped(
        file: Arc<memmap2::Mmap>,
        start: usize,
        counts: &[usize],
        channels: usize,
        size: usize,
    ) -> Self {
        Self {
            pixels: Pixels::Mapped(file, start),
            ranges: ranges(counts),
            examples: counts.to_vec(),
            channels,
            size,
        }
    }

    /// The same images, of which only the first `examples[domain]` of every domain show well what it is.
    #[must_use]
    pub(crate) fn with_examples(self, examples: Vec<usize>) -> Self {
        Self { examples, ..self }
    }

    /// Whether image `index` of `domain` is an example of it.
    #[must_use]
    pub(crate) fn is_example(&self, domain: usize, index: usize) -> bool {
        index < self.examples[domain]
    }

    /// Number of images in `domain`.
    #[must_use]
    pub(crate) fn count(&self, domain: usize) -> usize {
        (self.ranges[domain].end - self.ranges[domain].start) as usize
    }

    /// Number of domains.
    #[must_use]
    pub fn domains(&self) -> usize {
        self.ranges.len()
    }

    /// Position among all images of image `index` of `domain`.
    #[must_use]
    pub(crate) fn position(&self, domain: usize, index: usize) -> i64 {
        self.ranges[domain].start + index as i64
    }

    /// Bytes `[C,S,S]` of the image at `position`.
    #[must_use]
    pub fn bytes(&self, position: i64) -> &[u8] {
        let length = self.channels * self.size * self.size;
        let start = position as usize * length;
        match &self.pixels {
            Pixels::Memory(bytes) => &bytes[start..start + length],
            Pixels::Mapped(file, first) => &file[first + start..first + start + length],
        }
    }

    /// Brightness and contrast of the images: the means over a sample of them.
    #[must_use]
    pub(crate) fn light(&self) -> Light {
        /// Images that are measured, spread over the set.
        const MEASURED: i64 = 4000;
        let count = self.ranges.last().map_or(0, |range| range.end);
        let step = (count / MEASURED).max(1) as usize;
        let (mut mean, mut contrast, mut measured) = (0.0_f64, 0.0_f64, 0.0_f64);
        for position in (0..count).step_by(step) {
            let image: Vec<f32> = self
                .bytes(position)
                .iter()
                .copied()
                .map(unit_from_byte)
                .collect();
            let light = Light::of_image(&image, self.size);
            mean += f64::from(light.mean);
            contrast += f64::from(light.contrast);
            measured += 1.0;
        }
        let measured = f64::max(measured, 1.0);
        Light {
            mean: (mean / measured) as f32,
            // Images that are all flat have no contrast to bring others to.
            contrast: ((contrast / measured) as f32).clamp(0.01, 1.0),
        }
    }

    /// Images at `positions` as bytes: `[N,C,S,S]` uint8.
    pub(crate) fn stacked(&self, positions: &[i64]) -> Tensor {
        let bytes: Vec<u8> = positions
            .iter()
            .flat_map(|&position| self.bytes(position))
            .copied()
            .collect();
        self.shaped(&bytes, positions.len())
    }

    /// Bytes of `count` images as a tensor `[N,C,S,S]` uint8.
    pub(crate) fn shaped(&self, bytes: &[u8], count: usize) -> Tensor {
        let side = self.size as i64;
        let shape = [count as i64, self.channels as i64, side, side];
        Tensor::from_slice(bytes).reshape(shape)
    }

    /// Images at `positions`: `[N,C,S,S]` in [-1, 1].
    pub(crate) fn images(&self, positions: &[i64]) -> Tensor {
        unit_from_bytes(&self.stacked(positions))
    }

    /// Up to `limit` images of `domain`, from the first on: `[n,C,S,S]` in [-1, 1].
    pub(crate) fn of_domain(&self, domain: usize, limit: usize) -> Tensor {
        let first = self.ranges[domain].start;
        let count = self.count(domain).min(limit) as i64;
        let positions: Vec<i64> = (first..first + count).collect();
        self.images(&positions)
    }
}

fn ranges(counts: &[usize]) -> Vec<Range<i64>> {
    let mut start = 0;
    counts
        .iter()
        .map(|&count| {
            let range = start..start + count as i64;
            start = range.end;
            range
        })
        .collect()
}
