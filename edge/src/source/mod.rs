//! Where pictures come from: a camera, a folder, or the built-in demo face.

pub mod camera;
pub mod camera_list;
pub mod demo;
pub mod folder;
pub mod jpeg;

use crate::{error::EdgeError, frame::Frame};
use std::{fmt, path::PathBuf, str::FromStr};

/// What `--source` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SourceChoice {
    /// The first camera, or the demo face when there is none.
    #[default]
    Auto,
    /// The demo face.
    Demo,
    /// This V4L2 device.
    Camera(PathBuf),
    /// The pictures of this folder, each one edited on its own.
    Folder(PathBuf),
}

impl FromStr for SourceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "demo" => Ok(Self::Demo),
            Some(("camera", path)) if !path.is_empty() => Ok(Self::Camera(path.into())),
            Some(("dir", path)) if !path.is_empty() => Ok(Self::Folder(path.into())),
            _ => Err("expected auto, demo, camera:/dev/videoN or dir:PATH".into()),
        }
    }
}

impl fmt::Display for SourceChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Demo => formatter.write_str("demo"),
            Self::Camera(path) => write!(formatter, "camera:{}", path.display()),
            Self::Folder(path) => write!(formatter, "dir:{}", path.display()),
        }
    }
}

/// What a source did when it was asked for the next picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The frame was filled.
    Frame,
    /// One picture was unreadable, the next may be fine: name and reason.
    Skipped(String),
    /// The camera is gone or silent and is being tried again: the reason.
    Waiting(String),
    /// There is no further picture.
    End,
}

/// A source of pictures, owned by the capture thread.
pub trait Source: Send {
    /// Name for reports, e.g. `camera:/dev/video0 (1280x720 MJPG at 30)`.
    fn name(&self) -> String;

    /// Whether the pictures are video. Else each one stands alone and none may be left out.
    fn is_video(&self) -> bool;

    /// Waits for the next picture, at most about half a second, and writes it into `frame`.
    ///
    /// # Errors
    /// What ends the run: a source that cannot work again.
    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError>;
}

/// Opens what was asked for.
///
/// # Errors
/// [`EdgeError::Camera`] or [`EdgeError::Folder`].
pub fn open(choice: &SourceChoice) -> Result<Box<dyn Source>, EdgeError> {
    match choice {
        SourceChoice::Demo => Ok(Box::new(demo::Demo::new())),
        SourceChoice::Camera(device) => Ok(Box::new(camera::Camera::open(device)?)),
        SourceChoice::Folder(path) => Ok(Box::new(folder::Folder::open(path)?)),
        SourceChoice::Auto => match camera_list::first() {
            Some(device) => Ok(Box::new(camera::Camera::open(&device)?)),
            None => {
                log::info!("no camera found, showing the demo face");
                Ok(Box::new(demo::Demo::new()))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_back_from_its_own_name() {
        for text in ["auto", "demo", "camera:/dev/video3", "dir:some/where"] {
            assert_eq!(text.parse::<SourceChoice>().unwrap().to_string(), text);
        }
        for text in ["", "camera", "camera:", "dir:", "webcam"] {
            assert!(text.parse::<SourceChoice>().is_err(), "{text}");
        }
    }
}
