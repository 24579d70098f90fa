//! A folder of pictures, in the order of their names.

use super::{Next, Source};
use crate::{
    error::EdgeError,
    picture::frame::{Frame, Origin},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Endings of the files that are taken for pictures.
const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Reads each JPEG and PNG file once.
pub(crate) struct Folder {
    path: PathBuf,
    files: Vec<PathBuf>,
    position: usize,
    readable: usize,
}

impl Folder {
    /// Lists the pictures of `path`.
    ///
    /// # Errors
    /// [`EdgeError::Folder`] when it cannot be listed or has no picture.
    pub(crate) fn open(path: &Path) -> Result<Self, EdgeError> {
        let failed = |reason: String| EdgeError::Folder {
            path: path.into(),
            reason,
        };
        let entries = fs::read_dir(path).map_err(|error| failed(error.to_string()))?;
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|file| {
                let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
                ENDINGS.iter().any(|known| ending == *known)
            })
            .collect();
        if files.is_empty() {
            return Err(failed(format!("no picture (.{})", ENDINGS.join(", ."))));
        }
        files.sort();
        Ok(Self {
            path: path.into(),
            files,
            position: 0,
            readable: 0,
        })
    }
}

/// Decodes the picture `file` into `frame`: size, pixels, name and times.
///
/// # Errors
/// Why it is no picture.
pub(crate) fn decode(file: &Path, frame: &mut Frame) -> Result<(), image::ImageError> {
    let captured = Instant::now();
    // The content decides the format: many a .png is a JPEG.
    let picture = image::ImageReader::open(file)
        .and_then(image::ImageReader::with_guessed_format)
        .map_err(image::ImageError::IoError)
        .and_then(image::ImageReader::decode)?
        .into_rgb8();
    frame.width = picture.width() as usize;
    frame.height = picture.height() as usize;
    frame.rgb = picture.into_raw();
    frame.captured = captured;
    frame.decode_micros = captured.elapsed().as_micros() as u32;
    let stem = file.file_stem().unwrap_or_default();
    frame.origin = Origin::Still(stem.to_string_lossy().into_owned());
    Ok(())
}

impl Source for Folder {
    fn name(&self) -> String {
        format!(
            "dir:{} ({} pictures)",
            self.path.display(),
            self.files.len()
        )
    }

    fn is_video(&self) -> bool {
        false
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let Some(file) = self.files.get(self.position) else {
            if self.readable == 0 {
                return Err(EdgeError::Folder {
                    path: self.path.clone(),
                    reason: format!("none of its {} pictures can be read", self.files.len()),
                });
            }
            return Ok(Next::End);
        };
        let index = self.position as u64;
        self.position += 1;
        if let Err(error) = decode(file, frame) {
            return Ok(Next::Skipped(format!("{}: {error}", file.display())));
        }
        self.readable += 1;
        frame.index = index;
        frame.seconds = index as f64;
        Ok(Next::Frame)
    }
}
