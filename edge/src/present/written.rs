//! Files that this program writes where it is told to, and knows again.

use crate::error::EdgeError;
use std::{fs, path::Path};

/// What pictures are marked with.
const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// Accepts a picture that [`save_png`] wrote.
///
/// # Errors
/// What the file is instead.
pub(crate) fn picture(path: &Path) -> Result<(), String> {
    output::picture::by(path, PROGRAM)
}

/// Accepts a folder that is missing, empty, or has pictures of this program alone, in itself and in its `subfolders`.
///
/// # Errors
/// [`EdgeError::Output`] naming what was found in it.
pub(crate) fn check_folder(folder: &Path, subfolders: &[&str]) -> Result<(), EdgeError> {
    Ok(output::picture::check_folder(folder, subfolders, PROGRAM)?)
}

/// Accepts JSON text with all of `fields`.
///
/// # Errors
/// What the file is instead.
pub(crate) fn json(path: &Path, fields: &[&str]) -> Result<(), String> {
    let text = fs::read(path).map_err(|error| error.to_string())?;
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let is_ours = fields.iter().all(|field| value.get(field).is_some());
    is_ours
        .then_some(())
        .ok_or_else(|| format!("a file without {}", fields.join(" and ")))
}

/// Writes `rgb`, `3 * width * height` bytes, as PNG; only a picture of this program is replaced.
///
/// # Errors
/// [`EdgeError::File`].
pub(crate) fn save_png(path: &Path, rgb: &[u8], size: [u32; 2]) -> Result<(), EdgeError> {
    let bytes = output::picture::encode(rgb, size, PROGRAM)
        .map_err(|error| EdgeError::file(path, error))?;
    Ok(output::write(path, &bytes, picture)?)
}
