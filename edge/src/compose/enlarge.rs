//! Enlarges the model's small planes to the crop's resolution, faded towards its border.

use super::fast::{between, whole_and_rest};
use wide::f32x4;

/// Part of the crop's side over which the edit fades out at each border. Small: a training crop ends
/// just below the mouth, where most of a smile is.
const FEATHER: f32 = 0.09;

/// Channels of a drawing; a sample has one more, which makes it as wide as a vector register.
const CHANNELS: usize = 3;
/// Fine samples per sample of the small planes, at most: bilinear in between, nobody sees a difference to more.
const FINEST: usize = 2;
/// Fine samples that there may always be: the fade has to look smooth, too.
const FADING: usize = 128;

/// A small drawing at about the crop's resolution, faded to zero at the crop's border; keeps its buffers, so
/// that a warm one allocates nothing, nor does a face that comes nearer.
///
/// Catmull-Rom splines are smooth (no grid of model pixels shows) and keep the planes' height; the fade to
/// zero at the border lets no square show.
#[derive(Debug, Default)]
pub(super) struct Enlarged {
    /// `[N + 2, N + 2]`, in a border of zeros.
    samples: Vec<f32x4>,
    /// `N`; 0 with nothing in it.
    count: usize,
    taps: Vec<Tap>,
    /// `[S, N]`: the small rows at the fine columns.
    wide: Vec<f32x4>,
}

/// For one fine column or row of the crop: four samples, their weights, fade.
#[derive(Debug, Clone, Copy)]
struct Tap {
    samples: [usize; 4],
    weights: [f32; 4],
    fade: f32,
}

impl Enlarged {
    /// Nothing.
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Enlarges one to three `planes` of `size` samples a side, times `factor`, for a crop of `side` pixels. One
    /// plane counts for all channels.
    pub(super) fn enlarge(&mut self, planes: &[f32], size: usize, side: f32, factor: f32) {
        let most = (FINEST * size).max(FADING);
        let count = (side.ceil() as usize).clamp(1, most);
        let stride = count + 2;
        self.count = count;
        let zero = f32x4::ZERO;
        self.samples.clear();
        self.samples.reserve_exact((most + 2) * (most + 2));
        self.samples.resize(stride * stride, zero);
        self.taps.clear();
        self.taps.reserve_exact(most);
        self.taps
            .extend((0..count).map(|index| Tap::new(index, count, size)));
        self.wide.clear();
        self.wide.reserve_exact(size * most);
        self.wide.resize(size * count, zero);
        let plane = size * size;
        let channels = planes.len() / plane;
        for (row, wide) in self.wide.chunks_exact_mut(count).enumerate() {
            let sources: [&[f32]; CHANNELS] = std::array::from_fn(|channel| {
                let begin = channel.min(channels - 1) * plane + row * size;
                &planes[begin..begin + size]
            });
            for (out, tap) in wide.iter_mut().zip(&self.taps) {
                let mut mix = f32x4::ZERO;
                for (weight, sample) in tap.weights.into_iter().zip(tap.samples) {
                    let [a, b, c] = sources.map(|source| source[sample]);
                    mix += f32x4::new([a, b, c, 0.0]) * f32x4::splat(weight);
                }
                *out = mix * f32x4::splat(tap.fade);
            }
        }
        let lines = self.samples[stride..].chunks_exact_mut(stride);
        for (line, tap) in lines.zip(&self.taps) {
            let [a, b, c, d] = tap
                .samples
                .map(|sample| &self.wide[sample * count..][..count]);
            let weights = tap
                .weights
                .map(|weight| f32x4::splat(weight * tap.fade * factor));
            for ((((out, a), b), c), d) in line[1..=count].iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out = (weights[0] * *a + weights[1] * *b) + (weights[2] * *c + weights[3] * *d);
            }
        }
    }

    /// The value at a place on the crop, `[0, 0]` its first corner and `[1, 1]` its last: bilinear.
    #[inline]
    pub(super) fn at(&self, place: [f32; 2]) -> f32x4 {
        let fine = self.count as f32;
        let parts = place.map(|part| whole_and_rest(between(part * fine + 0.5, 0.0, fine)));
        let [(column, right), (row, lower)] = parts;
        let stride = self.count + 2;
        let at = row * stride + column;
        let (Some([a, b]), Some([c, d])) = (
            self.samples[at..].first_chunk::<2>(),
            self.samples[at + stride..].first_chunk::<2>(),
        ) else {
            return f32x4::ZERO;
        };
        let [right, lower] = [right, lower].map(f32x4::splat);
        let upper = *a + right * (*b - *a);
        let below = *c + right * (*d - *c);
        upper + lower * (below - upper)
    }
}

impl Tap {
    /// For fine sample `index` of `count`, over `size` samples.
    fn new(index: usize, count: usize, size: usize) -> Self {
        let relative = (index as f32 + 0.5) / count as f32;
        let position = relative * size as f32 - 0.5;
        let whole = position.floor();
        let last = size as isize - 1;
        let sample = |offset: isize| (whole as isize + offset).clamp(0, last) as usize;
        Self {
            samples: [sample(-1), sample(0), sample(1), sample(2)],
            weights: catmull_rom(position - whole),
            fade: fade(relative),
        }
    }
}

/// Weights of the samples at -1, 0, 1 and 2 for a position `t` between 0 and 1.
pub(super) fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

/// 0 at the borders of 0..=1, 1 inside, smooth to the first derivative.
pub(super) fn fade(relative: f32) -> f32 {
    let t = (relative.min(1.0 - relative) / FEATHER).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
