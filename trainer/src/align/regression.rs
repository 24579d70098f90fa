//! Ridge regression of corrections from what is seen through moved windows.

use super::portrait::{Portrait, Portraits};
use crate::error::TrainError;
use aligner::{Correction, FEATURES, Features, Grey, Patch, Square, Stage};
use rand::{Rng, RngExt};
use tch::{Device, Kind, Tensor};

/// Stages of the cascade.
const STAGES: usize = 4;
/// Weight of the ridge, relative to the number of samples.
const RIDGE: f64 = 0.01;
/// Most that a window is moved: shift in sides, logarithm of growth, roll in radians (30 degrees).
pub(crate) const MOVES: [f32; Correction::LEN] = [0.15, 0.15, 0.22, 0.53];
/// Samples whose features make one matrix.
const BLOCK: usize = 4096;
/// A window at most this far from the face (see [`Correction::motion`]) shows it ...
const NEAR: f32 = 0.08;
/// ... and one at least this far away does not.
const FAR: f32 = 0.3;

/// A window somewhere near a face.
struct Sample<'a> {
    portrait: &'a Portrait,
    window: Square,
}

/// A random correction, uniform within `most`.
pub(crate) fn random_move(rng: &mut impl Rng, most: [f32; Correction::LEN]) -> Correction {
    Correction::from_array(most.map(|most| rng.random_range(-most..=most)))
}

/// Fits the cascade: every portrait and its mirror image, `repetitions` times each.
pub(crate) fn stages(
    sets: &[Portraits],
    repetitions: usize,
    rng: &mut impl Rng,
) -> Result<Vec<Stage>, TrainError> {
    let portraits: Vec<Portrait> = both_ways(sets);
    let mut samples: Vec<Sample> = portraits
        .iter()
        .flat_map(|portrait| std::iter::repeat_n(portrait, repetitions))
        .map(|portrait| Sample {
            portrait,
            window: portrait.window.corrected(random_move(rng, MOVES)),
        })
        .collect();
    let mut stages = Vec::new();
    for _ in 0..STAGES {
        let mut normal = Normal::new(Correction::LEN);
        let mut blocks = Vec::new();
        for samples in samples.chunks(BLOCK) {
            let (mut features, mut corrections) = (Vec::new(), Vec::new());
            for Sample { portrait, window } in samples {
                features.extend(seen(&portrait.grey, *window, rng));
                corrections.extend(window.correction_to(portrait.window).to_array());
            }
            blocks.push(normal.add(&features, &corrections));
        }
        let weights = normal.solve()?;
        for (samples, features) in samples.chunks_mut(BLOCK).zip(&blocks) {
            let corrections = numbers(&features.matmul(&weights))?;
            let (corrections, _) = corrections.as_chunks::<{ Correction::LEN }>();
            for (sample, &correction) in samples.iter_mut().zip(corrections) {
                sample.window = sample.window.corrected(Correction::from_array(correction));
            }
        }
        let weights = numbers(&weights)?;
        let (weights, _) = weights.as_chunks::<{ Correction::LEN }>();
        stages.push(Stage {
            weights: weights.to_vec(),
        });
    }
    Ok(stages)
}

/// Fits the score: 1 where the cascade ends on a face, 0 where it ends elsewhere.
pub(crate) fn score(
    sets: &[Portraits],
    stages: &[Stage],
    rng: &mut impl Rng,
) -> Result<Vec<f32>, TrainError> {
    let portraits = both_ways(sets);
    let mut normal = Normal::new(1);
    for portraits in portraits.chunks(BLOCK / 2) {
        let (mut positive, mut negative) = (Vec::new(), Vec::new());
        for portrait in portraits {
            let near = portrait.window.corrected(random_move(rng, MOVES));
            let (features, window) = descend(&portrait.grey, near, stages, rng);
            if window.correction_to(portrait.window).motion() < NEAR {
                positive.push(features);
            }
            let astray = portrait
                .window
                .corrected(random_move(rng, [1.0, 1.0, 0.9, 3.1]));
            let (features, window) = descend(&portrait.grey, astray, stages, rng);
            if window.correction_to(portrait.window).motion() > FAR {
                negative.push(features);
            }
            let clutter = clutter(rng);
            negative.push(descend(&clutter, clutter.whole(), stages, rng).0);
        }
        // Equal numbers of both.
        negative.truncate(positive.len());
        let answers = [vec![1.0; positive.len()], vec![0.0; negative.len()]].concat();
        let features: Vec<f32> = positive.into_iter().chain(negative).flatten().collect();
        let _ = normal.add(&features, &answers);
    }
    numbers(&normal.solve()?)
}

/// Where the cascade ends, and the features there.
fn descend(grey: &Grey, start: Square, stages: &[Stage], rng: &mut impl Rng) -> (Features, Square) {
    let mut window = start;
    for stage in stages {
        window = window.corrected(stage.correction(&seen(grey, window, rng)));
    }
    (seen(grey, window, rng), window)
}

fn both_ways(sets: &[Portraits]) -> Vec<Portrait> {
    let faces = sets.iter().flat_map(|set| &set.faces);
    // A portrait mirrored twice is a copy.
    let both = faces.flat_map(|face| {
        let mirrored = face.mirrored();
        [mirrored.mirrored(), mirrored]
    });
    both.collect()
}

/// The features of a window under random lighting and camera noise.
fn seen(grey: &Grey, window: Square, rng: &mut impl Rng) -> Features {
    let mut patch = Patch::sample(grey, window);
    let gamma = rng.random_range(0.6..1.6_f32);
    let noise = rng.random_range(0.0..8.0_f32);
    for value in &mut patch.values {
        // The sum of three uniform numbers in -1..1 has a variance of 1.
        let normal: f32 = (0..3).map(|_| rng.random_range(-1.0..1.0_f32)).sum();
        *value = 255.0 * (value.max(0.0) / 255.0).powf(gamma) + noise * normal;
    }
    patch.features()
}

/// A picture without a face: waves of several lengths, some of them as steep as edges.
fn clutter(rng: &mut impl Rng) -> Grey {
    let side = 2 * aligner::grey::WINDOW_PIXELS as usize;
    let waves: Vec<[f32; 5]> = (0..rng.random_range(1..7))
        .map(|_| {
            let frequency = rng.random_range(0.02..0.6_f32);
            let (sin, cos) = rng.random_range(0.0..6.3_f32).sin_cos();
            [
                frequency * cos,
                frequency * sin,
                rng.random_range(0.0..6.3),
                rng.random_range(1.0..12.0),
                rng.random_range(5.0..60.0),
            ]
        })
        .collect();
    let value = |i: usize| {
        let (x, y) = ((i % side) as f32, (i / side) as f32);
        let wave = |[along, across, phase, steepness, height]: &[f32; 5]| {
            height * (steepness * (along * x + across * y + phase).sin()).tanh()
        };
        128.0 + waves.iter().map(wave).sum::<f32>()
    };
    Grey {
        width: side,
        height: side,
        values: (0..side * side).map(value).collect(),
    }
}

/// The normal equations of a least-squares fit of `[FEATURES, outputs]`.
struct Normal {
    outputs: i64,
    count: f64,
    squares: Tensor,
    products: Tensor,
}

impl Normal {
    fn new(outputs: usize) -> Self {
        let (features, outputs) = (FEATURES as i64, outputs as i64);
        let zeros = |columns| Tensor::zeros([features, columns], (Kind::Double, Device::Cpu));
        Self {
            outputs,
            count: 0.0,
            squares: zeros(features),
            products: zeros(outputs),
        }
    }

    /// Adds samples; returns their features as `[N, FEATURES]`.
    fn add(&mut self, features: &[f32], answers: &[f32]) -> Tensor {
        let features = Tensor::from_slice(features).reshape([-1, FEATURES as i64]);
        let answers = Tensor::from_slice(answers).reshape([-1, self.outputs]);
        let transposed = features.transpose(0, 1);
        self.squares += transposed.matmul(&features).to_kind(Kind::Double);
        self.products += transposed.matmul(&answers).to_kind(Kind::Double);
        self.count += features.size()[0] as f64;
        features
    }

    /// The weights `[FEATURES, outputs]` of least squared error plus ridge.
    fn solve(&self) -> Result<Tensor, TrainError> {
        let ridge = Tensor::eye(FEATURES as i64, (Kind::Double, Device::Cpu));
        let squares = &self.squares + ridge * (RIDGE * self.count);
        Tensor::f_linalg_solve(&squares, &self.products, true)
            .map(|weights| weights.to_kind(Kind::Float))
            .map_err(TrainError::torch("fitting the aligner"))
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, TrainError> {
    Vec::<f32>::try_from(tensor.flatten(0, -1).contiguous())
        .map_err(TrainError::torch("reading the aligner's weights"))
}
