//! What `edge run` was asked for, with every `auto` decided.

use crate::{
    capture::{SourceChoice, demo},
    error::EdgeError,
    overlay::marks::Stamp,
    present::{
        display::{DisplayChoice, Hashes, Nothing, Pictures, PngFolder},
        virtual_camera::VirtualCamera,
    },
    run::config::Config,
    window,
};
use model_spec::AttributeSet;
use std::{env, path::PathBuf};

/// Pictures of the demonstration on a machine without a screen: 10 seconds.
const DEMONSTRATION_FRAMES: u64 = 10 * demo::FRAMES_PER_SECOND as u64;
/// Contact sheet of that demonstration.
const DEMONSTRATION_SHEET: &str = "mirror-contact-sheet.png";
/// How the main thread presents.
pub(crate) enum Presenter {
    /// In a window.
    Window(Box<window::MirrorWindow>),
    /// As pictures, or not at all.
    Pictures(Box<dyn Pictures>),
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
        self.source == SourceChoice::Demo && config.attr.is_none() && config.reference.is_none()
    }

    /// Opens the display; `auto` goes on without one.
    ///
    /// # Errors
    /// [`EdgeError::Window`] or [`EdgeError::File`].
    pub(crate) fn presenter(
        &mut self,
        config: &Config,
        attributes: &AttributeSet,
        strengths: &[f32],
        model: &str,
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
        let pictures: Box<dyn Pictures> = match &self.display {
            DisplayChoice::None => Box::new(Nothing),
            DisplayChoice::Png(path) => Box::new(PngFolder::create(path)?),
            DisplayChoice::Hash => Box::new(Hashes::default()),
            DisplayChoice::VirtualCamera(path) => {
                let stamp = Stamp::open(&config.screen.language, config.screen.font.as_deref())?;
                Box::new(VirtualCamera::open(path, stamp)?)
            }
            DisplayChoice::Window | DisplayChoice::Auto => {
                let (screen, sync) = (&config.screen, config.sync);
                match window::MirrorWindow::open(attributes, strengths, model, screen, sync) {
                    Ok(window) => return Ok(Presenter::Window(Box::new(window))),
                    Err(error @ EdgeError::Window(_)) if self.may_fall_back => {
                        log::info!("no display ({error})");
                        unseen(&DisplayChoice::None)?;
                        self.demonstrate(config);
                        Box::new(Nothing)
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        Ok(Presenter::Pictures(pictures))
    }

    /// Whether every picture is to be edited, however long that takes: in a replay, and wherever
    /// pictures come from files and nobody watches.
    #[must_use]
    pub(crate) fn is_lossless(&self, in_window: bool) -> bool {
        let watched = in_window || matches!(self.display, DisplayChoice::VirtualCamera(_));
        self.display == DisplayChoice::Hash || (!watched && self.source.is_file())
    }
}
