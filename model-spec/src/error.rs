//! What can be wrong with a manifest, a checkpoint or a bundle.

use std::path::PathBuf;

/// Every variant names the file; most name the field, what was found and what was expected.
///
/// The message holds the reason of the operating system or of serde, so `source()` gives none: who prints a
/// chain of errors prints each reason once.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The file could not be read or written.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: std::io::Error,
    },
    /// The file is not the JSON its format asks for (unknown and missing fields included).
    #[error("{}: not a valid {what}: {reason}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the file should have been, e.g. "manifest".
        what: &'static str,
        /// serde's reason, with line and column.
        reason: serde_json::Error,
    },
    /// The file was written for a newer format.
    #[error(
        "{}: format_version: found {found}, expected at most {supported}: \
         update this program, or export the model again with this version's tools",
        path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The newest version this program reads.
        supported: u32,
    },
    /// A field has a value that cannot be right.
    #[error("{}: {field}: found {found}, expected {expected}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The field, as a dotted path.
        field: String,
        /// The value found.
        found: String,
        /// What would have been right.
        expected: String,
    },
    /// A file's bytes are not the ones the manifest was written for.
    #[error(
        "{}: SHA-256: found {found}, expected {expected}: the file was changed or is incomplete; \
         copy or export the bundle again",
        path.display()
    )]
    Digest {
        /// The file.
        path: PathBuf,
        /// Digest of the bytes on disk, hexadecimal.
        found: String,
        /// Digest in the manifest, hexadecimal.
        expected: String,
    },
    /// A request does not fit the model, e.g. an attribute it does not have.
    #[error("{field}: found {found}, expected {expected}")]
    Request {
        /// What was asked for, e.g. "attribute".
        field: &'static str,
        /// The value given.
        found: String,
        /// What would have been right.
        expected: String,
    },
}

/// A problem found inside a value that does not know its file yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The field, as a dotted path.
    pub field: String,
    /// The value found.
    pub found: String,
    /// What would have been right.
    pub expected: String,
}

impl Mismatch {
    /// Describes one wrong field.
    pub fn new(
        field: impl Into<String>,
        found: impl ToString,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }

    /// The same problem, now naming the file it stands in.
    pub fn in_file(self, path: impl Into<PathBuf>) -> SpecError {
        SpecError::Field {
            path: path.into(),
            field: self.field,
            found: self.found,
            expected: self.expected,
        }
    }
}
