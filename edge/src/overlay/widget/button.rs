//! A button of the panel.

use super::{
    area::Area,
    colour,
    icon::{self, Icon},
    painter::Painter,
    shape,
    text::{Align, Weight, style},
};
use crate::overlay::language::labels::Labels;

/// The buttons of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Button {
    /// Shows the picture before the edit while held.
    Compare,
    /// Shows before and after side by side.
    Split,
    /// Copies the expression of the face in view, or drops the copy.
    Copy,
    Photo,
    /// Switches between a mirror's view and the camera's.
    Flip,
    /// Restores the picture as a visitor finds it, unedited.
    Reset,
    Help,
}

/// What a button shows.
pub(crate) struct ButtonFace<'a> {
    pub(crate) icon: Icon,
    pub(crate) label: &'a str,
}

impl Button {
    /// From left to right.
    pub(crate) const ALL: [Self; 7] = [
        Self::Compare,
        Self::Split,
        Self::Copy,
        Self::Photo,
        Self::Flip,
        Self::Reset,
        Self::Help,
    ];

    pub(crate) fn face(self, labels: &Labels) -> ButtonFace<'_> {
        let (icon, label) = match self {
            Self::Compare => (Icon::Eye, &labels.compare),
            Self::Split => (Icon::Halves, &labels.split),
            Self::Copy => (Icon::Smile, &labels.copy),
            Self::Photo => (Icon::Camera, &labels.photo),
            Self::Flip => (Icon::Flip, &labels.flip),
            Self::Reset => (Icon::Back, &labels.reset),
            Self::Help => (Icon::Question, &labels.help),
        };
        ButtonFace { icon, label }
    }
}

impl ButtonFace<'_> {
    /// Draws the button, with a label of `pixels`; `lit` while it is on or pressed.
    pub(crate) fn draw(&self, painter: &mut Painter<'_>, area: Area, pixels: f32, lit: bool) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let ground = if lit { colour::ACCENT } else { colour::QUIET };
        shape::rounded(pixmap, area, 18.0 * unit, ground);
        let [x, _] = area.middle();
        let place = [x, area.y + 29.0 * unit];
        icon::draw(pixmap, self.icon, place, 25.0 * unit, colour::WHITE);
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Centre);
        text.draw(pixmap, self.label, x, area.y + 63.0 * unit, ink);
    }
}
