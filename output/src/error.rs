//! Why something is not written.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// Names the target, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The target holds what this project did not write.
    #[error(
        "{}: found {found}, expected {expected}; nothing was written",
        shown(path)
    )]
    Refused {
        /// The target as it was asked for.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What may be there.
        expected: &'static str,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
}

/// An empty path would leave a gap in the sentence.
fn shown(path: &Path) -> impl fmt::Display {
    let quotes = if path.as_os_str().is_empty() {
        "\"\""
    } else {
        ""
    };
    format!("{}{quotes}", path.display())
}

impl OutputError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
