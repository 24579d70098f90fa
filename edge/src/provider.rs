//! Execution providers: which one was asked for, which one runs, why the others do not.

use serde::Serialize;
use std::{fmt, str::FromStr};

/// Where ONNX Runtime computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// TensorRT, with CUDA for what it does not know.
    TensorRt,
    /// CUDA.
    Cuda,
    /// The processor.
    Cpu,
}

impl Provider {
    /// All, the fastest first.
    pub const ALL: [Self; 3] = [Self::TensorRt, Self::Cuda, Self::Cpu];

    /// Name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TensorRt => "tensorrt",
            Self::Cuda => "cuda",
            Self::Cpu => "cpu",
        }
    }

    /// Name on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::TensorRt => "TensorRT",
            Self::Cuda => "CUDA",
            Self::Cpu => "CPU",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What `--provider` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The first that runs, in the order of [`Provider::ALL`].
    #[default]
    Auto,
    /// This one or none.
    Only(Provider),
}

impl Choice {
    /// The providers to try, in order.
    #[must_use]
    pub fn candidates(self) -> Vec<Provider> {
        match self {
            Self::Auto => Provider::ALL.to_vec(),
            Self::Only(provider) => vec![provider],
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Only(provider) => provider.fmt(formatter),
        }
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let known = Provider::ALL
            .into_iter()
            .find(|provider| provider.name() == text);
        known
            .map(Self::Only)
            .ok_or_else(|| "expected auto, cpu, cuda or tensorrt".into())
    }
}

/// A provider that was tried and does not run.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// The provider.
    pub provider: Provider,
    /// Why, in ONNX Runtime's words.
    pub reason: String,
}
