//! What is drawn over the mirror picture, and what fingers and keys do to it.
//!
//! | word | module |
//! |---|---|
//! | sliders and buttons | [`panel`], [`slider`] |
//! | rate, latency, provider, camera | [`chips`] |
//! | edited, before, recording | [`marks`] |
//! | what happens, what is wrong | [`message`] |
//! | nobody is there | [`attract`], decided by [`presence`] |
//! | pages over everything | [`help`], [`question`] |
//! | drawing | [`layer`], [`shape`], [`icon`], [`text`], [`paragraph`], [`fade`], [`extent`] |
//!
//! Layers are redrawn when what they show changes; a frame on which nothing changes only blends them.

pub mod attract;
pub mod chips;
pub mod extent;
pub mod fade;
pub mod help;
pub mod icon;
mod input;
pub mod labels;
pub mod layer;
pub mod marks;
pub mod message;
mod pages;
pub mod panel;
pub mod paragraph;
pub mod photo;
pub mod presence;
pub mod question;
pub mod shape;
pub mod slider;
pub mod state;
pub mod text;

use crate::{
    handoff::recycler::Recycler,
    overlay::{labels::Labels, photo::Photo},
};
use attract::Attract;
use chips::Chips;
use extent::Extent;
use fade::Fade;
use layer::Layer;
use marks::{Marks, Truth};
use message::{Message, Messages};
use model_spec::AttributeSet;
use pages::Pages;
use panel::{Lit, Panel, Pointer};
use presence::{Change, Presence};
use question::Answer;
use std::collections::VecDeque;
use text::Text;

pub use state::{About, Beginning, Moment, Press, Request, View};

/// Seconds that a note stays.
const NOTE: f64 = 3.5;
/// Seconds after which an unanswered photo is gone.
const PATIENCE: f64 = 30.0;

/// All layers and their state.
pub struct Overlay {
    text: Text,
    begin: Beginning,
    about: About,
    language: usize,
    seconds: f64,
    last_input: f64,
    presence: Presence,
    panel: Panel,
    controls: Layer,
    chips: Chips,
    marks: Marks,
    messages: Messages,
    note: Option<(String, f64)>,
    attract: Attract,
    pages: Pages,
    shown: Fade,
    attracting: Fade,
    dimmed: Fade,
    split: bool,
    flipped: bool,
    compare_key: bool,
    copied: bool,
    /// Where the pointer was last; at the start nobody has moved it yet.
    pointer: Option<Pointer>,
    /// Whether a key or finger has been used since the last look.
    touched: bool,
    /// The finger that is down has only woken the controls.
    waking: bool,
    extent: Extent,
    requests: VecDeque<Request>,
    recycler: Recycler,
}

impl Overlay {
    /// With one slider per attribute.
    #[must_use]
    pub fn new(text: Text, attributes: &AttributeSet, begin: Beginning) -> Self {
        let away = begin.away && begin.leave_after > 0.0;
        Self {
            text,
            about: About::default(),
            language: begin.language,
            seconds: 0.0,
            last_input: 0.0,
            presence: Presence::new(begin.leave_after, away),
            panel: Panel::new(attributes, &begin.strengths),
            controls: Layer::default(),
            chips: Chips::default(),
            marks: Marks::default(),
            messages: Messages::default(),
            note: None,
            attract: Attract::default(),
            pages: Pages::default(),
            shown: Fade::new(!away),
            attracting: Fade::new(away),
            dimmed: Fade::new(away),
            split: false,
            flipped: begin.flipped,
            compare_key: false,
            copied: false,
            pointer: None,
            touched: false,
            waking: false,
            extent: Extent::default(),
            requests: VecDeque::with_capacity(8),
            recycler: Recycler::default(),
            begin,
        }
    }

    /// The strengths on the sliders.
    pub fn strengths(&self) -> impl Iterator<Item = f32> {
        self.panel.strengths()
    }

    /// The language now.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.begin.languages[self.language]
    }

    /// The next thing to do, if any.
    pub fn take_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// How to show the picture.
    #[must_use]
    pub fn view(&self) -> View {
        let compare = self.compare_key || self.panel.comparing();
        View {
            compare,
            split: self.split && !compare,
            flipped: self.flipped,
            brightness: 256 - self.dimmed.opacity() * 168 / 256,
        }
    }

    /// Whether the controls are on screen, and so the pointer.
    #[must_use]
    pub fn wants_pointer(&self) -> bool {
        self.shown.is_shown()
    }

    /// Sets what rarely changes.
    pub fn set_about(&mut self, about: &About) {
        if self.about != *about {
            self.about.clone_from(about);
            self.redraw();
        }
    }

    /// The recording has ended: its mark goes, and the promise counts again.
    pub fn end_recording(&mut self) {
        self.begin.recording = false;
        self.redraw();
    }

    /// Whether nobody is in front of the mirror.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.presence.is_away()
    }

    /// Says something for a few seconds.
    pub fn say(&mut self, note: String) {
        self.note = Some((note, self.seconds + NOTE));
    }

    /// Asks whether to keep a photo.
    pub fn ask(&mut self, photo: Photo) {
        self.pages.ask(photo, self.seconds + PATIENCE);
    }

    /// The photo to keep, after [`Request::Keep`].
    pub fn take_photo(&mut self) -> Option<Photo> {
        self.pages.take_photo()
    }

    /// Moves on to `moment` and redraws what changed. Returns whether the window has to be drawn.
    pub fn draw(&mut self, moment: &Moment<'_>, size: [usize; 2]) -> bool {
        let before = self.view();
        let elapsed = (moment.seconds - self.seconds).max(0.0);
        self.seconds = moment.seconds;
        let extent = Extent::new(size);
        let resized = self.extent != extent;
        if resized {
            self.extent = extent;
            self.panel.arrange(extent);
            self.redraw();
        }
        self.copied = moment.copied;
        self.follow_visitor(moment);
        if self.pages.is_overdue(self.seconds) {
            self.answer(pages::Tap::Answer(Answer::Discard));
        }
        if self
            .note
            .as_ref()
            .is_some_and(|(_, end)| *end <= self.seconds)
        {
            self.note = None;
        }
        let attracting = self.presence.is_away()
            && moment.trouble.is_none()
            && moment.preparing.is_none()
            && moment.has_picture
            && !self.pages.is_open();
        self.attracting.aim(attracting);
        let unused =
            self.begin.fade_after > 0.0 && self.seconds - self.last_input >= self.begin.fade_after;
        let used = !unused || self.panel.is_held();
        let stopped = moment.trouble.is_some();
        // Without a picture there is nothing to control.
        self.shown.aim(used && !attracting && !stopped);
        self.dimmed
            .aim(attracting || stopped || self.pages.is_open());
        let mut changed = resized;
        for fade in [&mut self.shown, &mut self.attracting, &mut self.dimmed] {
            changed |= fade.advance(elapsed);
        }
        changed |= self.pages.advance(elapsed);
        // A slider that is dragged is drawn anew on every frame.
        let mut recycler = std::mem::take(&mut self.recycler);
        changed |= recycler.within(|| self.draw_layers(moment));
        self.recycler = recycler;
        changed || before != self.view()
    }

    /// A key or finger counts as a sign of life like a face does.
    fn follow_visitor(&mut self, moment: &Moment<'_>) {
        let held = self.pointer.is_some_and(|pointer| pointer.down);
        let touched = std::mem::take(&mut self.touched) || held;
        match self.presence.look(self.seconds, moment.face || touched) {
            Some(Change::Came) => self.last_input = self.seconds,
            Some(Change::Left) => self.forget_visitor(),
            None => {}
        }
    }

    fn draw_layers(&mut self, moment: &Moment<'_>) -> bool {
        let (view, extent) = (self.view(), self.extent);
        let labels = &self.begin.languages[self.language];
        self.panel.light(Lit {
            compare: view.compare,
            split: self.split,
            copy: self.copied,
            flip: self.flipped != self.begin.flipped,
        });
        let text = &mut self.text;
        let mut changed = self.panel.draw(&mut self.controls, text, labels);
        if self.shown.opacity() > 0 {
            let readings = moment.readings;
            changed |= self.chips.draw(readings, &self.about, extent, text);
        }
        let truth = Truth {
            edited: moment.edited && !view.compare,
            before: view.compare,
            split: view.split,
            recording: self.begin.recording,
        };
        changed |= self.marks.draw(truth, extent, text, labels);
        let message = match (&self.note, moment) {
            (
                _,
                Moment {
                    trouble: Some(reason),
                    ..
                },
            ) => Message::Away(reason),
            (
                _,
                Moment {
                    preparing: Some(step),
                    ..
                },
            ) => Message::Preparing(step),
            _ if !moment.has_picture => Message::Starting,
            _ if self.pages.is_open() || self.attracting.is_shown() => Message::Nothing,
            (Some((note, _)), _) => Message::Note(note),
            _ if !moment.face => Message::NoFace,
            _ => Message::Nothing,
        };
        changed |= self.messages.draw(message, extent, text, labels);
        if self.attracting.opacity() > 0 {
            changed |= self
                .attract
                .draw(extent, self.begin.recording, text, labels);
        }
        let languages = (&self.begin.languages[..], self.language);
        changed | self.pages.draw(extent, &self.about, text, languages)
    }

    /// Blends all layers onto the window's pixels (`0x00RRGGBB`).
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        let shown = self.shown.opacity();
        self.attract.blend(pixels, size, self.attracting.opacity());
        // Pages are read on their own.
        let controls = shown * (256 - self.pages.opacity()) / 256;
        self.controls.blend(pixels, size, controls);
        self.chips.blend(pixels, size, controls);
        self.messages.blend(pixels, size);
        self.pages.blend(pixels, size);
        self.marks.blend(pixels, size);
    }
}
