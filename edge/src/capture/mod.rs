//! Where pictures come from: a camera, a folder, a video file, or the built-in demo face.

mod auto;
pub(crate) mod camera;
mod choice;
pub(crate) mod decode;
pub(crate) mod demo;
pub(crate) mod folder;
#[cfg(test)]
mod fuzzed;
pub(crate) mod source_name;
pub(crate) mod turned;
mod video;

pub(crate) use choice::SourceChoice;

use crate::{
    capture::{
        camera::{Camera, Patience, mode::ModeRequest, trouble::Trouble},
        source_name::SourceName,
        turned::{Turn, Turned},
    },
    error::EdgeError,
    picture::frame::Frame,
};
use std::path::Path;

/// What a source did when it was asked for the next picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// The frame was filled.
    Frame,
    /// One picture was unreadable, the next may be fine: name and reason.
    Skipped(String),
    /// No picture yet. With a reason, the camera is gone or silent and is being tried again; without
    /// one, it is only slow.
    Waiting(Option<Trouble>),
    /// It is another source now, or in another mode: its name has changed.
    Changed,
    /// There is no further picture.
    End,
}

/// A source of pictures, owned by the capture thread.
pub(crate) trait Source: Send {
    /// What it is called, and its mode now.
    fn name(&self) -> SourceName;

    /// Whether the pictures are video. Else each one stands alone and none may be left out.
    fn is_video(&self) -> bool;

    /// Waits for the next picture, at most about half a second, and writes it into `frame`.
    ///
    /// # Errors
    /// What ends the run: a source that cannot work again.
    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError>;
}

/// How a source is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// Whether a source that could run faster keeps to its own rate.
    pub(crate) paced: bool,
    /// The mode a camera has to take; empty takes the best.
    pub(crate) camera_mode: ModeRequest,
    /// How long to wait for a camera that cannot be used yet.
    pub(crate) patience: Patience,
    /// How far pictures are turned.
    pub(crate) turn: Turn,
}

/// Opens what was asked for.
///
/// # Errors
/// [`EdgeError::Camera`], [`EdgeError::Folder`] or [`EdgeError::File`].
pub(crate) fn open(choice: &SourceChoice, options: &Options) -> Result<Box<dyn Source>, EdgeError> {
    let (wish, turn) = (options.camera_mode, options.turn);
    let camera = |device: &Path| -> Result<Box<dyn Source>, EdgeError> {
        Ok(Box::new(Camera::open(device, wish, options.patience)?))
    };
    let source: Box<dyn Source> = match choice {
        SourceChoice::Demo => Box::new(demo::Demo::new(options.paced)),
        SourceChoice::Camera(device) => camera(device)?,
        SourceChoice::Folder(path) => Box::new(folder::Folder::open(path)?),
        SourceChoice::Video(path) => Box::new(video::Video::open(path, options.paced)?),
        SourceChoice::Auto => match camera::list::best() {
            Some(device) => camera(&device)?,
            None if options.paced => {
                log::info!("no camera found, showing the demo face until there is one");
                return Ok(Box::new(auto::DemoUntilCamera::new(wish, turn)));
            }
            None => {
                log::info!("no camera found, showing the demo face");
                return Ok(Box::new(demo::Demo::new(false)));
            }
        },
    };
    Ok(Turned::around(source, turn))
}
