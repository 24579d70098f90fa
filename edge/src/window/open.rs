//! How the window is opened.

use super::{
    MirrorWindow,
    desktop::Desktop,
    handle,
    keys::{KeyMap, Keys},
    meter::Meter,
    options::{ScreenOptions, Side},
};
use crate::{
    error::EdgeError,
    overlay::{About, Beginning, Overlay, labels::Labels, marks::Stamp, text::Text},
    picture::scale::Scaler,
    present::{recorder::Recorder, virtual_camera::VirtualCamera},
    service::{
        health::effort::Effort,
        idle::{Idle, Light},
    },
};
use minifb::{ScaleMode, Window, WindowOptions};
use model_spec::AttributeSet;
use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

impl MirrorWindow {
    /// Opens the window on the X display.
    ///
    /// # Errors
    /// [`EdgeError::Window`], e.g. without a display, and those of language and font files.
    pub fn open(
        attributes: &AttributeSet,
        strengths: &[f32],
        model: &str,
        options: &ScreenOptions,
        sync: bool,
    ) -> Result<Self, EdgeError> {
        let (languages, language) = Labels::offered(&options.language)?;
        let text = text(options, &languages, attributes)?;
        let no_window = |error: &dyn std::fmt::Display| {
            let display = match std::env::var("DISPLAY") {
                Ok(display) => format!("DISPLAY is {display:?}"),
                Err(_) => "DISPLAY is not set".into(),
            };
            let hint = "`--display none` and `png:DIR` need no screen";
            EdgeError::Window(format!("{error} ({display}; {hint})"))
        };
        let mut desktop = Desktop::connect().map_err(|error| no_window(&error))?;
        let [width, height] = if options.kiosk {
            let monitor = desktop.monitor()?;
            [monitor.width, monitor.height].map(|side| side as usize)
        } else {
            options.window_size
        };
        let settings = WindowOptions {
            resize: true,
            borderless: options.kiosk,
            // Pixels are drawn at the window's own size.
            scale_mode: ScaleMode::UpperLeft,
            ..WindowOptions::default()
        };
        let mut window =
            Window::new("Mirror", width, height, settings).map_err(|error| no_window(&error))?;
        // Pacing is done here, so that presenting can be timed without its waits.
        window.set_target_fps(0);
        window.set_background_color(8, 9, 12);
        let keys = Keys::default();
        window.set_input_callback(Box::new(keys.clone()));
        if options.kiosk {
            window.set_cursor_visibility(false);
            desktop.full_screen(handle(&window), true)?;
        }
        let about = About {
            model: model.into(),
            ..About::default()
        };
        let begin = Beginning {
            strengths: strengths.to_vec(),
            flipped: options.view == Side::Mirror,
            languages,
            language,
            leave_after: options.leave_after,
            fade_after: options.fade_after,
            away: options.kiosk,
            recording: options.record.is_some(),
        };
        // After the window: without one, nothing is recorded.
        let recorder = options.record.as_ref();
        let recorder = recorder
            .map(|recording| Recorder::start(recording, stamp(options)?))
            .transpose()?;
        let virtual_camera = options.virtual_camera.as_ref();
        let virtual_camera = virtual_camera
            .map(|device| VirtualCamera::open(device, stamp(options)?))
            .transpose()?;
        Ok(Self {
            window,
            desktop,
            keys,
            key_map: KeyMap::default(),
            full_screen: options.kiosk,
            kiosk: options.kiosk,
            pointer_shown: !options.kiosk,
            overlay: Overlay::new(text, attributes, begin),
            about,
            attributes: attributes.clone(),
            photos: options.photos.clone(),
            recorder,
            virtual_camera,
            written: mpsc::channel(),
            scaler: Scaler::default(),
            pixels: Vec::new(),
            size: [0, 0],
            frame: None,
            sync,
            edit: None,
            copied: false,
            copying: None,
            on_screen: None,
            shown: 0,
            meter: Meter::default(),
            idle: Idle::new(blank_after(options), Instant::now()),
            light: Light::On,
            effort: Effort::Full,
            start: Instant::now(),
            ended: false,
        })
    }
}

fn stamp(options: &ScreenOptions) -> Result<Stamp, EdgeError> {
    Stamp::open(&options.language, options.font.as_deref())
}

/// Time after which the screen goes dark; none never.
fn blank_after(options: &ScreenOptions) -> Option<Duration> {
    (options.blank_after > 0.0).then(|| Duration::from_secs_f64(options.blank_after))
}

/// The fonts, after a look whether they can draw what will be asked for.
fn text(
    options: &ScreenOptions,
    languages: &[Labels],
    attributes: &AttributeSet,
) -> Result<Text, EdgeError> {
    let mut text = Text::new()?;
    if let Some(font) = &options.font {
        text.add(font)?;
    }
    let hint = "no font has it; name one that does with --font FILE";
    for labels in languages {
        for (key, line) in labels.texts() {
            if let Some(missing) = text.missing(line) {
                let language = &options.language;
                let reason = format!("{key}: found {missing:?}, but {hint}");
                return Err(EdgeError::file(language.to_string(), reason));
            }
        }
    }
    for attribute in attributes.as_slice() {
        if let Some(missing) = text.missing(&attribute.label) {
            log::warn!(
                "attribute {}: label has {missing:?}; {hint}",
                attribute.name
            );
        }
    }
    Ok(text)
}
