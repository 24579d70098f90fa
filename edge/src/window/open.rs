//! Opens the window.

use super::{
    MirrorWindow,
    canvas::Canvas,
    meter::Meter,
    options::{ScreenOptions, Side},
    photos::PhotoWriter,
    picture::{Base, CurrentPicture},
    screen::Screen,
};
use crate::{
    error::EdgeError,
    overlay::{
        Overlay, language::labels::Labels, language::languages::Languages,
        settings::OverlaySettings, state::About, widget::text::Text,
    },
};
use model_spec::AttributeSet;
use std::time::Instant;

impl MirrorWindow {
    /// Opens the window on the X display. `strengths` has one per attribute; `about` is what is
    /// known of the model before it is open; `base` is what edits are laid over.
    ///
    /// # Errors
    /// [`EdgeError::Window`], e.g. without a display, and those of language and font files.
    pub(crate) fn open(
        attributes: &AttributeSet,
        strengths: &[f32],
        about: About,
        options: &ScreenOptions,
        base: Base,
    ) -> Result<Self, EdgeError> {
        let (languages, first) = Labels::offered(&options.language)?;
        let text = text(options, &languages, attributes)?;
        let screen = Screen::open(options)?;
        let settings = overlay_settings(options, strengths);
        let languages = Languages::new(languages, first);
        Ok(Self {
            screen,
            canvas: Canvas::new(options.fit),
            overlay: Overlay::new(text, attributes, languages, settings),
            about,
            attributes: attributes.clone(),
            photos: PhotoWriter::new(options.photos.clone()),
            picture: CurrentPicture::new(base),
            shown: 0,
            meter: Meter::default(),
            start: Instant::now(),
            ended: false,
        })
    }
}

fn overlay_settings(options: &ScreenOptions, strengths: &[f32]) -> OverlaySettings {
    OverlaySettings {
        strengths: strengths.to_vec(),
        flipped: options.view == Side::Mirror,
        leave_after: options.leave_after,
        fade_after: options.fade_after,
        status: options.status,
        text_scale: f32::from(options.text_scale) / 100.0,
        motion: options.motion,
        away: options.kiosk,
        recording: options.record.is_some(),
    }
}

/// Loads the fonts and checks that they can draw every text of the screen.
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
