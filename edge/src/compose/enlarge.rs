//! Enlarges the model's small planes to the crop's resolution, faded towards its border.

/// Part of the crop's side over which the edit fades out at each border. Small: a training crop ends
/// just below the mouth, where most of a smile is.
const FEATHER: f32 = 0.09;

/// Enlarges square planes; keeps its buffers, so that a warm one allocates nothing.
///
/// Catmull-Rom splines are smooth (no grid of model pixels shows) and keep the planes' height; the fade to
/// zero at the border lets no square show.
#[derive(Debug, Default)]
pub(super) struct Enlarger {
    taps: Vec<Tap>,
    /// One row of samples at the fine columns.
    wide: Vec<f32>,
}

/// For one fine column or row of the crop: four samples, their weights, fade.
#[derive(Debug, Clone, Copy)]
struct Tap {
    samples: [usize; 4],
    weights: [f32; 4],
    fade: f32,
}

impl Enlarger {
    /// Makes room for planes of `size` samples, enlarged to `most` a side.
    pub(super) fn reserve(&mut self, size: usize, most: usize) {
        self.taps.clear();
        self.wide.clear();
        self.taps.reserve_exact(most);
        self.wide.reserve_exact(size * most);
    }

    /// Enlarges `planes`, each of `size` samples a side, to `count` a side times `factor`, into `fine`: as
    /// many planes, each in a border of zeros one sample wide.
    pub(super) fn enlarge(
        &mut self,
        planes: &[f32],
        size: usize,
        count: usize,
        factor: f32,
        fine: &mut [f32],
    ) {
        let stride = count + 2;
        self.taps.clear();
        self.taps
            .extend((0..count).map(|index| Tap::new(index, count, size)));
        self.wide.clear();
        self.wide.resize(size * count, 0.0);
        let outputs = fine.chunks_exact_mut(stride * stride);
        for (plane, fine) in planes.chunks_exact(size * size).zip(outputs) {
            let rows = plane.chunks_exact(size);
            for (source, wide) in rows.zip(self.wide.chunks_exact_mut(count)) {
                for (out, tap) in wide.iter_mut().zip(&self.taps) {
                    let mix: f32 = (0..4)
                        .map(|i| tap.weights[i] * source[tap.samples[i]])
                        .sum();
                    *out = mix * tap.fade;
                }
            }
            let lines = fine[stride..].chunks_exact_mut(stride);
            for (line, tap) in lines.zip(&self.taps) {
                let rows = tap
                    .samples
                    .map(|sample| &self.wide[sample * count..][..count]);
                let weights = tap.weights.map(|weight| weight * tap.fade * factor);
                for (column, out) in line[1..=count].iter_mut().enumerate() {
                    *out = (weights[0] * rows[0][column] + weights[1] * rows[1][column])
                        + (weights[2] * rows[2][column] + weights[3] * rows[3][column]);
                }
            }
        }
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
fn fade(relative: f32) -> f32 {
    let t = (relative.min(1.0 - relative) / FEATHER).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
