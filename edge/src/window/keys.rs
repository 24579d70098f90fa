//! Keys: every press and release of the window, and what it means.

use crate::overlay::{Press, panel::Button};
use minifb::{InputCallback, Key};
use std::{cell::RefCell, rc::Rc};

/// Key events since they were last taken. Looking at key states instead would lose those shorter
/// than a tick.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    events: Rc<RefCell<Vec<(Key, bool)>>>,
}

impl InputCallback for Keys {
    fn add_char(&mut self, _: u32) {}

    fn set_key_state(&mut self, key: Key, down: bool) {
        self.events.borrow_mut().push((key, down));
    }
}

/// What keys mean, with those that are down.
#[derive(Debug, Default)]
pub struct KeyMap {
    down: Vec<Key>,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// Something of the overlay.
    Press(Press),
    /// Full screen, or back.
    FullScreen,
    /// The end.
    Quit,
}

impl KeyMap {
    /// Calls `act` for everything that `keys` asks for since the last call.
    pub fn read(&mut self, keys: &Keys, mut act: impl FnMut(Wish)) {
        for (key, down) in keys.events.borrow_mut().drain(..) {
            let repeated = down && self.down.contains(&key);
            self.down.retain(|held| *held != key);
            if down {
                self.down.push(key);
            }
            if let Some(wish) = wish(key, down, repeated) {
                act(wish);
            }
        }
    }
}

fn wish(key: Key, down: bool, repeated: bool) -> Option<Wish> {
    let press = match (key, down) {
        (Key::Space, down) => Press::Compare(down),
        (_, false) => return None,
        // Only sliders move while a key is held.
        (Key::Right, _) => Press::Step(true),
        (Key::Left, _) => Press::Step(false),
        (Key::Down, _) => Press::Choose(true),
        (Key::Up, _) => Press::Choose(false),
        _ if repeated => return None,
        (Key::V, _) => Press::Button(Button::Split),
        (Key::C, _) => Press::Button(Button::Copy),
        (Key::P, _) => Press::Button(Button::Photo),
        (Key::M, _) => Press::Button(Button::Flip),
        (Key::Key0 | Key::NumPad0, _) => Press::Button(Button::Reset),
        (Key::H | Key::F1 | Key::Slash, _) => Press::Button(Button::Help),
        (Key::L, _) => Press::Language,
        (Key::Enter | Key::NumPadEnter, _) => Press::Confirm,
        (Key::Escape, _) => Press::Close,
        (Key::F | Key::F11, _) => return Some(Wish::FullScreen),
        (Key::Q, _) => return Some(Wish::Quit),
        _ => return None,
    };
    Some(Wish::Press(press))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_shorter_than_a_tick_counts_and_a_held_key_repeats_only_on_sliders() {
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
        let mut wishes = Vec::new();
        map.read(&keys, |wish| wishes.push(wish));
        let split = Wish::Press(Press::Button(Button::Split));
        let step = Wish::Press(Press::Step(true));
        let compare = |down| Wish::Press(Press::Compare(down));
        let expected = [split, split, step, step, compare(true), compare(false)];
        assert_eq!(wishes, expected);
        map.read(&keys, |wish| panic!("{wish:?} came twice"));
    }
}
