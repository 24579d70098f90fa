//! Versioned JSON files: read with a clear version error, written so that a crash leaves the old file.

use crate::error::{Mismatch, SpecError};
use output::OutputError;
use serde::{Serialize, de::DeserializeOwned};
use std::{fs, path::Path};

/// Reads `path`, refusing a `format_version` above `supported` before any other field is looked at.
///
/// # Errors
/// [`SpecError::Io`], [`SpecError::NewerFormat`], or [`SpecError::Json`] with line and column.
pub(crate) fn read_versioned<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
    supported: u32,
) -> Result<T, SpecError> {
    let bytes = fs::read(path).map_err(|reason| SpecError::Io {
        path: path.into(),
        reason,
    })?;
    parse_versioned(&bytes, path, what, supported)
}

/// As [`read_versioned`], of `bytes` that come from `path`.
///
/// # Errors
/// [`SpecError::NewerFormat`], [`SpecError::Field`] for version 0, or [`SpecError::Json`].
pub(crate) fn parse_versioned<T: DeserializeOwned>(
    bytes: &[u8],
    path: &Path,
    what: &'static str,
    supported: u32,
) -> Result<T, SpecError> {
    // A newer format may have fields this one has not, so its version has to be read first, alone.
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let json_error = |reason| SpecError::Json {
        path: path.into(),
        what,
        reason,
    };
    let version: Version = serde_json::from_slice(bytes).map_err(json_error)?;
    if version.format_version > supported {
        return Err(SpecError::NewerFormat {
            path: path.into(),
            found: version.format_version,
            supported,
        });
    }
    if version.format_version == 0 {
        let expected = format!("1 to {supported}");
        return Err(Mismatch::new("format_version", 0, expected).in_file(path));
    }
    serde_json::from_slice(bytes).map_err(json_error)
}

/// Writes `value` as indented JSON to `path`, whole or not at all; the name has to be ours.
///
/// # Errors
/// [`SpecError::Io`]; the former file, if any, is then untouched.
pub(crate) fn write_atomically<T: Serialize>(path: &Path, value: &T) -> Result<(), SpecError> {
    let io_error = |reason| SpecError::Io {
        path: path.into(),
        reason,
    };
    let mut text = serde_json::to_string_pretty(value)
        .map_err(std::io::Error::other)
        .map_err(io_error)?;
    text.push('\n');
    output::write_own(path, text.as_bytes()).map_err(|error| match error {
        OutputError::Io { path, source } => SpecError::Io {
            path,
            reason: source,
        },
        refused @ OutputError::Refused { .. } => io_error(std::io::Error::other(refused)),
    })
}
