//! A button of the panel.

use crate::overlay::{
    icon::{self, Icon},
    labels::Labels,
    shape::{self, Area},
    text::{Align, Text, Weight, style},
};
use tiny_skia::Pixmap;

/// A button of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// The picture before the edit, while held.
    Compare,
    /// Before and after, side by side.
    Split,
    /// Copy the smile in view.
    Copy,
    /// Take a photo.
    Photo,
    /// Mirror or camera view.
    Flip,
    /// Everything as it was at the start.
    Reset,
    /// The help page.
    Help,
}

impl Button {
    /// All, from left to right.
    pub const ALL: [Self; 7] = [
        Self::Compare,
        Self::Split,
        Self::Copy,
        Self::Photo,
        Self::Flip,
        Self::Reset,
        Self::Help,
    ];

    /// Its picture and word.
    pub(super) fn face(self, labels: &Labels) -> (Icon, &str) {
        match self {
            Self::Compare => (Icon::Eye, &labels.compare),
            Self::Split => (Icon::Halves, &labels.split),
            Self::Copy => (Icon::Smile, &labels.copy),
            Self::Photo => (Icon::Camera, &labels.photo),
            Self::Flip => (Icon::Flip, &labels.flip),
            Self::Reset => (Icon::Back, &labels.reset),
            Self::Help => (Icon::Question, &labels.help),
        }
    }
}

/// Draws a button, `pixels` being the size of its word.
pub(super) fn draw(
    pixmap: &mut Pixmap,
    text: &mut Text,
    [unit, pixels]: [f32; 2],
    area: Area,
    (icon, label): (Icon, &str),
    lit: bool,
) {
    let ground = if lit { shape::ACCENT } else { shape::QUIET };
    shape::rounded(pixmap, area, 18.0 * unit, ground);
    let [x, _] = area.middle();
    let place = [x, area.y + 29.0 * unit];
    icon::draw(pixmap, icon, place, 25.0 * unit, shape::WHITE);
    let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Centre);
    text.draw(pixmap, label, x, area.y + 63.0 * unit, ink);
}
