//! Where things are on the card.

use crate::overlay::{
    output::photo::Photo,
    widget::{area::Area, extent::Extent},
};

/// Distance of the content from the card's edge, in design pixels like all lengths here.
pub(super) const PAD: f32 = 32.0;
/// Distance between pictures, and between buttons.
pub(super) const GAP: f32 = 16.0;
/// Height of the title.
pub(super) const TITLE: f32 = 76.0;
/// Height of the buttons.
pub(super) const BUTTON: f32 = 68.0;

/// Lengths that depend on window and photo, in design pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct QuestionLayout {
    pub(super) width: f32,
    pub(super) height: f32,
    /// Size of a picture.
    pub(super) picture: [f32; 2],
}

impl QuestionLayout {
    pub(super) fn card_width(extent: Extent) -> f32 {
        (extent.width / extent.unit - 40.0).min(900.0)
    }

    /// For a note of this height.
    pub(super) fn new(extent: Extent, photo: &Photo, note: f32) -> Self {
        let width = Self::card_width(extent);
        let inner = width - 2.0 * PAD;
        let fixed = TITLE + 18.0 + note + 20.0 + BUTTON + 30.0;
        let aspect = photo.size[0] as f32 / photo.size[1].max(1) as f32;
        let room = (extent.height / extent.unit - 78.0 - fixed) * aspect;
        let side = ((inner - GAP) * 0.5).min(room);
        let picture = [side, side / aspect];
        Self {
            width,
            height: fixed + picture[1],
            picture,
        }
    }

    /// Left edges of both pictures.
    pub(super) fn pictures(&self) -> [f32; 2] {
        let side = self.picture[0];
        let left = (self.width - 2.0 * side - GAP) * 0.5;
        [left, left + (side + GAP)]
    }

    /// The card on the window, in window pixels.
    pub(super) fn area(&self, extent: Extent) -> Area {
        let unit = extent.unit;
        Area {
            x: ((extent.width / unit - self.width) * 0.5 * unit).round(),
            y: (extent.page_top(self.height) * unit).round(),
            width: self.width * unit,
            height: self.height * unit,
        }
    }
}
