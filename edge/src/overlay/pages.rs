//! The page over everything: help, or the question about a photo.

use super::{
    About,
    extent::Extent,
    fade::Fade,
    help::{self, Help},
    panel::Pointer,
    question::{Answer, Question},
    text::Text,
};
use crate::{overlay::labels::Labels, overlay::photo::Photo};

/// What was tapped on the open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tap {
    Help(help::Tap),
    Answer(Answer),
}

/// What is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Open {
    #[default]
    Nothing,
    Help,
    Question,
}

/// At most one page is open; the one that was closes with a fade.
pub(super) struct Pages {
    open: Open,
    /// The page that is, or was last, on screen.
    visible: Open,
    fade: Fade,
    help: Help,
    question: Question,
    photo: Option<Photo>,
    /// When the question is taken back.
    end: f64,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            open: Open::Nothing,
            visible: Open::Nothing,
            fade: Fade::new(false),
            help: Help::default(),
            question: Question::default(),
            photo: None,
            end: 0.0,
        }
    }
}

impl Pages {
    pub(super) fn is_open(&self) -> bool {
        self.open != Open::Nothing
    }

    pub(super) fn asks(&self) -> bool {
        self.open == Open::Question
    }

    pub(super) fn opacity(&self) -> u32 {
        self.fade.opacity()
    }

    pub(super) fn open_help(&mut self) {
        self.open(Open::Help);
        self.help.redraw();
    }

    pub(super) fn ask(&mut self, photo: Photo, end: f64) {
        self.photo = Some(photo);
        self.end = end;
        self.question.redraw();
        self.open(Open::Question);
    }

    fn open(&mut self, page: Open) {
        self.open = page;
        self.visible = page;
        self.fade.aim(true);
    }

    pub(super) fn close(&mut self) {
        self.open = Open::Nothing;
        self.photo = None;
        self.fade.aim(false);
    }

    pub(super) fn take_photo(&mut self) -> Option<Photo> {
        let photo = self.photo.take();
        self.close();
        photo
    }

    pub(super) fn is_overdue(&self, seconds: f64) -> bool {
        self.asks() && seconds >= self.end
    }

    pub(super) fn redraw(&mut self) {
        self.help.redraw();
        if self.photo.is_some() {
            self.question.redraw();
        }
    }

    pub(super) fn point(&mut self, pointer: Pointer) -> Option<Tap> {
        match self.open {
            Open::Nothing => None,
            Open::Help => self.help.point(pointer).map(Tap::Help),
            Open::Question => self.question.point(pointer).map(Tap::Answer),
        }
    }

    pub(super) fn advance(&mut self, elapsed: f64) -> bool {
        self.fade.advance(elapsed)
    }

    pub(super) fn draw(
        &mut self,
        extent: Extent,
        about: &About,
        text: &mut Text,
        languages: (&[Labels], usize),
    ) -> bool {
        match (self.open, &self.photo) {
            (Open::Help, _) => self.help.draw(extent, about, text, languages),
            (Open::Question, Some(photo)) => {
                let labels = &languages.0[languages.1];
                self.question.draw(extent, photo, text, labels)
            }
            _ => false,
        }
    }

    pub(super) fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        let opacity = self.fade.opacity();
        match self.visible {
            Open::Nothing => {}
            Open::Help => self.help.blend(pixels, size, opacity),
            Open::Question => self.question.blend(pixels, size, opacity),
        }
    }
}
