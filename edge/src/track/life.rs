//! Whether a face is alive: living faces blink, look about and change their expression; pictures do not.
//!
//! What counts is how the face looks once it is in its place, not where it is: a camera that shakes moves a
//! poster too. Light that changes, noise and a place that is a little wrong change a face everywhere or little;
//! a blink changes a few spots of it much.

use aligner::{Grey, Patch, Square};

/// Cells of a portrait per side.
const CELLS: usize = 14;
/// Samples of a [`Patch`] per side of a cell.
const CELL: usize = 3;
const SAMPLES: usize = CELLS * CELL;
/// Cells at the rim that are not compared: hair and background.
const RIM: usize = 1;
/// Frames between two portraits.
const EVERY: u32 = 2;
/// Seconds over which noise is averaged, and over which a face becomes what it is compared with.
const NOISE_SECONDS: f64 = 0.1;
const MEMORY_SECONDS: f64 = 4.0;
/// Change of a cell, in standard deviations of the portrait, from which a face has stirred, ...
const STIRRED: f32 = 0.45;
/// ... and the same in largest changes from one portrait to the next, averaged over some seconds: noise.
const ABOVE_NOISE: f32 = 1.1;
const ROUGH_SECONDS: f64 = 2.0;
/// Largest change of two portraits that show the same picture.
const SAME: f32 = 2.0 * STIRRED;

/// A face, small, without the light that is on it: unit deviation, no mean in any neighbourhood.
type Portrait = [f32; CELLS * CELLS];

/// Follows one face.
#[derive(Debug, Clone)]
pub(super) struct Life {
    last: Portrait,
    now: Portrait,
    before: Portrait,
    /// Seconds of the source's clock at the last portrait, and at the last stir.
    seen: Option<f64>,
    pub(super) stirred: f64,
    frames: u32,
    is_picture: bool,
    /// Largest change from one portrait to the next, averaged.
    rough: Option<f32>,
    /// Largest change of a cell, in standard deviations.
    pub(super) change: f32,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            last: [0.0; CELLS * CELLS],
            now: [0.0; CELLS * CELLS],
            before: [0.0; CELLS * CELLS],
            seen: None,
            stirred: 0.0,
            frames: 0,
            is_picture: false,
            rough: None,
            change: 0.0,
        }
    }

    /// Whether it has not stirred for so long that it is taken for a picture.
    pub(super) fn is_picture(&self) -> bool {
        self.is_picture
    }

    /// Looks at the face through its `window` on `grey`, at `seconds` of the source's clock; it is a picture
    /// after `still_after` seconds without a stir.
    pub(super) fn look(&mut self, grey: &Grey, window: Square, seconds: f64, still_after: f64) {
        self.frames = self.frames.wrapping_add(1);
        if self.seen.is_some() && !self.frames.is_multiple_of(EVERY) {
            return;
        }
        self.show(&portrait(grey, window), seconds, still_after);
    }

    fn show(&mut self, portrait: &Portrait, seconds: f64, still_after: f64) {
        let Some(before) = self.seen.replace(seconds) else {
            (self.last, self.now, self.before) = (*portrait, *portrait, *portrait);
            self.stirred = seconds;
            return;
        };
        let elapsed = (seconds - before).max(0.0);
        let step = largest_change(portrait, &self.last);
        self.last = *portrait;
        let rough = self.rough.get_or_insert(step);
        *rough += part(elapsed / ROUGH_SECONDS) * (step - *rough);
        let stirred = STIRRED.max(ABOVE_NOISE * *rough);
        follow(&mut self.now, portrait, elapsed / NOISE_SECONDS);
        self.change = largest_change(&self.now, &self.before);
        if self.change > stirred {
            // What it has come to is what it is compared with from now on.
            self.before = self.now;
            self.stirred = seconds;
        } else {
            let now = self.now;
            follow(&mut self.before, &now, elapsed / MEMORY_SECONDS);
        }
        self.is_picture = seconds - self.stirred >= still_after;
    }

    /// Whether the two look the same.
    pub(super) fn resembles(&self, other: &Self) -> bool {
        largest_change(&self.now, &other.now) < SAME
    }

    /// Takes over that the same picture has been seen before.
    pub(super) fn known_as_picture(&mut self) {
        self.stirred = f64::NEG_INFINITY;
        self.is_picture = true;
    }
}

/// The part of a step that an exponential average follows in so many time constants.
fn part(time: f64) -> f32 {
    (1.0 - (-time).exp()) as f32
}

fn follow(average: &mut Portrait, sample: &Portrait, time: f64) {
    let part = part(time);
    for (average, sample) in average.iter_mut().zip(sample) {
        *average += part * (sample - *average);
    }
}

fn largest_change(a: &Portrait, b: &Portrait) -> f32 {
    let inside = RIM..CELLS - RIM;
    let mut most = 0.0_f32;
    for row in inside.clone() {
        for column in inside.clone() {
            let cell = row * CELLS + column;
            most = most.max((a[cell] - b[cell]).abs());
        }
    }
    most
}

fn portrait(grey: &Grey, window: Square) -> Portrait {
    let patch = Patch::sample(grey, window);
    let mut cells = [0.0; CELLS * CELLS];
    for (index, value) in patch.values.iter().enumerate() {
        let (row, column) = (index / SAMPLES / CELL, index % SAMPLES / CELL);
        cells[row * CELLS + column] += value / (CELL * CELL) as f32;
    }
    without_light(&cells)
}

/// Takes the mean of every cell's neighbourhood off and brings the rest to unit deviation.
fn without_light(cells: &Portrait) -> Portrait {
    const REACH: usize = 2;
    let mut portrait = [0.0; CELLS * CELLS];
    for row in 0..CELLS {
        for column in 0..CELLS {
            let rows = row.saturating_sub(REACH)..(row + REACH + 1).min(CELLS);
            let columns = column.saturating_sub(REACH)..(column + REACH + 1).min(CELLS);
            let count = (rows.len() * columns.len()) as f32;
            let sum: f32 = rows
                .map(|row| cells[row * CELLS..][columns.clone()].iter().sum::<f32>())
                .sum();
            portrait[row * CELLS + column] = cells[row * CELLS + column] - sum / count;
        }
    }
    let power: f32 = portrait.iter().map(|value| value * value).sum();
    let deviation = (power / portrait.len() as f32).sqrt();
    // A flat picture shows noise alone.
    let scale = 1.0 / deviation.max(1.0);
    portrait.map(|value| value * scale)
}
