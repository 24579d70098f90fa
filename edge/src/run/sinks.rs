//! Opens everything that mirror pictures go into, besides the window's own screen.

use crate::{
    error::EdgeError,
    present::{
        contact_sheet::ContactSheet,
        crops::Crops,
        display::{DisplayChoice, Hashes, PngFolder},
        recorder::Recorder,
        sink::Sinks,
        virtual_camera::VirtualCamera,
    },
    run::{config::Config, subject::Subject},
};
use std::path::Path;

/// Opens the sinks of a run that shows on `display`: one list for a run with a window and one without.
///
/// # Errors
/// Those of the sinks, and of language and font of the mark they carry.
pub(super) fn open(
    display: &DisplayChoice,
    contact_sheet: Option<&Path>,
    config: &Config,
    subject: &Subject,
) -> Result<Sinks, EdgeError> {
    let mut sinks = Sinks::default();
    let screen = &config.screen;
    match display {
        DisplayChoice::Png(path) => sinks.add(PngFolder::create(path)?),
        DisplayChoice::Crops(path) => sinks.add(Crops::create(path)?),
        DisplayChoice::Hash => sinks.add(Hashes::default()),
        DisplayChoice::VirtualCamera(path) => {
            sinks.add(VirtualCamera::open(path, screen.stamp()?)?);
        }
        DisplayChoice::Auto | DisplayChoice::Window | DisplayChoice::None => {}
    }
    if let Some(recording) = &screen.record {
        sinks.add(Recorder::start(recording, screen.stamp()?)?);
    }
    if let Some(device) = &screen.virtual_camera {
        sinks.add(VirtualCamera::open(device, screen.stamp()?)?);
    }
    if let Some(path) = contact_sheet {
        let title = format!("{}, live", subject.bundle.name);
        sinks.add(ContactSheet::new(path, title, &subject.attributes));
    }
    Ok(sinks)
}

/// Refuses what only a window can do: whoever is recorded or sent must be able to see it.
///
/// # Errors
/// [`EdgeError::Usage`] naming the option.
pub(super) fn refuse_unseen(display: &DisplayChoice, config: &Config) -> Result<(), EdgeError> {
    if *display == DisplayChoice::Window {
        return Ok(());
    }
    match (&config.screen.record, &config.screen.virtual_camera) {
        (Some(recording), _) => Err(EdgeError::Usage(format!(
            "--record {}: found --display {display}, expected window: whoever is recorded must \
             see the red mark on the screen",
            recording.path.display()
        ))),
        (None, Some(device)) => Err(EdgeError::Usage(format!(
            "--virtual-camera {0}: found --display {display}, expected window; without one it is \
             --display v4l:{0}",
            device.display()
        ))),
        (None, None) => Ok(()),
    }
}
