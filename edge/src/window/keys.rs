//! Keys: every press and release in the window, and what it means.

use crate::overlay::{visitor::action::Action, widget::button::Button};
use minifb::{InputCallback, Key};
use std::{cell::RefCell, rc::Rc};

/// The key events since they were last read. Polling key states instead would lose presses shorter
/// than a tick.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    events: Rc<RefCell<Vec<KeyEvent>>>,
}

#[derive(Debug, Clone, Copy)]
struct KeyEvent {
    key: Key,
    down: bool,
}

impl InputCallback for Keys {
    fn add_char(&mut self, _: u32) {}

    fn set_key_state(&mut self, key: Key, down: bool) {
        self.events.borrow_mut().push(KeyEvent { key, down });
    }
}

/// What keys mean, with those that are down.
#[derive(Debug, Default)]
pub(crate) struct KeyMap {
    down: Vec<Key>,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KeyCommand {
    /// Something of the overlay.
    Overlay(Action),
    /// Full screen, or back.
    ToggleFullScreen,
    /// The end of the program.
    Quit,
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transition {
    Pressed,
    /// Pressed again by the keyboard's auto-repeat.
    Repeated,
    Released,
}

impl KeyMap {
    /// Calls `act` for everything that `keys` asks for since the last call.
    pub(crate) fn read(&mut self, keys: &Keys, mut act: impl FnMut(KeyCommand)) {
        for KeyEvent { key, down } in keys.events.borrow_mut().drain(..) {
            let was_down = self.down.contains(&key);
            self.down.retain(|held| *held != key);
            let transition = match (down, was_down) {
                (true, false) => Transition::Pressed,
                (true, true) => Transition::Repeated,
                (false, _) => Transition::Released,
            };
            if down {
                self.down.push(key);
            }
            if let Some(command) = command(key, transition) {
                act(command);
            }
        }
    }
}

fn command(key: Key, transition: Transition) -> Option<KeyCommand> {
    let action = match (key, transition) {
        (Key::Space, Transition::Released) => Action::StopComparing,
        (Key::Space, _) => Action::StartComparing,
        (_, Transition::Released) => return None,
        (Key::Right, _) => Action::Raise,
        (Key::Left, _) => Action::Lower,
        (Key::Down, _) => Action::ChooseBelow,
        (Key::Up, _) => Action::ChooseAbove,
        // Only sliders move while a key is held.
        (_, Transition::Repeated) => return None,
        (Key::V, _) => Action::Press(Button::Split),
        (Key::C, _) => Action::Press(Button::Copy),
        (Key::P, _) => Action::Press(Button::Photo),
        (Key::M, _) => Action::Press(Button::Flip),
        (Key::Key0 | Key::NumPad0, _) => Action::Press(Button::Reset),
        (Key::H | Key::F1 | Key::Slash, _) => Action::Press(Button::Help),
        (Key::L, _) => Action::NextLanguage,
        (Key::Enter | Key::NumPadEnter, _) => Action::Confirm,
        (Key::Escape, _) => Action::Close,
        (Key::F | Key::F11, _) => return Some(KeyCommand::ToggleFullScreen),
        (Key::Q, _) => return Some(KeyCommand::Quit),
        _ => return None,
    };
    Some(KeyCommand::Overlay(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_taps_count_and_held_keys_repeat_only_on_sliders() {
        let mut keys = Keys::default();
        let mut map = KeyMap::default();
        for (key, down) in [
            (Key::V, true),
            (Key::V, false),
            (Key::V, true),
            (Key::V, true),
            (Key::Right, true),
            (Key::Right, true),
            (Key::Space, true),
            (Key::Space, false),
        ] {
            keys.set_key_state(key, down);
        }
        let mut commands = Vec::new();
        map.read(&keys, |command| commands.push(command));
        let expected = [
            Action::Press(Button::Split),
            Action::Press(Button::Split),
            Action::Raise,
            Action::Raise,
            Action::StartComparing,
            Action::StopComparing,
        ];
        assert_eq!(commands, expected.map(KeyCommand::Overlay));
        map.read(&keys, |command| panic!("{command:?} came twice"));
    }
}
