//! The page over everything: help, the page for the installer, or the question about a photo.

use super::{
    details::Details,
    help::{Help, HelpTap},
    photo_question::{Answer, PhotoQuestion},
};
use crate::overlay::{
    language::languages::Languages,
    output::photo::Photo,
    state::About,
    widget::{extent::Extent, fade::Fade, pointer::Pointer, slider::Slider, text::Text},
};

/// What was tapped on the open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogTap {
    Help(HelpTap),
    /// The page for the installer was left.
    DetailsClosed,
    Answer(Answer),
}

/// The pages, of which at most one is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Page {
    #[default]
    Nothing,
    Help,
    Details,
    PhotoQuestion,
}

/// At most one page over everything; a closed one fades out.
pub(crate) struct Dialog {
    open: Page,
    /// The page that is, or was last, on screen.
    visible: Page,
    fade: Fade,
    help: Help,
    details: Details,
    question: PhotoQuestion,
    photo: Option<Photo>,
    /// When an unanswered question is withdrawn, in seconds.
    deadline: f64,
}

impl Default for Dialog {
    fn default() -> Self {
        Self {
            open: Page::Nothing,
            visible: Page::Nothing,
            fade: Fade::new(false),
            help: Help::default(),
            details: Details::default(),
            question: PhotoQuestion::default(),
            photo: None,
            deadline: 0.0,
        }
    }
}

impl Dialog {
    pub(crate) fn is_open(&self) -> bool {
        self.open != Page::Nothing
    }

    /// Whether the question about a photo is open.
    pub(crate) fn is_question(&self) -> bool {
        self.open == Page::PhotoQuestion
    }

    /// Whether the question has been open for too long.
    pub(crate) fn is_overdue(&self, seconds: f64) -> bool {
        self.is_question() && seconds >= self.deadline
    }

    /// Opacity of the page, 0..=256.
    pub(crate) fn opacity(&self) -> u32 {
        self.fade.opacity()
    }

    pub(crate) fn open_help(&mut self) {
        self.open(Page::Help);
        self.help.restart();
    }

    /// Opens the page for the installer.
    pub(crate) fn open_details(&mut self) {
        self.open(Page::Details);
        self.details.restart();
    }

    /// Moves the focus on the open page by so many buttons.
    pub(crate) fn move_focus(&mut self, by: isize) {
        match self.open {
            Page::Nothing | Page::Details => {}
            Page::Help => self.help.move_focus(by),
            Page::PhotoQuestion => self.question.move_focus(by),
        }
    }

    /// What Enter does on the open page.
    pub(crate) fn confirm(&self) -> Option<DialogTap> {
        match self.open {
            Page::Nothing => None,
            Page::Help => Some(DialogTap::Help(self.help.confirm())),
            Page::Details => Some(DialogTap::DetailsClosed),
            Page::PhotoQuestion => Some(DialogTap::Answer(self.question.confirm())),
        }
    }

    /// Scrolls the page for the installer up (-1) or down (1).
    pub(crate) fn scroll(&mut self, direction: isize) {
        if self.open == Page::Details {
            self.details.scroll(direction);
        }
    }

    /// Asks whether to keep a photo, until a `deadline` in seconds.
    pub(crate) fn ask_about(&mut self, photo: Photo, deadline: f64) {
        self.photo = Some(photo);
        self.deadline = deadline;
        self.question.redraw();
        self.open(Page::PhotoQuestion);
    }

    fn open(&mut self, page: Page) {
        self.open = page;
        self.visible = page;
        self.fade.aim(true);
    }

    pub(crate) fn close(&mut self) {
        self.open = Page::Nothing;
        self.photo = None;
        self.fade.aim(false);
    }

    /// Closes the question and returns its photo.
    pub(crate) fn take_photo(&mut self) -> Option<Photo> {
        let photo = self.photo.take();
        self.close();
        photo
    }

    /// Has the pages redrawn.
    pub(crate) fn redraw(&mut self) {
        self.help.redraw();
        self.details.redraw();
        if self.photo.is_some() {
            self.question.redraw();
        }
    }

    /// Follows the pointer.
    pub(crate) fn point(&mut self, pointer: Pointer) -> Option<DialogTap> {
        match self.open {
            Page::Nothing => None,
            Page::Help => self.help.point(pointer).map(DialogTap::Help),
            Page::Details => {
                let left = self.details.point(pointer);
                left.then_some(DialogTap::DetailsClosed)
            }
            Page::PhotoQuestion => self.question.point(pointer).map(DialogTap::Answer),
        }
    }

    /// Fades by `elapsed` seconds. Returns whether the opacity changed.
    pub(crate) fn advance(&mut self, elapsed: f64) -> bool {
        self.fade.advance(elapsed)
    }

    /// Redraws the open page if it changed. Returns whether it did.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        about: &About,
        sliders: &[Slider],
        text: &mut Text,
        languages: &Languages,
    ) -> bool {
        match (self.open, &self.photo) {
            (Page::Help, _) => self.help.draw(extent, sliders, text, languages),
            (Page::Details, _) => {
                let labels = languages.labels();
                self.details.draw(extent, about, text, labels)
            }
            (Page::PhotoQuestion, Some(photo)) => {
                let labels = languages.labels();
                self.question.draw(extent, photo, text, labels)
            }
            _ => false,
        }
    }

    /// Blends the visible page onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        let opacity = self.opacity();
        match self.visible {
            Page::Nothing => {}
            Page::Help => self.help.blend(pixels, size, opacity),
            Page::Details => self.details.blend(pixels, size, opacity),
            Page::PhotoQuestion => self.question.blend(pixels, size, opacity),
        }
    }
}
