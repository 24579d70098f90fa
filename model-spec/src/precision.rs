//! How the numbers of a bundle's graphs are computed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Arithmetic of the graphs. Inputs and outputs are 32-bit floats in every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats throughout.
    Fp32,
    /// 16-bit floats throughout.
    Fp16,
    /// 16-bit floats; norms, style arithmetic and last layers in 32-bit ones.
    Mixed,
    /// Convolutions in 8-bit integers with 32-bit floats around them; norms, first and last layers
    /// in 32-bit floats.
    Int8,
}

/// The largest loss, against the same graphs in 32-bit floats, with which a bundle is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Least peak signal-to-noise ratio of the edited faces in decibels, peak to peak 2.
    pub psnr_decibels: f64,
    /// Largest difference of any value of an edited face, in units of [-1, 1].
    pub max_difference: f64,
    /// Largest share of the classifier's verdicts on edited faces that may change.
    pub verdicts_changed: f64,
}

impl Precision {
    /// All, the most exact first.
    pub const ALL: [Self; 4] = [Self::Fp32, Self::Mixed, Self::Fp16, Self::Int8];

    /// Name on the command line and in manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fp32 => "fp32",
            Self::Fp16 => "fp16",
            Self::Mixed => "mixed",
            Self::Int8 => "int8",
        }
    }

    /// The loss that is stated for this precision; none for 32-bit floats, which lose nothing.
    #[must_use]
    pub const fn tolerance(self) -> Option<Tolerance> {
        match self {
            Self::Fp32 => None,
            Self::Mixed | Self::Fp16 => Some(Tolerance {
                psnr_decibels: 50.0,
                max_difference: 0.1,
                verdicts_changed: 0.01,
            }),
            Self::Int8 => Some(Tolerance {
                psnr_decibels: 30.0,
                max_difference: 0.5,
                verdicts_changed: 0.03,
            }),
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How instance norms are written. Both forms give the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Norms {
    /// As one operator, `InstanceNormalization`.
    #[default]
    Native,
    /// As mean and variance in 32-bit floats, for TensorRT versions in which the operator is slow or
    /// wrong.
    Arithmetic,
}

impl Norms {
    /// Name on the command line and in manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Arithmetic => "arithmetic",
        }
    }
}
