//! The newest release of a bundle that has run here, kept in a file: an older one is refused.
//!
//! A signature tells that a bundle is genuine, not that it is the newest: whoever can exchange the bundle could put back
//! an old one with a known fault.

use crate::error::EdgeError;
use model_spec::{Bundle, SpecError, manifest::MANIFEST_FILE};
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// Bytes of a record at most: a device that never ends is none.
const LONGEST: u64 = 64;

/// A record that was read.
#[derive(Debug, Clone)]
pub(crate) struct ReleaseRecord {
    path: PathBuf,
    newest: Option<u64>,
}

impl ReleaseRecord {
    /// Reads the record; where there is no file, none has run.
    ///
    /// # Errors
    /// [`EdgeError::File`] for a file that cannot be read or holds anything but a number.
    pub(crate) fn read(path: &Path) -> Result<Self, EdgeError> {
        let newest = match text(path) {
            Ok(text) => Some(number(&text).ok_or_else(|| {
                let reason = "found other text, expected the number of a release";
                EdgeError::file(path, reason)
            })?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(EdgeError::file(path, error)),
        };
        Ok(Self {
            path: path.into(),
            newest,
        })
    }

    /// Refuses a bundle that is older than the newest that has run, or has no number.
    ///
    /// # Errors
    /// [`EdgeError::Spec`].
    pub(crate) fn admit(&self, bundle: &Bundle) -> Result<(), EdgeError> {
        let release = bundle.manifest().release;
        let (found, expected) = match (release, self.newest) {
            (Some(release), None) if release > 0 => return Ok(()),
            (Some(release), Some(newest)) if release >= newest => return Ok(()),
            (found, newest) => (found, newest.unwrap_or(1)),
        };
        Err(SpecError::Field {
            path: bundle.path(MANIFEST_FILE),
            field: "release".into(),
            found: found.map_or_else(|| "none".into(), |found| found.to_string()),
            expected: format!("{expected} or newer, by {}", self.path.display()),
        }
        .into())
    }

    /// Notes that a bundle runs that was admitted.
    ///
    /// # Errors
    /// [`EdgeError::Output`]; the record is then as it was.
    pub(crate) fn note(&self, bundle: &Bundle) -> Result<(), EdgeError> {
        match bundle.manifest().release {
            Some(release) if Some(release) > self.newest => {
                let text = format!("{release}\n");
                Ok(output::write(&self.path, text.as_bytes(), is_own)?)
            }
            _ => Ok(()),
        }
    }
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn is_own(path: &Path) -> Result<(), String> {
    let text = text(path).map_err(|error| error.to_string())?;
    number(&text)
        .map(drop)
        .ok_or_else(|| "a file without the number of a release".into())
}
