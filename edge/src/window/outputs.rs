//! Where mirror pictures go besides the window.

use super::options::ScreenOptions;
use crate::{
    error::EdgeError,
    present::{
        recorder::Recorder,
        sink::{MirrorPicture, Sink},
        virtual_camera::VirtualCamera,
    },
};

/// Where mirror pictures go besides the window.
pub(crate) struct WindowOutputs {
    recorder: Option<Recorder>,
    virtual_camera: Option<VirtualCamera>,
}

impl WindowOutputs {
    /// Opens what the options ask for.
    ///
    /// # Errors
    /// Those of recording, virtual camera, language and font.
    pub(crate) fn open(options: &ScreenOptions) -> Result<Self, EdgeError> {
        let recorder = options.record.as_ref();
        let recorder = recorder
            .map(|recording| Recorder::start(recording, options.stamp()?))
            .transpose()?;
        let virtual_camera = options.virtual_camera.as_ref();
        let virtual_camera = virtual_camera
            .map(|device| VirtualCamera::open(device, options.stamp()?))
            .transpose()?;
        Ok(Self {
            recorder,
            virtual_camera,
        })
    }

    /// Passes on a new mirror picture.
    ///
    /// # Errors
    /// Those of the virtual camera.
    pub(crate) fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        if let Some(recorder) = &mut self.recorder {
            recorder.put(picture)?;
        }
        if let Some(camera) = &mut self.virtual_camera {
            camera.put(picture)?;
        }
        Ok(())
    }

    /// Ends a recording that cannot go on, and says why.
    pub(crate) fn failed_recording(&mut self) -> Option<EdgeError> {
        let error = self.recorder.as_mut().and_then(Recorder::failure)?;
        self.recorder = None;
        Some(error)
    }
}
