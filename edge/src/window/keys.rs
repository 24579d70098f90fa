//! What keys mean.

use crate::overlay::{visitor::action::Action, widget::button::Button};

/// A key that means something to the mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A Latin letter in lower case, `0` or `?`.
    Character(char),
    Space,
    Left,
    Right,
    Up,
    Down,
    Enter,
    Escape,
    Tab,
    /// Tab with Shift.
    BackTab,
    F1,
    F11,
}

/// A press or a release. Polling key states instead would lose presses shorter than a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyEvent {
    pub(crate) key: Key,
    pub(crate) down: bool,
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
    /// What a press or release asks for.
    pub(crate) fn follow(&mut self, KeyEvent { key, down }: KeyEvent) -> Option<KeyCommand> {
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
        command(key, transition)
    }

    /// The keyboard belongs to another window now, which is told of the releases. Returns a key that was
    /// down and has to be taken as released; to be called until there is none.
    pub(crate) fn lose(&mut self) -> Option<KeyCommand> {
        while let Some(key) = self.down.pop() {
            if let Some(command) = command(key, Transition::Released) {
                return Some(command);
            }
        }
        None
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
        (Key::Character('v'), _) => Action::Press(Button::Split),
        (Key::Character('c'), _) => Action::Press(Button::Copy),
        (Key::Character('p'), _) => Action::Press(Button::Photo),
        (Key::Character('m'), _) => Action::Press(Button::Flip),
        (Key::Character('0'), _) => Action::Press(Button::Reset),
        (Key::Character('h' | '?') | Key::F1, _) => Action::Press(Button::Help),
        (Key::Character('l'), _) => Action::NextLanguage,
        (Key::Character('i'), _) => Action::Details,
        (Key::Tab, _) => Action::FocusNext,
        (Key::BackTab, _) => Action::FocusPrevious,
        (Key::Enter, _) => Action::Confirm,
        (Key::Escape, _) => Action::Close,
        (Key::Character('f') | Key::F11, _) => return Some(KeyCommand::ToggleFullScreen),
        (Key::Character('q'), _) => return Some(KeyCommand::Quit),
        _ => return None,
    };
    Some(KeyCommand::Overlay(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_taps_count_and_held_keys_repeat_only_on_sliders() {
        let mut map = KeyMap::default();
        let mut commands = Vec::new();
        for (key, down) in [
            (Key::Character('v'), true),
            (Key::Character('v'), false),
            (Key::Character('v'), true),
            (Key::Character('v'), true),
            (Key::Right, true),
            (Key::Right, true),
            (Key::Tab, true),
            (Key::Tab, false),
            (Key::BackTab, true),
            (Key::Space, true),
            (Key::Space, false),
        ] {
            commands.extend(map.follow(KeyEvent { key, down }));
        }
        let expected = [
            Action::Press(Button::Split),
            Action::Press(Button::Split),
            Action::Raise,
            Action::Raise,
            Action::FocusNext,
            Action::FocusPrevious,
            Action::StartComparing,
            Action::StopComparing,
        ];
        assert_eq!(commands, expected.map(KeyCommand::Overlay));
    }

    #[test]
    fn what_was_held_ends_when_another_window_takes_the_keyboard() {
        let mut map = KeyMap::default();
        for key in [Key::Space, Key::Character('v')] {
            map.follow(KeyEvent { key, down: true });
        }
        let stop = KeyCommand::Overlay(Action::StopComparing);
        assert_eq!(map.lose(), Some(stop));
        assert_eq!(map.lose(), None);
    }
}
