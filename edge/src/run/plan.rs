//! What `edge run` was asked for, with every `auto` decided.

use crate::{
    capture::{self, Source, SourceChoice, camera::Patience, demo},
    error::EdgeError,
    present::{
        contact_sheet::ContactSheet,
        display::{DisplayChoice, Hashes, PngFolder},
        sink::Sink,
        virtual_camera::VirtualCamera,
    },
    run::{config::Config, subject::Subject},
    track::Pace,
    window::{self, picture::Base},
};
use std::{env, path::PathBuf};

/// Pictures of the demonstration on a machine without a screen: 10 seconds.
const DEMONSTRATION_FRAMES: u64 = 10 * demo::FRAMES_PER_SECOND as u64;
/// Contact sheet of that demonstration.
const DEMONSTRATION_SHEET: &str = "mirror-contact-sheet.png";
/// How the main thread presents.
pub(crate) enum Presenter {
    /// In a window.
    Window(Box<window::MirrorWindow>),
    /// Into these sinks, if any, every edit as it comes.
    Sinks(Vec<Box<dyn Sink>>),
}

/// An open source.
pub(crate) struct Input {
    /// The pictures.
    pub(crate) source: Box<dyn Source>,
    /// How they come, and whether any may be left out.
    pub(crate) pace: Pace,
}

/// What was asked for, with every `auto` decided.
pub(crate) struct Plan {
    /// Where pictures come from.
    pub(crate) source: SourceChoice,
    /// Where they go.
    pub(crate) display: DisplayChoice,
    may_fall_back: bool,
    /// Pictures after which to end.
    pub(crate) frames: Option<u64>,
    /// Where to write the contact sheet.
    pub(crate) contact_sheet: Option<PathBuf>,
    /// Whether strengths follow the face, because nobody is there to set them.
    pub(crate) showcase: bool,
}

impl Plan {
    /// Decides what can be decided without opening anything.
    #[must_use]
    pub(crate) fn new(config: &Config) -> Self {
        let mut plan = Self {
            source: config.source.clone(),
            display: config.display.clone(),
            may_fall_back: config.display == DisplayChoice::Auto,
            frames: config.frames,
            contact_sheet: config.contact_sheet.clone(),
            showcase: false,
        };
        // Nobody is at the slider, and half of the demo face's time it smiles by itself.
        plan.showcase = plan.display == DisplayChoice::None && plan.is_demo_unattended(config);
        if plan.may_fall_back {
            let has_screen = env::var_os("DISPLAY").is_some_and(|display| !display.is_empty());
            plan.display = DisplayChoice::Window;
            if !has_screen {
                log::info!("no display (DISPLAY is not set)");
                plan.demonstrate(config);
            }
        }
        plan
    }

    /// Without a screen: 10 seconds of the demo, a report and a contact sheet.
    fn demonstrate(&mut self, config: &Config) {
        self.display = DisplayChoice::None;
        self.may_fall_back = false;
        if self.source == SourceChoice::Auto {
            self.source = SourceChoice::Demo;
        }
        if !self.source.is_file() {
            self.frames = self.frames.or(Some(DEMONSTRATION_FRAMES));
        }
        let sheet = || Some(DEMONSTRATION_SHEET.into());
        self.contact_sheet = self.contact_sheet.take().or_else(sheet);
        self.showcase = self.is_demo_unattended(config);
    }

    fn is_demo_unattended(&self, config: &Config) -> bool {
        self.source == SourceChoice::Demo
            && config.strengths.is_none()
            && config.reference.is_none()
    }

    /// Opens the display; `auto` goes on without one.
    ///
    /// # Errors
    /// [`EdgeError::Window`] or [`EdgeError::File`].
    pub(crate) fn presenter(
        &mut self,
        config: &Config,
        subject: &Subject,
    ) -> Result<Presenter, EdgeError> {
        let (recorded, camera) = (&config.screen.record, &config.screen.virtual_camera);
        let unseen = |display: &DisplayChoice| match (recorded, camera) {
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
        };
        if self.display != DisplayChoice::Window {
            unseen(&self.display)?;
        }
        let sink: Box<dyn Sink> = match &self.display {
            DisplayChoice::None => return Ok(Presenter::Sinks(Vec::new())),
            DisplayChoice::Png(path) => Box::new(PngFolder::create(path)?),
            DisplayChoice::Hash => Box::new(Hashes::default()),
            DisplayChoice::VirtualCamera(path) => {
                let stamp = config.screen.stamp()?;
                Box::new(VirtualCamera::open(path, stamp)?)
            }
            DisplayChoice::Window | DisplayChoice::Auto => {
                let screen = &config.screen;
                let (attributes, strengths) = (&subject.attributes, &subject.strengths);
                let model = &subject.bundle.name;
                let base = match config.sync {
                    true => Base::EditedFrame,
                    false => Base::NewestFrame,
                };
                match window::MirrorWindow::open(attributes, strengths, model, screen, base) {
                    Ok(window) => return Ok(Presenter::Window(Box::new(window))),
                    Err(error @ EdgeError::Window(_)) if self.may_fall_back => {
                        log::info!("no display ({error})");
                        unseen(&DisplayChoice::None)?;
                        self.demonstrate(config);
                        return Ok(Presenter::Sinks(Vec::new()));
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        Ok(Presenter::Sinks(vec![sink]))
    }

    /// Opens the source. Every picture is to be edited, however long that takes, in a replay, and
    /// wherever pictures come from files and nobody watches.
    ///
    /// # Errors
    /// Those of [`capture::open`].
    pub(crate) fn open_source(&self, config: &Config, in_window: bool) -> Result<Input, EdgeError> {
        let lossless = self.is_lossless(in_window);
        let options = capture::Options {
            paced: !lossless,
            camera_mode: config.camera_mode,
            patience: match in_window {
                true => Patience::Endless,
                false => Patience::Short,
            },
            turn: config.turn,
        };
        let source = capture::open(&self.source, &options)?;
        let pace = match (source.is_video(), lossless) {
            (false, _) => Pace::Stills,
            (true, true) => Pace::Replay,
            (true, false) => Pace::Live,
        };
        Ok(Input { source, pace })
    }

    /// The empty contact sheet, where one was asked for and can be made.
    pub(crate) fn open_sheet(
        &mut self,
        in_window: bool,
        subject: &Subject,
    ) -> Option<ContactSheet> {
        if self.contact_sheet.is_some() && in_window {
            log::warn!("no contact sheet: it needs --display none or png:DIR");
            self.contact_sheet = None;
        }
        self.contact_sheet.as_ref()?;
        Some(ContactSheet::new(
            format!("{}, live", subject.bundle.name),
            &subject.attributes,
        ))
    }

    fn is_lossless(&self, in_window: bool) -> bool {
        let watched = in_window || matches!(self.display, DisplayChoice::VirtualCamera(_));
        self.display == DisplayChoice::Hash || (!watched && self.source.is_file())
    }
}
