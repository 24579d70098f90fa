//! Where pictures come from: a camera, a folder, a video file, or the built-in demo face.

pub(crate) mod camera;
pub(crate) mod camera_list;
pub(crate) mod demo;
pub(crate) mod folder;
pub(crate) mod interruption;
pub(crate) mod jpeg;
pub(crate) mod mode;
pub(crate) mod raw;
pub(crate) mod stable_name;
pub(crate) mod video;

use crate::{
    capture::{interruption::Interruption, mode::ModeRequest},
    error::EdgeError,
    picture::frame::Frame,
};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// What `--source` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum SourceChoice {
    /// The first camera, or the demo face when there is none.
    #[default]
    Auto,
    Demo,
    /// This V4L2 device.
    Camera(PathBuf),
    /// The pictures of this folder, each one edited on its own.
    Folder(PathBuf),
    /// This video file.
    Video(PathBuf),
}

impl FromStr for SourceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "demo" => Ok(Self::Demo),
            Some(("camera", path)) if !path.is_empty() => Ok(Self::Camera(path.into())),
            Some(("dir", path)) if !path.is_empty() => Ok(Self::Folder(path.into())),
            _ if is_video_file(Path::new(text)) => Ok(Self::Video(text.into())),
            _ => Err(
                "expected auto, demo, camera:/dev/videoN, dir:PATH, or a file *.mjpeg or *.y4m"
                    .into(),
            ),
        }
    }
}

fn is_video_file(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    video::ENDINGS.iter().any(|known| ending == *known)
}

impl fmt::Display for SourceChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Demo => formatter.write_str("demo"),
            Self::Camera(path) => write!(formatter, "camera:{}", path.display()),
            Self::Folder(path) => write!(formatter, "dir:{}", path.display()),
            Self::Video(path) => write!(formatter, "{}", path.display()),
        }
    }
}

/// What a source did when it was asked for the next picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// The frame was filled.
    Frame,
    /// One picture was unreadable, the next may be fine: name and reason.
    Skipped(String),
    /// No picture yet. With a reason, the camera is gone or silent and is being tried again; without
    /// one, it is only slow.
    Waiting(Option<Interruption>),
    /// There is no further picture.
    End,
}

/// A source of pictures, owned by the capture thread.
pub(crate) trait Source: Send {
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

impl SourceChoice {
    /// Whether the pictures lie in files, and so wait for whoever reads them.
    #[must_use]
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::Video(_))
    }
}

/// How a source is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// Whether a source that could run faster keeps to its own rate.
    pub(crate) paced: bool,
    /// The mode a camera has to take; empty takes the best.
    pub(crate) camera_mode: ModeRequest,
}

/// Opens what was asked for.
///
/// # Errors
/// [`EdgeError::Camera`], [`EdgeError::Folder`] or [`EdgeError::File`].
pub(crate) fn open(choice: &SourceChoice, options: &Options) -> Result<Box<dyn Source>, EdgeError> {
    let camera = |device: &Path| -> Result<Box<dyn Source>, EdgeError> {
        Ok(Box::new(camera::Camera::open(device, options.camera_mode)?))
    };
    match choice {
        SourceChoice::Demo => Ok(Box::new(demo::Demo::new(options.paced))),
        SourceChoice::Camera(device) => camera(device),
        SourceChoice::Folder(path) => Ok(Box::new(folder::Folder::open(path)?)),
        SourceChoice::Video(path) => Ok(Box::new(video::Video::open(path, options.paced)?)),
        SourceChoice::Auto => match camera_list::first() {
            Some(device) => camera(&device),
            None => {
                log::info!("no camera found, showing the demo face");
                Ok(Box::new(demo::Demo::new(options.paced)))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_back_from_its_own_name() {
        for text in [
            "auto",
            "demo",
            "camera:/dev/video3",
            "dir:some/where",
            "a/b.Y4M",
            "c.mjpeg",
        ] {
            assert_eq!(text.parse::<SourceChoice>().unwrap().to_string(), text);
        }
        for text in ["", "camera", "camera:", "dir:", "webcam", "clip.mp4", "y4m"] {
            assert!(text.parse::<SourceChoice>().is_err(), "{text}");
        }
    }
}
