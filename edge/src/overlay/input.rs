//! What fingers and keys do.

use super::{
    Overlay, Press, Request, help, pages,
    panel::{Button, Pointer},
    question::Answer,
};

/// Strength per press of an arrow key.
const STEP: f32 = 0.05;

impl Overlay {
    /// Follows the pointer.
    pub fn point(&mut self, pointer: Pointer) {
        let Some(was) = self.pointer.replace(pointer) else {
            return;
        };
        if pointer == was {
            return;
        }
        let pressed = pointer.down && !was.down;
        // The first touch of a mirror without controls brings them back and does nothing else.
        self.waking = (self.waking && pointer.down) || (pressed && self.shown.opacity() < 128);
        self.touch();
        if self.waking {
            return;
        }
        if let Some(tap) = self.pages.point(pointer) {
            self.answer(tap);
        } else if !self.pages.is_open()
            && let Some(button) = self.panel.point(pointer)
        {
            self.press(Press::Button(button));
        }
        self.notice_slider();
    }

    /// A slider that is moved takes the place of a copied smile.
    fn notice_slider(&mut self) {
        if self.panel.take_moved() && self.copied {
            self.requests.push_back(Request::ForgetCopy);
        }
    }

    /// Does what a key asks for.
    pub fn press(&mut self, press: Press) {
        self.touch();
        if self.pages.is_open() {
            match press {
                Press::Close => match self.pages.asks() {
                    true => self.answer(pages::Tap::Answer(Answer::Discard)),
                    false => self.close_help(),
                },
                Press::Confirm if self.pages.asks() => {
                    self.answer(pages::Tap::Answer(Answer::Keep));
                }
                Press::Confirm | Press::Button(Button::Help) if !self.pages.asks() => {
                    self.close_help();
                }
                Press::Language => self.speak((self.language + 1) % self.begin.languages.len()),
                Press::Compare(false) => self.compare_key = false,
                _ => {}
            }
            return;
        }
        match press {
            Press::Button(button) => self.push(button),
            Press::Compare(down) => self.compare_key = down,
            Press::Step(up) => self.panel.step(if up { STEP } else { -STEP }),
            Press::Choose(down) => {
                if !self.panel.choose(down) {
                    self.panel.step(if down { -STEP } else { STEP });
                }
            }
            Press::Language => self.speak((self.language + 1) % self.begin.languages.len()),
            Press::Confirm => {}
            Press::Close => self.requests.push_back(Request::Quit),
        }
        self.notice_slider();
    }

    fn touch(&mut self) {
        self.last_input = self.seconds;
        self.touched = true;
    }

    fn push(&mut self, button: Button) {
        match button {
            Button::Compare => {}
            Button::Split => self.split = !self.split,
            Button::Copy if self.copied => self.requests.push_back(Request::ForgetCopy),
            Button::Copy => self.requests.push_back(Request::Copy),
            Button::Photo => self.requests.push_back(Request::Photo),
            Button::Flip => self.flipped = !self.flipped,
            Button::Reset => self.reset(),
            Button::Help => self.pages.open_help(),
        }
    }

    /// Everything as a visitor finds it; the sliders at 0 when somebody asks, because "reset" means
    /// "my own face" to the one who stands there.
    fn reset(&mut self) {
        let zeros = self.begin.strengths.iter().map(|_| 0.0);
        let zeros: Vec<f32> = zeros.collect();
        self.panel.set(&zeros);
        self.tidy();
    }

    fn tidy(&mut self) {
        self.split = false;
        self.flipped = self.begin.flipped;
        self.note = None;
        if self.copied {
            self.requests.push_back(Request::ForgetCopy);
        }
    }

    /// As the next visitor should find it.
    pub(super) fn forget_visitor(&mut self) {
        let strengths = std::mem::take(&mut self.begin.strengths);
        self.panel.set(&strengths);
        self.begin.strengths = strengths;
        self.panel.release();
        self.tidy();
        self.compare_key = false;
        self.pages.close();
        self.speak(self.begin.language);
    }

    pub(super) fn answer(&mut self, tap: pages::Tap) {
        match tap {
            pages::Tap::Answer(Answer::Keep) => self.requests.push_back(Request::Keep),
            pages::Tap::Answer(Answer::Discard) => {
                self.pages.close();
                self.say(self.labels().photo_discarded.clone());
            }
            pages::Tap::Help(help::Tap::Close) => self.close_help(),
            pages::Tap::Help(help::Tap::Language(index)) => self.speak(index),
        }
    }

    fn close_help(&mut self) {
        self.pages.close();
        self.panel.release();
    }

    fn speak(&mut self, language: usize) {
        if self.language != language {
            self.language = language;
            self.redraw();
        }
    }

    pub(super) fn redraw(&mut self) {
        self.panel.redraw();
        self.chips.redraw();
        self.marks.redraw();
        self.messages.redraw();
        self.attract.redraw();
        self.pages.redraw();
    }
}
