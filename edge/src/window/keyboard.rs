//! Which key was pressed, under any keyboard layout.
//!
//! A key is what its layout prints on it. Where a layout has no Latin letters (Russian, Greek, Arabic …)
//! letters are told by their place on the keyboard, as on the American one.

use super::keys::Key;
use x11rb::{
    errors::ReplyError,
    protocol::{
        xkb::{ConnectionExt as _, EventType, ID, MapPart, PerClientFlag, SelectEventsAux},
        xproto::{KeyButMask, Keycode, Keysym},
    },
    rust_connection::RustConnection,
};

/// The core keyboard, for XKB requests.
const CORE: u16 = 0x100;
/// Every part of a keyboard map.
const ALL_PARTS: u16 = 0xff;

/// Key codes of the rows of letters, from the left, and what the American layout prints on them.
const ROWS: [(Keycode, &[u8]); 3] = [(24, b"qwertyuiop"), (38, b"asdfghjkl"), (52, b"zxcvbnm")];
/// Key codes of the 0 among the letters, and of the American "?".
const ZERO: Keycode = 19;
const SLASH: Keycode = 61;

/// The layouts of the keyboard; more than one can be switched between.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    first: Keycode,
    keys: Vec<Symbols>,
    /// Whether each layout has Latin letters.
    latin: [bool; 4],
}

/// What is printed on a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Symbols {
    groups: usize,
    levels: usize,
    all: Vec<Keysym>,
}

impl Keyboard {
    /// Reads the layouts, and asks to be told about others and that a held key is not released
    /// between its repetitions.
    ///
    /// # Errors
    /// Those of the X server, e.g. one without XKB.
    pub(crate) fn watch(connection: &RustConnection) -> Result<Self, ReplyError> {
        connection.xkb_use_extension(1, 0)?.reply()?;
        let (flag, none) = (PerClientFlag::DETECTABLE_AUTO_REPEAT, 0_u32.into());
        connection
            .xkb_per_client_flags(CORE, flag, flag, none, none, none)?
            .reply()?;
        let (events, parts) = (
            EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY,
            MapPart::from(ALL_PARTS),
        );
        let details = SelectEventsAux::new();
        connection.xkb_select_events(CORE, 0_u16.into(), events, parts, parts, &details)?;
        Self::read(connection)
    }

    /// Reads the layouts in use.
    ///
    /// # Errors
    /// Those of the X server.
    pub(crate) fn read(connection: &RustConnection) -> Result<Self, ReplyError> {
        let (core, none) = (u16::from(ID::USE_CORE_KBD), MapPart::from(0_u16));
        let map = connection.xkb_get_map(
            core,
            MapPart::KEY_SYMS,
            none,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0_u16.into(),
            0,
            0,
            0,
            0,
            0,
            0,
        )?;
        let map = map.reply()?;
        let keys = map.map.syms_rtrn.unwrap_or_default();
        let keys = keys.into_iter().map(|key| Symbols {
            groups: usize::from(key.group_info & 0x0f),
            levels: key.width.into(),
            all: key.syms,
        });
        Ok(Self::new(map.first_key_sym, keys.collect()))
    }

    fn new(first: Keycode, keys: Vec<Symbols>) -> Self {
        let mut keyboard = Self {
            first,
            keys,
            latin: [false; 4],
        };
        keyboard.latin = [0, 1, 2, 3].map(|group| {
            let mut codes = ROWS
                .iter()
                .flat_map(|(first, row)| (*first..).take(row.len()));
            codes.any(|code| keyboard.letter(code, group).is_some())
        });
        keyboard
    }

    /// The key with this code, given the state of the modifiers, if it means anything to the mirror.
    pub(crate) fn key(&self, code: Keycode, state: KeyButMask) -> Option<Key> {
        let state = u16::from(state);
        let group = usize::from(state >> 13 & 3);
        let shifted = state & u16::from(KeyButMask::SHIFT) != 0;
        let symbols = self.symbols(code, group);
        let named = symbols.iter().find_map(|&symbol| named(symbol));
        match named {
            Some(Key::Tab) if shifted => return Some(Key::BackTab),
            Some(_) => return named,
            None => {}
        }
        if let Some(letter) = self.letter(code, group) {
            return Some(Key::Character(letter));
        }
        let has = |character: u8| symbols.contains(&character.into());
        let meant = symbols.get(usize::from(shifted)).or(symbols.first());
        if meant == Some(&b'?'.into()) || symbols.first() == Some(&b'/'.into()) {
            return Some(Key::Character('?'));
        }
        if has(b'0') || code == ZERO {
            return Some(Key::Character('0'));
        }
        if self.latin[group] {
            return None;
        }
        place(code).map(Key::Character)
    }

    /// What is printed on a key, level by level.
    fn symbols(&self, code: Keycode, group: usize) -> &[Keysym] {
        let key = code.checked_sub(self.first).map(usize::from);
        let Some(key) = key.and_then(|index| self.keys.get(index)) else {
            return &[];
        };
        // A key with fewer layouts than the keyboard wraps around.
        let start = group.checked_rem(key.groups).unwrap_or(0) * key.levels;
        key.all.get(start..start + key.levels).unwrap_or(&[])
    }

    /// The Latin letter on a key.
    fn letter(&self, code: Keycode, group: usize) -> Option<char> {
        let symbol = *self.symbols(code, group).first()?;
        let letter = u8::try_from(symbol).ok()?.to_ascii_lowercase();
        letter.is_ascii_lowercase().then_some(char::from(letter))
    }
}

/// Keys that are no characters, by the names of `X11/keysymdef.h`.
fn named(symbol: Keysym) -> Option<Key> {
    Some(match symbol {
        0x0020 => Key::Space,
        0xff51 => Key::Left,
        0xff52 => Key::Up,
        0xff53 => Key::Right,
        0xff54 => Key::Down,
        0xff0d | 0xff8d => Key::Enter,
        0xff1b => Key::Escape,
        0xff09 | 0xfe20 => Key::Tab,
        0xffbe => Key::F1,
        0xffc8 => Key::F11,
        // The 0 of the number block, also while it means Insert.
        0xffb0 | 0xff9e => Key::Character('0'),
        _ => return None,
    })
}

/// What the American layout prints on a key.
fn place(code: Keycode) -> Option<char> {
    let mut rows = ROWS.iter();
    let letter = rows.find_map(|(first, row)| row.get(usize::from(code.checked_sub(*first)?)));
    match code {
        SLASH => Some('?'),
        _ => letter.copied().map(char::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: Keycode = 43;
    const SEMICOLON: Keycode = 47;
    const M: Keycode = 58;

    /// A keyboard on which these keys have these symbols, one slice per layout.
    fn keyboard(keys: &[(Keycode, &[[Keysym; 2]])]) -> Keyboard {
        let mut all = vec![Symbols::default(); 248];
        for (code, layouts) in keys {
            all[usize::from(code - 8)] = Symbols {
                groups: layouts.len(),
                levels: 2,
                all: layouts.concat(),
            };
        }
        Keyboard::new(8, all)
    }

    fn plain() -> KeyButMask {
        0_u16.into()
    }

    fn ascii(symbols: &[u8; 2]) -> [Keysym; 2] {
        symbols.map(Keysym::from)
    }

    #[test]
    fn letters_are_those_of_a_latin_layout_wherever_they_are() {
        // French: M beside L, the comma at the American M, à and 0 on one key.
        let french = keyboard(&[
            (H, &[ascii(b"hH")]),
            (SEMICOLON, &[ascii(b"mM")]),
            (M, &[ascii(b",?")]),
            (ZERO, &[[0xe0, b'0'.into()]]),
        ]);
        let key = |code| french.key(code, plain());
        assert_eq!(key(H), Some(Key::Character('h')));
        assert_eq!(key(SEMICOLON), Some(Key::Character('m')));
        for state in [plain(), KeyButMask::SHIFT] {
            assert_eq!(french.key(ZERO, state), Some(Key::Character('0')));
        }
        assert_eq!(key(M), None, "a comma");
        assert_eq!(french.key(M, KeyButMask::SHIFT), Some(Key::Character('?')));
    }

    #[test]
    fn tab_with_shift_is_another_key_than_tab_under_every_layout() {
        const TAB: u8 = 23;
        const LEFT_TAB: Keysym = 0xfe20;
        let with_left_tab = keyboard(&[(TAB, &[[0xff09, LEFT_TAB]])]);
        let without = keyboard(&[(TAB, &[[0xff09, 0xff09]])]);
        for keyboard in [with_left_tab, without] {
            assert_eq!(keyboard.key(TAB, plain()), Some(Key::Tab));
            assert_eq!(keyboard.key(TAB, KeyButMask::SHIFT), Some(Key::BackTab));
        }
    }

    #[test]
    fn without_latin_letters_a_key_is_told_by_its_place() {
        // American and Russian, switched between: bits 13 and 14 of the state.
        let both = keyboard(&[
            (H, &[ascii(b"hH"), [0x6d2, 0x6f2]]),
            (M, &[ascii(b"mM"), [0x6d8, 0x6f8]]),
            (ZERO, &[ascii(b"0)")]),
        ]);
        for group in [0_u16, 1] {
            let state = KeyButMask::from(group << 13_u16);
            assert_eq!(both.key(H, state), Some(Key::Character('h')));
            assert_eq!(both.key(M, state), Some(Key::Character('m')));
            assert_eq!(both.key(ZERO, state), Some(Key::Character('0')));
        }
        let greek = keyboard(&[(H, &[[0x7e7, 0x7c7]])]);
        let key = greek.key(H, plain());
        assert_eq!(key, Some(Key::Character('h')));
    }

    #[test]
    fn without_any_layout_the_places_are_those_of_the_american_keyboard() {
        let none = Keyboard::default();
        for (code, expected) in [(H, 'h'), (M, 'm'), (ZERO, '0'), (SLASH, '?'), (24, 'q')] {
            let key = none.key(code, plain());
            assert_eq!(key, Some(Key::Character(expected)));
        }
        assert_eq!(none.key(8, plain()), None);
    }
}
