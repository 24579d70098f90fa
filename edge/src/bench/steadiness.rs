//! How steady an edit is: on a still face it shall not move more than the camera's noise does.

use super::picture::{RATE, edit_all, rendered, strengths};
use crate::{
    compose::mirror::Mirror,
    edit::{EditOptions, source_domain::Heads},
    error::EdgeError,
    inference::model::Model,
    picture::frame::Frame,
    timing::stage::Stages,
    track::tracked::Tracked,
};
use aligner::Square;
use faces::Take;
use serde::Serialize;
use std::{fmt, sync::Arc};

const SIZE: [usize; 2] = [640, 480];
/// Standard deviation of the noise, in bytes: a webcam's in a living room.
pub(super) const NOISE: f32 = 4.0;
/// Frames of a still face that are measured, and those before for everything to settle.
const STILL_FRAMES: u64 = 90;
const SETTLING: u64 = 60;
/// Every how many frames of the take one is looked at for its smile.
const LOOK_EVERY: u64 = 5;

/// The ways to edit that are compared.
const WAYS: [EditOptions; 5] = [
    way(Heads::Switched, 1),
    way(Heads::Switched, 2),
    way(Heads::Switched, 4),
    way(Heads::Blended, 1),
    way(Heads::Blended, 2),
];

const fn way(heads: Heads, style_every: u32) -> EditOptions {
    EditOptions { heads, style_every }
}

/// A still face under noise.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Steadiness {
    /// Which face: `neutral`, or `undecided` between two domains.
    pub(crate) face: &'static str,
    /// How the style encoder's heads are chosen.
    pub(crate) heads: &'static str,
    /// Frames from one run of the style encoder to the next.
    pub(crate) style_every: u32,
    /// Mean size of the edit over the crop, in bytes.
    pub(crate) edit_mean: f32,
    /// Standard deviation of the edit over time, mean over the crop, in bytes.
    pub(crate) edit_deviation: f32,
    /// That of the camera's picture, in bytes.
    pub(crate) noise_deviation: f32,
}

/// The take with all its changes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Liveliness {
    /// How the style encoder's heads are chosen.
    pub(crate) heads: &'static str,
    /// Frames from one run of the style encoder to the next.
    pub(crate) style_every: u32,
    /// Mean change of the difference from frame to frame, in bytes; over all frames.
    pub(crate) mean: f32,
    /// 99 of 100 frames change less.
    pub(crate) p99: f32,
    pub(crate) largest: f32,
}

/// Measures a neutral and an undecided face of the demo take.
pub(super) fn still(mut model: Model) -> Result<(Vec<Steadiness>, Model), EdgeError> {
    let take = take();
    let (faces, given_back) = faces(model, &take)?;
    model = given_back;
    let mut rows = Vec::new();
    for (face, index) in faces {
        for options in WAYS {
            let (row, given_back) = still_face(model, &take, index, options, face)?;
            model = given_back;
            rows.push(row);
        }
    }
    Ok((rows, model))
}

/// Measures the whole take.
pub(super) fn moving(mut model: Model) -> Result<(Vec<Liveliness>, Model), EdgeError> {
    let take = take();
    let mut rows = Vec::new();
    for options in WAYS {
        let strengths = strengths(&model);
        let frames = (0..take.loop_frames()).map(|index| rendered(&take, index, SIZE));
        let (mut before, mut changes) = (Vec::<f32>::new(), Vec::<f32>::new());
        model = edit_all(model, options, &strengths, frames, |_, edit| {
            let applied = edit.faces().first().filter(|face| face.applied);
            let now = match applied {
                Some(face) => face.drawing.difference.clone(),
                None => vec![0.0; before.len()],
            };
            if before.len() == now.len() && !now.is_empty() {
                let sum: f32 = now.iter().zip(&before).map(|(a, b)| (a - b).abs()).sum();
                changes.push(127.5 * sum / now.len() as f32);
            }
            before = now;
        })?;
        changes.sort_by(f32::total_cmp);
        let last = changes.len().saturating_sub(1);
        let at = |part: f32| changes.get((part * last as f32) as usize).copied();
        rows.push(Liveliness {
            heads: name(options.heads),
            style_every: options.style_every,
            mean: changes.iter().sum::<f32>() / changes.len().max(1) as f32,
            p99: at(0.99).unwrap_or(0.0),
            largest: at(1.0).unwrap_or(0.0),
        });
    }
    Ok((rows, model))
}

fn take() -> Take {
    let [width, height] = SIZE.map(|side| side as u32);
    Take::new(0, width, height, RATE)
}

/// Names and frame indices.
type Faces = [(&'static str, u64); 2];

/// Frames of the take on which the face is clearly neutral, and on which it is neither.
fn faces(model: Model, take: &Take) -> Result<(Faces, Model), EdgeError> {
    let strengths = vec![0.0; model.manifest().attributes.len()];
    let frames = (0..take.loop_frames())
        .step_by(LOOK_EVERY as usize)
        .map(|index| {
            let mut frame = rendered(take, index, SIZE);
            // Far apart in time, so that no frame remembers another.
            frame.seconds = index as f64 * 10.0;
            frame
        });
    let options = way(Heads::Switched, 1);
    let (mut neutral, mut undecided) = ((f32::MAX, 0), (f32::MAX, 0));
    let model = edit_all(model, options, &strengths, frames, |tracked, edit| {
        let face = edit.faces().first();
        let Some(&smile) = face.and_then(|face| face.probabilities.first()) else {
            return;
        };
        let index = tracked.frame.index;
        if smile < neutral.0 {
            neutral = (smile, index);
        }
        if (smile - 0.5).abs() < undecided.0 {
            undecided = ((smile - 0.5).abs(), index);
        }
    })?;
    Ok(([("neutral", neutral.1), ("undecided", undecided.1)], model))
}

fn still_face(
    model: Model,
    take: &Take,
    index: u64,
    options: EditOptions,
    face: &'static str,
) -> Result<(Steadiness, Model), EdgeError> {
    let still = rendered(take, index, SIZE);
    let strengths = strengths(&model);
    let mut mirror = Mirror::new(&model.manifest().architecture);
    let mut noise = Noise(1);
    let frames = (0..SETTLING + STILL_FRAMES).map(|number| {
        let mut frame = still.clone();
        frame.index = number;
        frame.seconds = number as f64 / f64::from(RATE);
        noise.add(&mut frame);
        frame
    });
    let (mut camera, mut edits) = (Spread::default(), Spread::default());
    let mut area = None;
    // Where the edit is laid over: without noise, which an edit that moves pixels would move, too.
    let mut clean = Tracked::default();
    let mut stages = Stages::default();
    let model = edit_all(model, options, &strengths, frames, |tracked, edit| {
        let frame = Arc::make_mut(&mut clean.frame);
        frame.clone_from(&still);
        (frame.index, frame.seconds) = (tracked.frame.index, tracked.frame.seconds);
        clean.faces.clone_from(&tracked.faces);
        mirror.compose(&clean, Some(edit), &mut stages);
        let face = tracked.faces.first();
        let (Some(face), true) = (face, tracked.frame.index >= SETTLING) else {
            return;
        };
        let area = *area.get_or_insert(face.crop);
        camera.add(pixels(&tracked.frame.rgb, area).map(f32::from));
        let edited = pixels(mirror.rgb(), area).zip(pixels(&still.rgb, area));
        edits.add(edited.map(|(after, before)| f32::from(after) - f32::from(before)));
    })?;
    let row = Steadiness {
        face,
        heads: name(options.heads),
        style_every: options.style_every,
        edit_mean: edits.mean_size(),
        edit_deviation: edits.deviation(),
        noise_deviation: camera.deviation(),
    };
    Ok((row, model))
}

/// Green values of the pixels under `area`.
fn pixels(rgb: &[u8], area: Square) -> impl Iterator<Item = u8> {
    let [left, top] = area.origin().map(|edge| edge.max(0.0) as usize);
    let side = area.side as usize;
    let columns = left.min(SIZE[0])..(left + side).min(SIZE[0]);
    let rows = top.min(SIZE[1])..(top + side).min(SIZE[1]);
    rows.flat_map(move |y| columns.clone().map(move |x| rgb[3 * (y * SIZE[0] + x) + 1]))
}

/// Mean and variance of every pixel over time.
#[derive(Default)]
struct Spread {
    count: f32,
    sums: Vec<f32>,
    squares: Vec<f32>,
}

impl Spread {
    fn add(&mut self, values: impl Iterator<Item = f32>) {
        self.count += 1.0;
        for (index, value) in values.enumerate() {
            if index == self.sums.len() {
                self.sums.push(0.0);
                self.squares.push(0.0);
            }
            self.sums[index] += value;
            self.squares[index] += value * value;
        }
    }

    /// Standard deviation over time, mean over the pixels.
    fn deviation(&self) -> f32 {
        let pairs = self.sums.iter().zip(&self.squares);
        let deviations = pairs.map(|(sum, square)| {
            let mean = sum / self.count;
            (square / self.count - mean * mean).max(0.0).sqrt()
        });
        deviations.sum::<f32>() / self.sums.len().max(1) as f32
    }

    /// Mean over the pixels of the size of their mean.
    fn mean_size(&self) -> f32 {
        let sizes = self.sums.iter().map(|sum| (sum / self.count).abs());
        sizes.sum::<f32>() / self.sums.len().max(1) as f32
    }
}

/// Gaussian noise, the same in every run: the sum of four uniform numbers of SplitMix64.
struct Noise(u64);

impl Noise {
    fn add(&mut self, frame: &mut Frame) {
        for byte in &mut frame.rgb {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            let sum: u64 = (0..4).map(|part| (z >> (16 * part)) & 0xffff).sum();
            // Four uniform numbers have the variance 4/12.
            let normal = (sum as f32 / 65_536.0 - 2.0) * 3.0_f32.sqrt();
            *byte = (f32::from(*byte) + NOISE * normal).round() as u8;
        }
    }
}

fn name(heads: Heads) -> &'static str {
    match heads {
        Heads::Switched => "switched",
        Heads::Blended => "blended",
    }
}

impl fmt::Display for Steadiness {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (face, heads, every) = (self.face, self.heads, self.style_every);
        let (edit, noise) = (self.edit_deviation, self.noise_deviation);
        write!(
            out,
            "{face:<12} {heads:<10} {every:>6} {:>12.2} {edit:>8.3} {noise:>10.3} {:>12.3}",
            self.edit_mean,
            edit / noise
        )
    }
}

impl fmt::Display for Liveliness {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (heads, every) = (self.heads, self.style_every);
        write!(
            out,
            "{heads:<10} {every:>6} {:>8.3} {:>8.3} {:>8.3}",
            self.mean, self.p99, self.largest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_has_the_deviation_it_claims_and_is_the_same_again() {
        let grey = || {
            let mut frame = Frame::default();
            frame.resize(100, 100);
            frame.rgb.fill(128);
            frame
        };
        let (mut noise, mut spread) = (Noise(1), Spread::default());
        let mut frames = Vec::new();
        for _ in 0..50 {
            let mut frame = grey();
            noise.add(&mut frame);
            spread.add(frame.rgb.iter().copied().map(f32::from));
            frames.push(frame.rgb);
        }
        let deviation = spread.deviation();
        assert!((deviation / NOISE - 1.0).abs() < 0.03, "{deviation}");
        let mut again = grey();
        Noise(1).add(&mut again);
        assert_eq!(again.rgb, frames[0]);
    }
}
