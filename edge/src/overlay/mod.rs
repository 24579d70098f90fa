//! What is drawn over the mirror picture, and what fingers and keys do to it.
//!
//! | what | where |
//! |---|---|
//! | sliders and buttons, status line, marks, messages, invitation, help, question | `page` |
//! | what they are made of: shapes, icons, text, layers | `widget` |
//! | how they are laid over the picture, and what comes and goes | `drawing` |
//! | fingers and keys, and whether anybody is there | `visitor` |
//! | all texts, in every language | `language` |
//! | what the mirror tells the overlay | `state`, `settings` |
//! | how the overlay wants the picture shown | `view` |
//! | photos, and the mark in pictures that leave the screen | `output` |
//!
//! A layer is redrawn when what it shows changes; on all other frames it is only blended.

mod drawing;
pub(crate) mod language;
pub(crate) mod output;
pub(crate) mod page;
pub(crate) mod settings;
pub(crate) mod state;
#[cfg(test)]
mod tests;
pub(crate) mod view;
pub(crate) mod visitor;
pub(crate) mod widget;

use crate::{
    handoff::recycler::Recycler,
    overlay::{language::labels::Labels, output::photo::Photo},
};
use drawing::{fades::Fades, layers::Layers};
use language::languages::Languages;
use model_spec::AttributeSet;
use page::panel::Panel;
use settings::OverlaySettings;
use state::About;
use std::collections::VecDeque;
use view::{View, ViewChoice};
use visitor::{Visitor, action::VisitorRequest};
use widget::text::Text;

/// Seconds that a note stays.
const NOTE_SECONDS: f64 = 3.5;
/// Seconds after which an unanswered photo is discarded.
const QUESTION_SECONDS: f64 = 30.0;

/// The overlay with its state.
pub(crate) struct Overlay {
    settings: OverlaySettings,
    languages: Languages,
    about: About,
    layers: Layers,
    fades: Fades,
    visitor: Visitor,
    choice: ViewChoice,
    /// Clock of the window, in seconds.
    seconds: f64,
    note: Option<Note>,
    recording: bool,
    /// Whether a finger is down.
    pressed: bool,
    /// Since when the help button is held.
    help_held: Option<f64>,
    requests: VecDeque<VisitorRequest>,
    /// Keeps the rasteriser's memory from one frame to the next.
    recycler: Recycler,
}

/// A message about something that has just happened.
struct Note {
    text: String,
    /// When it disappears, in seconds.
    end: f64,
}

impl Overlay {
    /// An overlay with one slider per attribute.
    pub(crate) fn new(
        text: Text,
        attributes: &AttributeSet,
        languages: Languages,
        settings: OverlaySettings,
    ) -> Self {
        let visitor = Visitor::new(&settings);
        Self {
            languages,
            about: About::default(),
            layers: Layers::new(text, Panel::new(attributes, &settings.strengths)),
            fades: Fades::new(visitor.is_away()),
            visitor,
            choice: ViewChoice::new(settings.flipped),
            seconds: 0.0,
            note: None,
            recording: settings.recording,
            pressed: false,
            help_held: None,
            requests: VecDeque::with_capacity(8),
            recycler: Recycler::default(),
            settings,
        }
    }

    /// The strengths on the sliders, one per attribute.
    pub(crate) fn strengths(&self) -> impl Iterator<Item = f32> {
        self.layers.panel.strengths()
    }

    /// Texts of the language in use.
    pub(crate) fn labels(&self) -> &Labels {
        self.languages.labels()
    }

    /// The next thing to do for the visitor, if any.
    pub(crate) fn take_request(&mut self) -> Option<VisitorRequest> {
        self.requests.pop_front()
    }

    /// How to show the picture.
    pub(crate) fn view(&self) -> View {
        View {
            content: self.choice.content(self.layers.panel.is_comparing()),
            split_at: self.choice.split_at,
            flipped: self.choice.flipped,
            brightness: 256 - self.fades.dimming.opacity() * 168 / 256,
        }
    }

    /// Whether the controls are on screen, and therefore the mouse pointer.
    pub(crate) fn wants_pointer(&self) -> bool {
        self.fades.controls.is_shown()
    }

    /// Whether nobody is in front of the mirror.
    pub(crate) fn is_away(&self) -> bool {
        self.visitor.is_away()
    }

    /// Updates what rarely changes.
    pub(crate) fn set_about(&mut self, about: &About) {
        if self.about != *about {
            self.about.clone_from(about);
            self.layers.redraw();
        }
    }

    /// The recording has ended: its mark disappears, and the promise is the usual one again.
    pub(crate) fn end_recording(&mut self) {
        self.recording = false;
        self.layers.redraw();
    }

    /// Shows a note for a few seconds.
    pub(crate) fn show_note(&mut self, text: String) {
        let end = self.seconds + NOTE_SECONDS;
        self.note = Some(Note { text, end });
    }

    /// Asks whether to keep a photo.
    pub(crate) fn ask_about(&mut self, photo: Photo) {
        let deadline = self.seconds + QUESTION_SECONDS;
        self.layers.dialog.ask_about(photo, deadline);
    }

    /// The photo to keep, after [`VisitorRequest::KeepPhoto`].
    pub(crate) fn take_photo(&mut self) -> Option<Photo> {
        self.layers.dialog.take_photo()
    }
}
