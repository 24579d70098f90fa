//! Tables as text: with or without a byte-order mark, separated by white space, commas or semicolons.

use crate::error::TrainError;
use std::{fs, path::Path};

/// Reads a text file in UTF-8 or UTF-16.
///
/// # Errors
/// [`TrainError::Io`], or [`TrainError::Data`] for a file that is no text.
pub(super) fn read(path: &Path) -> Result<String, TrainError> {
    let bytes = fs::read(path).map_err(|e| TrainError::io(path, e))?;
    let wide = |of: fn([u8; 2]) -> u16| {
        let pairs = bytes[2..].chunks_exact(2);
        let units: Vec<u16> = pairs.map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes.as_slice() {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, text @ ..] | text => String::from_utf8(text.to_vec()).ok(),
    };
    text.ok_or_else(|| TrainError::Data {
        path: path.into(),
        reason: "found bytes that are no text, expected a table as UTF-8 text".into(),
    })
}

/// Lines that are not blank, with their numbers from 1 on.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate();
    let numbered = numbered.map(|(index, line)| (index + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty())
}

/// The cells of a line, without quotation marks.
pub(super) fn cells(line: &str) -> Vec<&str> {
    fn bare(cell: &str) -> &str {
        cell.trim().trim_matches('"').trim()
    }
    match [',', ';'].into_iter().find(|&mark| line.contains(mark)) {
        Some(mark) => line.split(mark).map(bare).collect(),
        None => line.split_whitespace().map(bare).collect(),
    }
}

/// A picture's name without folder and ending, in lower case: what names of it in several files share.
pub(super) fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.to_lowercase()
}
