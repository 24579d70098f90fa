//! Random changes of valid inputs.

use arbitrary::Arbitrary;

/// What is done to which seed.
#[derive(Debug, Clone, Arbitrary)]
pub(crate) struct Damage {
    seed: u8,
    edits: Vec<Edit>,
}

/// One change. Places are shares of the length, so that every place of every seed is as likely.
#[derive(Debug, Clone, Arbitrary)]
enum Edit {
    /// Overwrites one byte.
    Byte { at: u16, byte: u8 },
    /// Flips one bit.
    Bit { at: u16, bit: u8 },
    /// Overwrites a number of 1, 2, 4 or 8 bytes with one that readers get wrong.
    Number {
        at: u16,
        width: u8,
        number: u8,
        big_endian: bool,
    },
    /// Inserts bytes.
    Insert { at: u16, bytes: Vec<u8> },
    /// Removes bytes.
    Remove { at: u16, count: u8 },
    /// Repeats a part of the input somewhere else.
    Copy { from: u16, to: u16, count: u8 },
    /// Ends the input early.
    Cut { at: u16 },
    /// Replaces a run of ASCII digits, as numbers in texts are written.
    Digits { at: u16, number: u8 },
}

/// Zeros, ones, signs, limits, and what overflows when it is multiplied or added to.
const NUMBERS: [i128; 16] = [
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 40,
    i64::MAX as i128,
    u64::MAX as i128,
    -1 << 63,
];

impl Damage {
    /// The damaged form of one of `seeds`, of which there is at least one.
    pub(crate) fn to<S: AsRef<[u8]>>(&self, seeds: &[S]) -> Vec<u8> {
        let seed = &seeds[usize::from(self.seed) % seeds.len()];
        let mut input = seed.as_ref().to_vec();
        // Few changes: each makes it likelier that the first check refuses the rest.
        for edit in self.edits.iter().take(6) {
            edit.apply(&mut input);
        }
        input
    }
}

impl Edit {
    fn apply(&self, input: &mut Vec<u8>) {
        let place = |share: u16| input.len() * usize::from(share) / usize::from(u16::MAX);
        match self {
            Self::Byte { at, byte } => {
                let at = place(*at);
                if let Some(target) = input.get_mut(at) {
                    *target = *byte;
                }
            }
            Self::Bit { at, bit } => {
                let at = place(*at);
                if let Some(target) = input.get_mut(at) {
                    *target ^= 1 << (bit % 8);
                }
            }
            Self::Number {
                at,
                width,
                number,
                big_endian,
            } => {
                let (at, width) = (place(*at), 1 << (width % 4));
                let mut bytes = NUMBERS[usize::from(number % 16)].to_le_bytes()[..width].to_vec();
                if *big_endian {
                    bytes.reverse();
                }
                for (target, byte) in input.iter_mut().skip(at).zip(bytes) {
                    *target = byte;
                }
            }
            Self::Insert { at, bytes } => {
                let at = place(*at);
                input.splice(at..at, bytes.iter().copied());
            }
            Self::Remove { at, count } => {
                let at = place(*at);
                let end = (at + usize::from(*count)).min(input.len());
                input.drain(at..end);
            }
            Self::Copy { from, to, count } => {
                let (from, to) = (place(*from), place(*to));
                let end = (from + usize::from(*count)).min(input.len());
                let part = input[from..end].to_vec();
                input.splice(to..to, part);
            }
            Self::Cut { at } => {
                let at = place(*at);
                input.truncate(at);
            }
            Self::Digits { at, number } => {
                let from = place(*at);
                let digit = |byte: &u8| byte.is_ascii_digit();
                let Some(begin) = input.iter().skip(from).position(digit) else {
                    return;
                };
                let begin = from + begin;
                let count = input[begin..].iter().take_while(|byte| digit(byte)).count();
                let text = NUMBERS[usize::from(number % 16)].to_string();
                input.splice(begin..begin + count, text.into_bytes());
            }
        }
    }
}
