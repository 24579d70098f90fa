//! Where mirror pictures go when there is no window: nowhere, or into PNG files.

use crate::{
    error::EdgeError,
    present::{
        sink::{MirrorPicture, Sink},
        written,
    },
};
use model_spec::digest;
use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

/// What `--display` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum DisplayChoice {
    /// A window where there is a screen, else nothing.
    #[default]
    Auto,
    /// A window or an error.
    Window,
    /// Nothing is shown: for measuring.
    None,
    /// One PNG file per picture in this folder.
    Png(PathBuf),
    /// The faces as crops, before and after, in this folder: for judging edits.
    Crops(PathBuf),
    /// One line per picture with its SHA-256, on standard output: for comparing runs.
    Hash,
    /// A V4L2 output device, which other programs see as a camera.
    VirtualCamera(PathBuf),
}

impl FromStr for DisplayChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "window" => Ok(Self::Window),
            None if text == "none" => Ok(Self::None),
            None if text == "hash" => Ok(Self::Hash),
            Some(("png", path)) if !path.is_empty() => Ok(Self::Png(path.into())),
            Some(("crops", path)) if !path.is_empty() => Ok(Self::Crops(path.into())),
            Some(("v4l", path)) if !path.is_empty() => Ok(Self::VirtualCamera(path.into())),
            _ => Err(
                "expected auto, window, none, hash, png:DIR, crops:DIR or v4l:/dev/videoN".into(),
            ),
        }
    }
}

impl fmt::Display for DisplayChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Window => formatter.write_str("window"),
            Self::None => formatter.write_str("none"),
            Self::Hash => formatter.write_str("hash"),
            Self::Png(path) => write!(formatter, "png:{}", path.display()),
            Self::Crops(path) => write!(formatter, "crops:{}", path.display()),
            Self::VirtualCamera(path) => write!(formatter, "v4l:{}", path.display()),
        }
    }
}

/// Prints the SHA-256 of every picture, and at the end that of all these lines.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    lines: String,
}

impl Sink for Hashes {
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        let (index, [width, height]) = (picture.frame.index, picture.size);
        let digest = digest::of_bytes(picture.rgb);
        let line = format!("{index:06} {width}x{height} {digest}\n");
        self.lines += &line;
        print(&line)
    }
}

impl Drop for Hashes {
    fn drop(&mut self) {
        let all = digest::of_bytes(self.lines.as_bytes());
        // A reader that closed the pipe has seen enough.
        let _ = print(&format!("all {all}\n"));
    }
}

fn print(line: &str) -> Result<(), EdgeError> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())
        .map_err(|error| EdgeError::file("standard output", error))
}

/// A folder that receives one PNG file per picture, named like the source's files, or `frame-N`.
#[derive(Debug)]
pub(crate) struct PngFolder {
    path: PathBuf,
}

impl PngFolder {
    /// Makes the folder if need be. It may hold pictures of this program, which are written over, and no others.
    ///
    /// # Errors
    /// [`EdgeError`] for a folder that holds anything else, or that cannot be made.
    pub(crate) fn create(path: &Path) -> Result<Self, EdgeError> {
        written::check_folder(path, &[])?;
        fs::create_dir_all(path).map_err(|error| EdgeError::file(path, error))?;
        Ok(Self { path: path.into() })
    }
}

impl Sink for PngFolder {
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        let name = picture.png_name();
        let path = self.path.join(name);
        let [width, height] = picture.size.map(|side| side as u32);
        written::save_png(&path, picture.rgb, [width, height])
    }
}
