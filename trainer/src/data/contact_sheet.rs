//! Faces in rows that have names.

use super::lettering;
use image::{RgbImage, imageops};

/// Most faces of a row.
pub(crate) const COLUMNS: usize = 10;

/// Faces with something in common.
pub(crate) struct Row {
    /// What that is, e.g. `train/neutral`.
    pub name: String,
    /// The first [`COLUMNS`] are shown.
    pub faces: Vec<RgbImage>,
}

/// Faces of `side` pixels, every row behind its name.
pub(crate) fn picture(rows: &[Row], side: u32) -> RgbImage {
    let margin = lettering::width(rows.iter().map(|row| row.name.as_str()));
    let height = side.max(lettering::LINE);
    let mut picture = RgbImage::new(margin + side * COLUMNS as u32, height * rows.len() as u32);
    for (y, row) in (0_u32..).zip(rows) {
        let top = y * height;
        lettering::write(&mut picture, [0, top], margin, &row.name);
        for (x, face) in (0_u32..).zip(row.faces.iter().take(COLUMNS)) {
            let left = margin + x * side;
            imageops::replace(&mut picture, face, left.into(), top.into());
        }
    }
    picture
}
