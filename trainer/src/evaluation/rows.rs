//! The rows of a picture that an edit belongs to, and those that it should leave alone.

use crate::config::EvaluationConfig;
use tch::{Kind, Tensor};

/// Rows of the mouth, as shares of the image's height, in a detector's tight crop: below the nose.
const MOUTH_ROWS: [f64; 2] = [0.62, 1.0];
/// Rows above the eyes.
const FOREHEAD_ROWS: [f64; 2] = [0.0, 0.3];
/// A band of rows: top and bottom as shares of the image's height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band([f64; 2]);

impl Band {
    /// Mean absolute difference of the band, face by face, in units of the whole pixel range.
    ///
    /// # Shapes
    /// `before`, `after [N,C,S,S]` in [-1, 1] -> `[N]`.
    pub(crate) fn change(self, before: &Tensor, after: &Tensor) -> Tensor {
        let size = before.size()[2] as f64;
        let [top, bottom] = self.0.map(|share| (share * size).round() as i64);
        let cut = |t: &Tensor| t.narrow(2, top, (bottom - top).max(1)) * 0.5;
        (cut(after) - cut(before))
            .abs()
            .mean_dim([1, 2, 3].as_slice(), false, Kind::Float)
    }
}

/// The rows that an edit of an attribute belongs to, and those that it should keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// Rows that should change.
    pub edited: Band,
    /// Rows that should not.
    pub kept: Band,
}

impl Rows {
    /// Those of the settings, or mouth and forehead.
    pub(crate) fn of(settings: &EvaluationConfig, attribute: &str) -> Self {
        let band = |rows: Option<&[f64; 2]>, other| Band(rows.copied().unwrap_or(other));
        Self {
            edited: band(settings.edited_rows.get(attribute), MOUTH_ROWS),
            kept: band(settings.kept_rows.get(attribute), FOREHEAD_ROWS),
        }
    }
}
