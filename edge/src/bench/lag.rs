//! What a display that does not wait costs: the picture it shows, a newest frame with an older edit
//! moved to where the face is now, against the picture it would show if it waited.

use super::picture::{RATE, edit_all, rendered, strengths};
use crate::{
    compose::mirror::Mirror,
    edit::{Edit, EditOptions},
    error::EdgeError,
    inference::model::Model,
    timing::stage::Stages,
    track::tracked::Tracked,
};
use faces::Take;
use serde::Serialize;
use std::{collections::VecDeque, fmt, sync::Arc};

const SIZE: [usize; 2] = [640, 480];
/// Lags that are measured, in frames.
const LAGS: [usize; 3] = [1, 2, 4];

/// An edit that comes some frames late.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Lag {
    /// How many frames late, at 30 per second.
    pub(crate) frames: usize,
    /// Mean error over the crop and the take, in bytes.
    pub(crate) mean_error: f32,
    /// 95 of 100 frames have a smaller one.
    pub(crate) p95_error: f32,
    /// Mean error if the edit were left where it was made.
    pub(crate) mean_error_in_place: f32,
    /// Mean error of no edit at all: the size of the edit.
    pub(crate) mean_error_without: f32,
}

pub(super) fn measure(model: Model) -> Result<Vec<Lag>, EdgeError> {
    let [width, height] = SIZE.map(|side| side as u32);
    let take = Take::new(0, width, height, RATE);
    let strengths = strengths(&model);
    let mut mirrors = [(); 2].map(|()| Mirror::new(&model.manifest().architecture));
    let mut stages = Stages::default();
    let frames = (0..take.loop_frames()).map(|index| rendered(&take, index, SIZE));
    let mut past: VecDeque<Edit> = VecDeque::new();
    let mut errors: Vec<[Vec<f32>; 3]> = LAGS.map(|_| Default::default()).into();
    let options = EditOptions::default();
    edit_all(model, options, &strengths, frames, |tracked, edit| {
        past.push_front(edit.clone());
        past.truncate(LAGS[LAGS.len() - 1] + 1);
        let [synchronous, late] = &mut mirrors;
        synchronous.compose(tracked, Some(edit), &mut stages);
        for (lag, errors) in LAGS.into_iter().zip(&mut errors) {
            let Some(old) = past.get(lag) else { continue };
            let in_place = Tracked {
                frame: Arc::clone(&tracked.frame),
                ..old.tracked()
            };
            let shown = [
                (tracked, Some(old)),
                (&in_place, Some(old)),
                (tracked, None),
            ];
            for ((tracked, edit), errors) in shown.into_iter().zip(errors) {
                late.compose(tracked, edit, &mut stages);
                errors.extend(error(synchronous.rgb(), late.rgb(), tracked));
            }
        }
    })?;
    let rows = LAGS.into_iter().zip(errors);
    let rows = rows.map(|(frames, [mut warped, in_place, without])| {
        warped.sort_by(f32::total_cmp);
        let p95 = warped.len().saturating_sub(1) * 95 / 100;
        Lag {
            frames,
            mean_error: mean(&warped),
            p95_error: warped.get(p95).copied().unwrap_or(0.0),
            mean_error_in_place: mean(&in_place),
            mean_error_without: mean(&without),
        }
    });
    Ok(rows.collect())
}

/// Sum of all differences, spread over the pixels of the crop; none without a face.
fn error(expected: &[u8], found: &[u8], tracked: &Tracked) -> Option<f32> {
    let side = tracked.faces.first()?.crop.side;
    let pairs = expected.iter().zip(found);
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    Some(sum as f32 / (3.0 * side * side))
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

impl fmt::Display for Lag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:<8} {:>12.3} {:>10.3} {:>14.3} {:>10.3}",
            self.frames,
            self.mean_error,
            self.p95_error,
            self.mean_error_in_place,
            self.mean_error_without
        )
    }
}
