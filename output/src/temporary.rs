//! Names of what is not finished yet.

use crate::{OutputError, target::parent};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Between the name of the target and the letters drawn at random.
const INFIX: &str = ".partial-";
/// Letters drawn at random.
const RANDOM: usize = 6;

/// A builder of neighbours of `target`.
pub(crate) fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}{INFIX}")
}

/// Whether `name` is a temporary name that this crate gave to something meant to be called `target`.
#[must_use]
pub fn is_temporary_of(name: &str, target: &str) -> bool {
    name.strip_prefix(target)
        .and_then(|rest| rest.strip_prefix(INFIX))
        .is_some_and(|drawn| {
            drawn.len() == RANDOM && drawn.bytes().all(|letter| letter.is_ascii_alphanumeric())
        })
}

/// Removes our own `folder` at one stroke: it is renamed first, so that a kill half way leaves nothing that
/// looks whole. Only `files` are removed; anything else in it stays, with the folder, under its own name.
///
/// # Errors
/// [`OutputError::Refused`] when something else is in it, [`OutputError::Io`].
pub fn discard(folder: &Path, files: &[String]) -> Result<(), OutputError> {
    if let Some(foreign) = foreign(folder, files)? {
        return Err(OutputError::Refused {
            path: folder.into(),
            found: format!("{foreign}, which was not written with it"),
            expected: "nothing else in a folder that is to be removed",
        });
    }
    let aside = tempfile::Builder::new()
        .prefix(&prefix(folder))
        .rand_bytes(RANDOM)
        .tempdir_in(parent(folder))
        .map_err(OutputError::io(folder))?
        .keep();
    fs::rename(folder, &aside).map_err(OutputError::io(folder))?;
    remove(&aside, files)
}

/// Removes `files` and then the empty `folder`.
pub(crate) fn remove(folder: &Path, files: &[String]) -> Result<(), OutputError> {
    for file in files {
        let path = folder.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(OutputError::io(&path)(error));
            }
            _ => {}
        }
    }
    fs::remove_dir(folder).map_err(OutputError::io(folder))
}

/// The first name in `folder` that is not one of `files`.
pub(crate) fn foreign(folder: &Path, files: &[String]) -> Result<Option<String>, OutputError> {
    let names = names(folder)?;
    Ok(names.into_iter().find(|name| !files.contains(name)))
}

/// The names in `folder`, sorted.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, OutputError> {
    let io_error = || OutputError::io(folder);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error())? {
        let name: PathBuf = entry.map_err(io_error())?.file_name().into();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
