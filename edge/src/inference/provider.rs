//! Execution providers: which one was asked for, which one runs, why the others do not.

use model_spec::tensor::PARITY_TOLERANCE;
use serde::Serialize;
use std::{fmt, path::PathBuf, str::FromStr};

/// Where ONNX Runtime computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    /// TensorRT, with CUDA for what it does not know.
    TensorRt,
    Cuda,
    /// The processor.
    Cpu,
}

impl Provider {
    /// All, the fastest first.
    pub(crate) const ALL: [Self; 3] = [Self::TensorRt, Self::Cuda, Self::Cpu];

    /// Name on the command line and in reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TensorRt => "tensorrt",
            Self::Cuda => "cuda",
            Self::Cpu => "cpu",
        }
    }

    /// Name on screen.
    #[must_use]
    pub(crate) const fn label(self) -> &'static str {
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
pub(crate) enum ProviderChoice {
    /// The first that runs, in the order of [`Provider::ALL`].
    #[default]
    Auto,
    /// This one or none.
    Only(Provider),
}

impl ProviderChoice {
    /// The providers to try, in order.
    #[must_use]
    pub(crate) fn candidates(self) -> Vec<Provider> {
        match self {
            Self::Auto => Provider::ALL.to_vec(),
            Self::Only(provider) => vec![provider],
        }
    }
}

impl fmt::Display for ProviderChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Only(provider) => provider.fmt(formatter),
        }
    }
}

impl FromStr for ProviderChoice {
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

/// Arithmetic of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Precision {
    /// The graphs' own: 32-bit floats.
    #[default]
    Fp32,
    /// 16-bit floats where TensorRT finds them faster.
    Fp16,
    /// 8-bit integers where the graphs carry their ranges, 16-bit floats elsewhere.
    Int8,
}

impl Precision {
    /// Name on the command line and in reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fp32 => "fp32",
            Self::Fp16 => "fp16",
            Self::Int8 => "int8",
        }
    }

    /// Largest difference from the trainer's outputs, relative to `max(1, max |expected|)`, with which
    /// a bundle may be shown. TensorRT rounds factors of fp32 convolutions to TF32, whose mantissa
    /// is that of fp16.
    #[must_use]
    pub(crate) const fn tolerance(self, provider: Provider) -> f32 {
        match (provider, self) {
            (Provider::TensorRt, Self::Int8) => 0.1,
            (Provider::TensorRt, _) => 0.02,
            _ => PARITY_TOLERANCE,
        }
    }
}

/// Everything that is asked for about the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProviderRequest {
    pub(crate) choice: ProviderChoice,
    /// Arithmetic; other than fp32 needs TensorRT.
    pub(crate) precision: Precision,
    /// Effort of TensorRT's engine builder, 0 to 5; none leaves it to TensorRT.
    pub(crate) builder_level: Option<u8>,
    /// Whether TensorRT replays its work as a CUDA graph.
    pub(crate) cuda_graph: bool,
    /// Folder of the engine caches; none takes the user's cache folder.
    pub(crate) engine_cache: Option<PathBuf>,
    /// Domain of all faces; none asks the bundle's classifier.
    pub(crate) source_domain: Option<String>,
}

impl From<ProviderChoice> for ProviderRequest {
    fn from(choice: ProviderChoice) -> Self {
        Self {
            choice,
            ..Self::default()
        }
    }
}

impl ProviderRequest {
    /// Why `provider` cannot do what is asked for, whatever the machine has.
    ///
    /// # Errors
    /// The reason.
    pub(crate) fn suits(&self, provider: Provider) -> Result<(), String> {
        let precision = self.precision.name();
        if self.precision != Precision::Fp32 && provider != Provider::TensorRt {
            return Err(format!(
                "--precision {precision} needs TensorRT; the graphs themselves compute in fp32"
            ));
        }
        Ok(())
    }
}

/// A provider that was tried and does not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    pub(crate) provider: Provider,
    /// Why, in ONNX Runtime's words.
    pub(crate) reason: String,
}

impl Failure {
    /// A line of an error message.
    pub(crate) fn line(&self) -> String {
        format!("\n  {}: {}", self.provider, self.reason)
    }
}
