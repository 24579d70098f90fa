//! What can go wrong between a checkpoint and a bundle.

use model_spec::{Precision, SpecError};
use onnx_runtime::NoLibrary;
use output::OutputError;
use std::path::PathBuf;

/// Every variant names the file or the graph node it is about, and holds its reason in its message alone:
/// `source()` gives none, so that a printed chain of errors says each reason once.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The checkpoint's or an existing bundle's description is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file or folder could not be read or written.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        reason: std::io::Error,
    },
    /// The weights file is not a safetensors file.
    #[error("{}: not a valid safetensors file: {reason}", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        reason: safetensors::SafeTensorError,
    },
    /// Tensors are missing, unknown, of another shape or not finite.
    #[error("{}: {} wrong:\n  {}", path.display(), count(problems), listed(problems))]
    Weights {
        /// The file.
        path: PathBuf,
        /// One line per tensor: name, found, expected.
        problems: Vec<String>,
    },
    /// A graph contradicts itself: a defect of this program.
    #[error("graph {graph}, node {node}: {reason}")]
    Graph {
        /// Name of the graph.
        graph: String,
        /// Name of the node.
        node: String,
        /// What does not fit.
        reason: String,
    },
    /// A graph does not fit into one file.
    #[error("graph {graph}: found {bytes} bytes, expected at most 2 GB, the limit of the format")]
    TooLarge {
        /// Name of the graph.
        graph: String,
        /// Size it would have.
        bytes: usize,
    },
    /// The path is not a checkpoint folder.
    #[error(
        "{}: found {found}, expected a checkpoint folder, as `trainer fit` and `trainer import` \
         write it", path.display()
    )]
    NoCheckpoint {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: String,
    },
    /// The parity sample cannot be used.
    #[error("{}: {reason}", path.display())]
    Parity {
        /// The file.
        path: PathBuf,
        /// Tensor, found, expected.
        reason: String,
    },
    /// A calibration picture cannot be used.
    #[error("calibration picture {}: {reason}", path.display())]
    Picture {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The signing key cannot be used.
    #[error(
        "{}: found {reason}, expected an Ed25519 private key in PEM \
         (`openssl genpkey -algorithm ed25519`)", path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A bundle's graph is no ONNX model.
    #[error("{}: no ONNX model: {reason}", path.display())]
    Onnx {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        reason: prost::DecodeError,
    },
    /// No usable ONNX Runtime library.
    #[error(transparent)]
    NoRuntime(#[from] NoLibrary),
    /// ONNX Runtime refused a call.
    #[error("ONNX Runtime: graph {graph}: {reason}")]
    Runtime {
        /// Name of the graph.
        graph: String,
        /// Its own message.
        reason: String,
    },
    /// The precision loses more than its stated tolerance.
    #[error(
        "--precision {precision} loses too much on {measured_on}: {}; --accept-loss writes the \
         bundle all the same, and its manifest says so", reasons.join(", ")
    )]
    Loss {
        /// The precision.
        precision: Precision,
        /// The faces.
        measured_on: String,
        /// One line per figure beyond its tolerance.
        reasons: Vec<String>,
    },
    /// The output folder holds something that must not be overwritten.
    #[error(
        "{}: found {found}, expected a new or empty folder, or a bundle to replace", path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What is there.
        found: String,
    },
}

impl From<OutputError> for ExportError {
    fn from(error: OutputError) -> Self {
        match error {
            OutputError::Refused { path, found, .. } => Self::Occupied { path, found },
            OutputError::Io { path, source } => Self::Io {
                path,
                reason: source,
            },
        }
    }
}

impl ExportError {
    /// Makes an [`ExportError::Io`] of an operating system error about `path`.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |reason| Self::Io { path, reason }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, ExportError>;

/// Lines shown before the rest is only counted: one wrong width spoils every tensor.
const SHOWN: usize = 12;

fn count(problems: &[String]) -> String {
    match problems.len() {
        1 => "1 tensor is".into(),
        count => format!("{count} tensors are"),
    }
}

fn listed(problems: &[String]) -> String {
    let mut lines: Vec<&str> = problems.iter().take(SHOWN).map(String::as_str).collect();
    let rest = format!("… and {} more", problems.len().saturating_sub(SHOWN));
    if problems.len() > SHOWN {
        lines.push(&rest);
    }
    lines.join("\n  ")
}
