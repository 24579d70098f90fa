//! Where mirror pictures go when there is no window: nowhere, or into PNG files.

use crate::{edit::Edit, error::EdgeError};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// What `--display` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DisplayChoice {
    /// A window where there is a screen, else nothing.
    #[default]
    Auto,
    /// A window or an error.
    Window,
    /// Nothing is shown: for measuring.
    None,
    /// One PNG file per picture in this folder.
    Png(PathBuf),
}

impl FromStr for DisplayChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "window" => Ok(Self::Window),
            None if text == "none" => Ok(Self::None),
            Some(("png", path)) if !path.is_empty() => Ok(Self::Png(path.into())),
            _ => Err("expected auto, window, none or png:DIR".into()),
        }
    }
}

impl fmt::Display for DisplayChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Window => formatter.write_str("window"),
            Self::None => formatter.write_str("none"),
            Self::Png(path) => write!(formatter, "png:{}", path.display()),
        }
    }
}

/// A folder that receives one PNG file per picture, named like the source's files, or `frame-N`.
#[derive(Debug)]
pub struct PngFolder {
    path: PathBuf,
}

impl PngFolder {
    /// Makes the folder if need be.
    ///
    /// # Errors
    /// [`EdgeError::File`].
    pub fn create(path: &Path) -> Result<Self, EdgeError> {
        fs::create_dir_all(path).map_err(|error| EdgeError::file(path, error))?;
        Ok(Self { path: path.into() })
    }

    /// Writes a picture of `[width, height]` pixels.
    ///
    /// # Errors
    /// [`EdgeError::File`].
    pub fn write(&self, edit: &Edit, rgb: &[u8], size: [usize; 2]) -> Result<(), EdgeError> {
        let frame = &edit.frame;
        let name = if frame.name.is_empty() {
            format!("frame-{:06}.png", frame.index)
        } else {
            format!("{}.png", frame.name)
        };
        let path = self.path.join(name);
        let [width, height] = size.map(|side| side as u32);
        image::save_buffer(&path, rgb, width, height, image::ColorType::Rgb8)
            .map_err(|error| EdgeError::file(path, error))
    }
}
