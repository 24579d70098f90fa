//! What can go wrong between a checkpoint and a bundle.

use model_spec::SpecError;
use std::path::PathBuf;

/// Every variant names the file or the graph node it is about.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The checkpoint's or an existing bundle's description is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The weights file is not a safetensors file.
    #[error("{}: not a valid safetensors file: {source}", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        source: safetensors::SafeTensorError,
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

impl ExportError {
    /// Makes an [`ExportError::Io`] of an operating system error about `path`.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
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
