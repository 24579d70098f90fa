//! Logistic regression of "the mouth is seen".

use super::{
    BUNDLE,
    covers::{self, Kind},
    face, frame, pictures, surrounded, tracker,
};
use aligner::{Correction, Square};
use edge::{
    picture::frame::Frame,
    track::mouth::{INPUTS, Mouth, Weights},
};
use model_spec::pixel::luma_from_rgb;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::path::Path;

/// Most that a crop is moved: shift in sides, logarithm of growth, roll in radians.
const MOVES: [f32; Correction::LEN] = [0.04, 0.04, 0.06, 0.09];
/// Share of the mouth that a cover may hide for it to count as seen, and must hide to count as hidden.
const SEEN: f32 = 0.1;
const HIDDEN: f32 = 0.6;
const ROUNDS: usize = 30;
const RIDGE: f32 = 1e-4;
const RATE: f32 = 0.02;

struct Sample {
    inputs: Box<[f32; INPUTS]>,
    seen: bool,
}

/// Fits to the pictures of a folder, which are framed like the training images of the model.
pub(super) fn fit(folder: &Path) -> anyhow::Result<Weights> {
    let mut samples = samples(folder)?;
    let seen = samples.iter().filter(|sample| sample.seen).count();
    println!(
        "{seen} faces with a mouth, {} without",
        samples.len() - seen
    );
    let (means, deviations) = moments(&samples);
    for sample in &mut samples {
        for (index, input) in sample.inputs.iter_mut().enumerate() {
            *input = (*input - means[index]) / deviations[index];
        }
    }
    let (weights, bias) = descend(&samples);
    let inputs: Vec<f32> = weights
        .iter()
        .zip(&deviations)
        .map(|(w, d)| w / d)
        .collect();
    let bias = bias - inputs.iter().zip(&means).map(|(w, m)| w * m).sum::<f32>();
    Ok(Weights { inputs, bias })
}

/// Faces that are drawn, beside those of the folder: skins and beards of all kinds.
const DRAWN: u64 = 1500;
/// Side of a drawn face in pixels.
const DRAWN_SIDE: u32 = 128;

fn samples(folder: &Path) -> anyhow::Result<Vec<Sample>> {
    let (mut tracker, options) = tracker(Path::new(BUNDLE))?;
    // Its weights are not looked at: only its inputs are.
    let unfitted = Weights {
        inputs: vec![0.0; INPUTS],
        bias: 0.0,
    };
    let mut mouth = Mouth::new(options.framing, unfitted);
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let files = pictures(folder)?;
    let mut samples = Vec::new();
    for index in 0..files.len() + DRAWN as usize {
        if index % 1000 == 0 {
            println!("{index} of {}", files.len());
        }
        let mut clean = match files.get(index) {
            Some(path) => frame(path)?,
            None => surrounded(&faces::training_face(
                index as u64,
                rng.random_range(0.0..1.0),
                DRAWN_SIDE,
            )),
        };
        expose(&mut rng, &mut clean);
        // The pictures are the training images of the model: its crop is all of them.
        let side = clean.width as f32;
        let crop = Square::upright([0.5 * side; 2], 0.5 * side);
        let moved = |rng: &mut Pcg64Mcg| {
            let way = MOVES.map(|most| rng.random_range(-most..=most));
            crop.corrected(Correction::from_array(way))
        };
        for _ in 0..2 {
            let at = moved(&mut rng);
            samples.push(Sample {
                inputs: Box::new(mouth.inputs(&clean, at)),
                seen: true,
            });
        }
        let first = rng.random_range(0..Kind::FITTED.len());
        for step in 0..2 {
            let kind = Kind::FITTED[(first + step) % Kind::FITTED.len()];
            let donor = frame(&files[rng.random_range(0..files.len())])?;
            let mut covered = clean.clone();
            let hidden = covers::draw(&mut rng, kind, &mut covered, crop, &donor);
            if hidden > SEEN && hidden < HIDDEN {
                continue;
            }
            let again = if rng.random_bool(0.4) {
                face(&mut tracker, &covered)
            } else {
                None
            };
            let at = again.unwrap_or_else(|| moved(&mut rng));
            samples.push(Sample {
                inputs: Box::new(mouth.inputs(&covered, at)),
                seen: hidden <= SEEN,
            });
        }
    }
    Ok(samples)
}

/// Another exposure and white balance, or no colour at all as from an infra-red camera, and a camera's noise.
fn expose(rng: &mut Pcg64Mcg, frame: &mut Frame) {
    let gain = rng.random_range(0.35..1.15_f32);
    let grey = rng.random_bool(0.12);
    let tint: [f32; 3] = std::array::from_fn(|_| gain * rng.random_range(0.9..1.1_f32));
    let noise = rng.random_range(0.0..5.0_f32);
    for pixel in frame.rgb.chunks_exact_mut(3) {
        let luma = luma_from_rgb([pixel[0], pixel[1], pixel[2]].map(f32::from));
        for (byte, tint) in pixel.iter_mut().zip(tint) {
            let value = if grey {
                gain * luma
            } else {
                tint * f32::from(*byte)
            };
            *byte = (value + noise * rng.random_range(-1.7..1.7_f32)).clamp(0.0, 255.0) as u8;
        }
    }
}

fn moments(samples: &[Sample]) -> (Vec<f32>, Vec<f32>) {
    let count = samples.len() as f64;
    let (mut sums, mut squares) = (vec![0.0_f64; INPUTS], vec![0.0_f64; INPUTS]);
    for sample in samples {
        for (index, &input) in sample.inputs.iter().enumerate() {
            sums[index] += f64::from(input);
            squares[index] += f64::from(input).powi(2);
        }
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
    let deviations = squares
        .iter()
        .zip(&means)
        .map(|(square, mean)| (square / count - mean * mean).max(0.0).sqrt().max(1e-2) as f32);
    let deviations = deviations.collect();
    (
        means.into_iter().map(|mean| mean as f32).collect(),
        deviations,
    )
}

/// Stochastic gradient descent with a falling rate; both classes weigh the same.
fn descend(samples: &[Sample]) -> (Vec<f32>, f32) {
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    let (mut weights, mut bias) = (vec![0.0_f32; INPUTS], 0.0_f32);
    let seen = samples.iter().filter(|sample| sample.seen).count() as f32;
    let total = samples.len() as f32;
    let shares = [total / (2.0 * (total - seen)), total / (2.0 * seen)];
    for round in 0..ROUNDS {
        let rate = RATE * (1.0 - round as f32 / ROUNDS as f32) / (INPUTS as f32).sqrt();
        let mut loss = 0.0;
        for _ in 0..samples.len() {
            let sample = &samples[rng.random_range(0..samples.len())];
            let logit = bias
                + weights
                    .iter()
                    .zip(sample.inputs.iter())
                    .map(|(w, x)| w * x)
                    .sum::<f32>();
            let probability = 1.0 / (1.0 + (-logit).exp());
            let truth = f32::from(u8::from(sample.seen));
            let share = shares[usize::from(sample.seen)];
            let right = if sample.seen {
                probability
            } else {
                1.0 - probability
            };
            loss -= share * right.max(1e-9).ln();
            let step = rate * share * (truth - probability);
            for (weight, input) in weights.iter_mut().zip(sample.inputs.iter()) {
                *weight += step * input - rate * RIDGE * *weight;
            }
            bias += step;
        }
        println!("round {round}: loss {:.4}", loss / total);
    }
    (weights, bias)
}
