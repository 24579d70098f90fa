//! What `edge run` was asked for, with every `auto` decided.

use crate::{
    capture::{self, Source, SourceChoice, camera::Patience, demo},
    error::EdgeError,
    overlay::state::About,
    present::{display::DisplayChoice, sink::Sinks},
    run::{config::Config, sinks, subject::Subject},
    track::Pace,
    window::{MirrorWindow, picture::Base, server::unset},
};
use std::{env, path::PathBuf};

/// Pictures of the demonstration on a machine without a screen: 10 seconds.
const DEMONSTRATION_FRAMES: u64 = 10 * demo::FRAMES_PER_SECOND as u64;
/// Contact sheet of that demonstration.
const DEMONSTRATION_SHEET: &str = "mirror-contact-sheet.png";

/// What the main thread presents on.
pub(crate) struct Presenter {
    /// Without one, every edit is presented as it comes.
    pub(crate) window: Option<Box<MirrorWindow>>,
    /// Where the pictures go besides.
    pub(crate) sinks: Sinks,
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
            // A kiosk is to be seen: whoever started it starts it again when there is a screen.
            may_fall_back: config.display == DisplayChoice::Auto && !config.screen.kiosk,
            frames: config.frames,
            contact_sheet: config.contact_sheet.clone(),
            showcase: false,
        };
        // Nobody is at the slider, and half of the demo face's time it smiles by itself.
        plan.showcase = plan.display == DisplayChoice::None && plan.is_demo_unattended(config);
        if plan.display == DisplayChoice::Auto {
            let has_screen = env::var_os("DISPLAY").is_some_and(|display| !display.is_empty());
            plan.display = DisplayChoice::Window;
            if plan.may_fall_back && !has_screen {
                let wayland = env::var("WAYLAND_DISPLAY").ok();
                log::warn!("no display ({})", unset(wayland.as_deref()));
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

    /// Opens window and sinks; `auto` goes on without a window.
    ///
    /// # Errors
    /// [`EdgeError::Window`], and those of the sinks.
    pub(crate) fn presenter(
        &mut self,
        config: &Config,
        subject: &Subject,
    ) -> Result<Presenter, EdgeError> {
        sinks::refuse_unseen(&self.display, config)?;
        let window = match self.display {
            DisplayChoice::Window => self.window(config, subject)?,
            _ => None,
        };
        if self.contact_sheet.is_some() && window.is_some() {
            log::warn!("no contact sheet: it needs --display none or png:DIR");
            self.contact_sheet = None;
        }
        if config.screen.kiosk && window.is_none() {
            log::warn!(
                "no kiosk: found --display {}, expected window",
                self.display
            );
        }
        // After the window: without one, nothing is recorded.
        let sheet = self.contact_sheet.as_deref();
        let sinks = sinks::open(&self.display, sheet, config, subject)?;
        Ok(Presenter { window, sinks })
    }

    /// Opens the window; `auto` demonstrates without one where there is no screen.
    fn window(
        &mut self,
        config: &Config,
        subject: &Subject,
    ) -> Result<Option<Box<MirrorWindow>>, EdgeError> {
        let base = match config.sync {
            true => Base::EditedFrame,
            false => Base::NewestFrame,
        };
        let (attributes, strengths) = (&subject.attributes, &subject.strengths);
        let about = About {
            model: subject.bundle.name.clone(),
            blind_for_want_of: subject.blind_for_want_of,
            ..About::default()
        };
        match MirrorWindow::open(attributes, strengths, about, &config.screen, base) {
            Ok(window) => Ok(Some(Box::new(window))),
            Err(error @ EdgeError::Window(_)) if self.may_fall_back => {
                log::warn!("no display ({error})");
                sinks::refuse_unseen(&DisplayChoice::None, config)?;
                self.demonstrate(config);
                Ok(None)
            }
            Err(error) => Err(error),
        }
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

    fn is_lossless(&self, in_window: bool) -> bool {
        let watched = in_window || matches!(self.display, DisplayChoice::VirtualCamera(_));
        self.display == DisplayChoice::Hash || (!watched && self.source.is_file())
    }
}
