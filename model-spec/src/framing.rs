//! How the model's square crop relates to a face detector's box.

use crate::error::Mismatch;
use serde::{Deserialize, Serialize};

/// The training crop, expressed in the square box that `rustface` (SeetaFace) gives for that face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// Side of the crop divided by the side of the detection box.
    pub side_ratio: f32,
    /// Crop centre minus box centre, in sides of the detection box; x right, y down.
    pub centre_offset: [f32; 2],
}

impl Framing {
    /// Checks that the crop can lie on the face.
    ///
    /// # Errors
    /// The first [`Mismatch`], its field prefixed with `framing.`.
    pub fn validate(&self) -> Result<(), Mismatch> {
        if !(0.2..=5.0).contains(&self.side_ratio) {
            return Err(Mismatch::new(
                "framing.side_ratio",
                self.side_ratio,
                "0.2 to 5",
            ));
        }
        if self
            .centre_offset
            .iter()
            .any(|offset| !(-1.0..=1.0).contains(offset))
        {
            return Err(Mismatch::new(
                "framing.centre_offset",
                format!("{:?}", self.centre_offset),
                "two numbers from -1 to 1",
            ));
        }
        Ok(())
    }
}
