//! What fingers and keys do.

use crate::overlay::{
    Overlay,
    page::{dialog::DialogTap, help::HelpTap, photo_question::Answer, split_handle},
    view::MIDDLE,
    visitor::action::{Action, VisitorRequest},
    widget::{button::Button, pointer::Pointer},
};

/// Strength per press of an arrow key.
const STEP: f32 = 0.05;
/// Seconds for which the help button is held to open the page for the installer.
const LONG_PRESS: f64 = 0.8;
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
        } else if !self.layers.dialog.is_open() && !self.drag_split(pointer) {
            self.point_at_mirror(pointer);
        }
        self.notice_moved_slider();
    }

    fn point_at_mirror(&mut self, pointer: Pointer) {
        if self.touches_status(pointer) {
            self.show_note(self.labels().fallback.clone());
        } else if let Some(button) = self.layers.panel.point(pointer) {
            self.perform(Action::Press(button));
        }
    }

    /// Follows a finger on the dividing line of split view. Returns whether there is one.
    fn drag_split(&mut self, pointer: Pointer) -> bool {
        let extent = self.layers.extent;
        let choice = &mut self.choice;
        let line = choice.split_at * extent.width;
        let begins = choice.split
            && !self.layers.panel.is_held()
            && !self.layers.panel.covers(pointer.at)
            && split_handle::is_touched(pointer.at[0], line, extent);
        let was_down = std::mem::replace(&mut self.pressed, pointer.down);
        choice.dragging = pointer.down && (choice.dragging || begins && !was_down);
        if choice.dragging {
            choice.drag_to(pointer.at[0] / extent.width);
        }
        choice.dragging
    }

    /// Whether a finger is put on the status line while that has something to explain.
    fn touches_status(&self, pointer: Pointer) -> bool {
        let amber = !self.about.failures().is_empty() && self.status_opacity() > 0;
        amber && pointer.down && self.layers.status_line.covers(pointer.at)
    }

    /// The help button has been held for long: the page for the installer.
    pub(in crate::overlay) fn notice_long_press(&mut self) {
        if self.layers.panel.held_button() != Some(Button::Help) {
            self.help_held = None;
            return;
        }
        let since = *self.help_held.get_or_insert(self.seconds);
        if self.seconds - since >= LONG_PRESS {
            self.help_held = None;
            self.layers.panel.release();
            self.layers.dialog.open_details();
        }
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
            Action::Confirm => {
                if let Some(tap) = self.layers.dialog.confirm() {
                    self.follow_tap(tap);
                }
            }
            Action::FocusNext => self.layers.dialog.move_focus(1),
            Action::FocusPrevious => self.layers.dialog.move_focus(-1),
            Action::ChooseAbove => self.layers.dialog.scroll(-1),
            Action::ChooseBelow => self.layers.dialog.scroll(1),
            Action::Press(Button::Help) | Action::Details if question => {}
            Action::Details => self.layers.dialog.open_details(),
            Action::Close | Action::Press(Button::Help) => self.close_help(),
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
            Action::FocusNext => panel.move_focus(1),
            Action::FocusPrevious => panel.move_focus(-1),
            Action::Details => self.layers.dialog.open_details(),
            Action::Confirm => match panel.focused() {
                // It acts while it is held, and a key of its own holds it: here it goes on and off.
                Some(Button::Compare) => self.choice.compare_key = !self.choice.compare_key,
                Some(button) => self.press(button),
                None => {}
            },
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
        self.choice.split_at = MIDDLE;
        self.choice.flipped = self.settings.flipped;
        self.note = None;
        self.requests.push_back(VisitorRequest::DropCopy);
    }

    /// Resets everything after a visitor has left.
    pub(in crate::overlay) fn prepare_for_next_visitor(&mut self) {
        self.layers.panel.set(&self.settings.strengths);
        self.layers.panel.release();
        self.layers.panel.unfocus();
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
            DialogTap::Help(HelpTap::Close) | DialogTap::DetailsClosed => self.close_help(),
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
