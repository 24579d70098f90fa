//! What fingers and keys do.

use crate::overlay::{
    Overlay,
    page::{dialog::DialogTap, help::HelpTap, photo_question::Answer},
    visitor::action::{Action, VisitorRequest},
    widget::{button::Button, pointer::Pointer},
};

/// Strength per press of an arrow key.
const STEP: f32 = 0.05;
/// Opacity from which controls count as visible, of 256.
const VISIBLE: u32 = 128;

impl Overlay {
    /// Follows the pointer.
    pub(crate) fn point(&mut self, pointer: Pointer) {
        // The first touch while the controls are hidden only brings them back.
        let visible = self.fades.controls.opacity() >= VISIBLE;
        if !self.visitor.point(pointer, self.seconds, visible) {
            return;
        }
        if let Some(tap) = self.layers.dialog.point(pointer) {
            self.follow_tap(tap);
        } else if !self.layers.dialog.is_open()
            && let Some(button) = self.layers.panel.point(pointer)
        {
            self.perform(Action::Press(button));
        }
        self.notice_moved_slider();
    }

    /// Does what a key asks for.
    pub(crate) fn perform(&mut self, action: Action) {
        self.visitor.touch(self.seconds);
        if self.layers.dialog.is_open() {
            self.perform_on_dialog(action);
        } else {
            self.perform_on_mirror(action);
            self.notice_moved_slider();
        }
    }

    fn perform_on_dialog(&mut self, action: Action) {
        let question = self.layers.dialog.is_question();
        match action {
            Action::Close if question => self.follow_tap(DialogTap::Answer(Answer::Discard)),
            Action::Confirm if question => self.follow_tap(DialogTap::Answer(Answer::Keep)),
            Action::Press(Button::Help) if question => {}
            Action::Close | Action::Confirm | Action::Press(Button::Help) => self.close_help(),
            Action::NextLanguage => self.set_language(self.languages.next()),
            Action::StopComparing => self.choice.compare_key = false,
            _ => {}
        }
    }

    fn perform_on_mirror(&mut self, action: Action) {
        let panel = &mut self.layers.panel;
        match action {
            Action::Press(button) => self.press(button),
            Action::StartComparing => self.choice.compare_key = true,
            Action::StopComparing => self.choice.compare_key = false,
            Action::Raise => panel.step(STEP),
            Action::Lower => panel.step(-STEP),
            Action::ChooseAbove => {
                if !panel.choose_above() {
                    panel.step(STEP);
                }
            }
            Action::ChooseBelow => {
                if !panel.choose_below() {
                    panel.step(-STEP);
                }
            }
            Action::NextLanguage => self.set_language(self.languages.next()),
            Action::Confirm => {}
            Action::Close => self.requests.push_back(VisitorRequest::Quit),
        }
    }

    fn press(&mut self, button: Button) {
        match button {
            // It acts while it is held.
            Button::Compare => {}
            Button::Split => self.choice.split = !self.choice.split,
            Button::Copy => self.requests.push_back(VisitorRequest::ToggleCopy),
            Button::Photo => self.requests.push_back(VisitorRequest::TakePhoto),
            Button::Flip => self.choice.flipped = !self.choice.flipped,
            Button::Reset => self.reset(),
            Button::Help => self.layers.dialog.open_help(),
        }
    }

    /// A slider that is moved takes the place of a copied expression.
    fn notice_moved_slider(&mut self) {
        if self.layers.panel.take_moved() {
            self.requests.push_back(VisitorRequest::DropCopy);
        }
    }

    /// Resets everything as a visitor finds it, but the sliders to 0: to whoever presses it, reset means
    /// "my own face".
    fn reset(&mut self) {
        self.layers.panel.clear();
        self.reset_view();
    }

    fn reset_view(&mut self) {
        self.choice.split = false;
        self.choice.flipped = self.settings.flipped;
        self.note = None;
        self.requests.push_back(VisitorRequest::DropCopy);
    }

    /// Resets everything after a visitor has left.
    pub(in crate::overlay) fn prepare_for_next_visitor(&mut self) {
        self.layers.panel.set(&self.settings.strengths);
        self.layers.panel.release();
        self.reset_view();
        self.choice.compare_key = false;
        self.layers.dialog.close();
        self.set_language(self.languages.first());
    }

    /// Does what was tapped on a page.
    pub(in crate::overlay) fn follow_tap(&mut self, tap: DialogTap) {
        match tap {
            DialogTap::Answer(Answer::Keep) => self.requests.push_back(VisitorRequest::KeepPhoto),
            DialogTap::Answer(Answer::Discard) => {
                self.layers.dialog.close();
                self.show_note(self.labels().photo_discarded.clone());
            }
            DialogTap::Help(HelpTap::Close) => self.close_help(),
            DialogTap::Help(HelpTap::Language(index)) => self.set_language(index),
        }
    }

    fn close_help(&mut self) {
        self.layers.dialog.close();
        self.layers.panel.release();
    }

    fn set_language(&mut self, index: usize) {
        if self.languages.choose(index) {
            self.layers.redraw();
        }
    }
}
