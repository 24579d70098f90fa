//! Files that this program writes where it is told to, and knows again.

use crate::error::EdgeError;
use image::{ExtendedColorType, ImageFormat};
use std::{fs, io::Cursor, path::Path};

/// What pictures are marked with.
const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// Accepts a picture that [`save_png`] or [`save_picture`] wrote.
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

/// The same in the format that the name ends in. Formats other than PNG do not say where they are from, so
/// that such pictures are never replaced.
///
/// # Errors
/// [`EdgeError::File`].
pub(crate) fn save_picture(path: &Path, rgb: &[u8], size: [u32; 2]) -> Result<(), EdgeError> {
    let failed = |error| EdgeError::file(path, error);
    let format = ImageFormat::from_path(path).map_err(failed)?;
    if format == ImageFormat::Png {
        return save_png(path, rgb, size);
    }
    let (mut bytes, [width, height]) = (Cursor::new(Vec::new()), size);
    image::write_buffer_with_format(
        &mut bytes,
        rgb,
        width,
        height,
        ExtendedColorType::Rgb8,
        format,
    )
    .map_err(failed)?;
    Ok(output::write(path, bytes.get_ref(), picture)?)
}
