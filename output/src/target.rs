//! What a path that was asked for stands for.

use crate::OutputError;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The absolute path behind `path`, links followed; `None` for its metadata where nothing is there.
///
/// # Errors
/// [`OutputError::Refused`] for a link that leads nowhere and for a path without a name.
pub(crate) fn resolve(
    path: &Path,
    expected: &'static str,
) -> Result<(PathBuf, Option<fs::Metadata>), OutputError> {
    let refused = |found: &str| OutputError::Refused {
        path: path.into(),
        found: found.into(),
        expected,
    };
    match fs::metadata(path) {
        Ok(metadata) => {
            let real = fs::canonicalize(path).map_err(OutputError::io(path))?;
            Ok((real, Some(metadata)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(refused("a link that leads nowhere"));
            }
            if path.file_name().is_none() {
                return Err(refused("a path without a name"));
            }
            let absolute = std::path::absolute(path).map_err(OutputError::io(path))?;
            Ok((absolute, None))
        }
        Err(error) => Err(OutputError::io(path)(error)),
    }
}

/// The folder that `path` lies in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}
