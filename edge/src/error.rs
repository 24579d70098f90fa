//! What can go wrong in the mirror.

use model_spec::SpecError;
use onnx_runtime::NoLibrary;
use std::path::PathBuf;

/// Every message names the thing (file, device, library, provider), what was found and what to do, and
/// holds its reason: `source()` gives none, so that a printed chain says each reason once.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The command line asks for something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// The bundle is wrong, or does not have what was asked for.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// No bundle was named and none lies where one is looked for.
    #[error(
        "no bundle: {} is not there; name one with --bundle DIR. Looked for in: {}",
        name, places(.searched)
    )]
    NoBundle {
        /// Relative path of the default bundle.
        name: String,
        /// Folders that were looked at.
        searched: Vec<PathBuf>,
    },
    /// No usable ONNX Runtime library.
    #[error(transparent)]
    NoRuntime(#[from] NoLibrary),
    /// ONNX Runtime refused a call.
    #[error("ONNX Runtime: {what}: {reason}")]
    Runtime { what: String, reason: String },
    /// A named execution provider cannot run, or none can.
    #[error("--provider {choice} cannot run this bundle:{failures}")]
    Provider {
        choice: String,
        /// Why each provider tried does not run, a line each.
        failures: String,
    },
    /// A graph has other inputs or outputs than the manifest says.
    #[error("{}: {field}: found {found}, expected {expected}", path.display())]
    Graph {
        path: PathBuf,
        /// An input or output.
        field: String,
        found: String,
        expected: String,
    },
    /// The camera cannot be used.
    #[error("camera {}: {reason}", device.display())]
    Camera { device: PathBuf, reason: String },
    /// A folder of pictures cannot be used.
    #[error("{}: {reason}", path.display())]
    Folder { path: PathBuf, reason: String },
    /// The window cannot be opened or drawn.
    #[error("window: {0}")]
    Window(String),
    /// A file could not be read or written.
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    /// A file to write is there already and is not this program's.
    #[error(transparent)]
    Output(#[from] output::OutputError),
    /// The parity sample came out differently.
    #[error("parity: {0}")]
    Parity(String),
    /// `edge doctor` found what keeps the mirror from running.
    #[error("the mirror does not run on this machine: {errors} errors, see above")]
    Doctor { errors: usize },
    /// A part of the program broke; a bug.
    #[error("internal: {0}")]
    Internal(String),
}

impl EdgeError {
    /// Exit code of the program: 2 for usage, 1 for failure.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Spec(SpecError::Request { .. }) => 2,
            _ => 1,
        }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File {
            path: path.into(),
            reason: reason.to_string(),
        }
    }

    /// A call that ONNX Runtime refused.
    pub(crate) fn runtime(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Runtime {
            what: what.into(),
            reason: reason.to_string(),
        }
    }
}

fn places(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    paths.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{error::Error, io};

    #[test]
    fn a_printed_chain_of_errors_says_each_reason_once() {
        let reason = || io::Error::other("the disk is full");
        let path = || PathBuf::from("smile.avi");
        let errors: [EdgeError; 5] = [
            EdgeError::file(path(), reason()),
            EdgeError::runtime("load", reason()),
            SpecError::Io {
                path: path(),
                reason: reason(),
            }
            .into(),
            EdgeError::Camera {
                device: path(),
                reason: reason().to_string(),
            },
            EdgeError::Folder {
                path: path(),
                reason: reason().to_string(),
            },
        ];
        for error in errors {
            let mut chain = error.to_string();
            let mut source = error.source();
            while let Some(error) = source {
                chain += &format!(": {error}");
                source = error.source();
            }
            assert_eq!(chain.matches("the disk is full").count(), 1, "{chain}");
        }
    }
}
