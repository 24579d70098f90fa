//! What a precision below 32-bit floats cost, as measured when the bundle was written.

use crate::error::Mismatch;
use serde::{Deserialize, Serialize};

/// Measured on faces that went through the whole chain, from picture to edited picture, once with
/// the bundle's graphs, every 16-bit value rounded to one, and once with the same graphs in 32-bit
/// floats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fidelity {
    /// Faces, and which.
    pub measured_on: String,
    /// Peak signal-to-noise ratio of the edited faces in decibels, peak to peak 2; 200 for equal ones.
    pub psnr_decibels: f64,
    /// Largest difference of any value of an edited face, in units of [-1, 1].
    pub max_difference: f64,
    /// Share of the classifier's verdicts on edited faces that changed; 0 without a classifier.
    pub verdicts_changed: f64,
    /// Largest difference between an output of one graph and the trainer's, in units of the largest
    /// expected value, or of 1 where that is less: what a device's own check has to allow.
    pub parity_tolerance: f32,
    /// Whether the loss was beyond the tolerance stated for the precision, and accepted by name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loss_accepted: bool,
}

impl Fidelity {
    /// Checks every field's range.
    ///
    /// # Errors
    /// The first [`Mismatch`], its field prefixed with `fidelity.`.
    pub fn validate(&self) -> Result<(), Mismatch> {
        let ranges = [
            ("psnr_decibels", self.psnr_decibels, -200.0..=200.0),
            ("max_difference", self.max_difference, 0.0..=1e6),
            ("verdicts_changed", self.verdicts_changed, 0.0..=1.0),
            (
                "parity_tolerance",
                f64::from(self.parity_tolerance),
                0.0..=10.0,
            ),
        ];
        for (name, value, range) in ranges {
            if !range.contains(&value) {
                return Err(Mismatch::new(
                    format!("fidelity.{name}"),
                    value,
                    format!("{} to {}", range.start(), range.end()),
                ));
            }
        }
        Ok(())
    }
}
