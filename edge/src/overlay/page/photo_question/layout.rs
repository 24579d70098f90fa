//! Where things are on the card.

use crate::overlay::{
    output::photo::Photo,
    page::frame::{PageFrame, TITLE},
    widget::extent::Extent,
};

/// Distance between pictures, and between buttons, in design pixels like all lengths here.
pub(super) const GAP: f32 = 16.0;
/// Height of the buttons, which are larger than those of other pages, and what is below them.
pub(super) const BUTTON: f32 = 68.0;
pub(super) const BOTTOM: f32 = 30.0;

/// Lengths that depend on window and photo, in design pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct QuestionLayout {
    pub(super) frame: PageFrame,
    /// Size of a picture.
    pub(super) picture: [f32; 2],
}

impl QuestionLayout {
    /// For a note of this height.
    pub(super) fn new(extent: Extent, photo: &Photo, note: f32) -> Self {
        let fixed = TITLE + 18.0 + note + 20.0 + BUTTON + BOTTOM;
        let inner = PageFrame::new(extent, fixed).inner();
        let aspect = photo.size[0] as f32 / photo.size[1].max(1) as f32;
        let room = (extent.page_room() - fixed) * aspect;
        let side = ((inner - GAP) * 0.5).min(room);
        let picture = [side, side / aspect];
        Self {
            frame: PageFrame::new(extent, fixed + picture[1]),
            picture,
        }
    }

    /// Left edges of both pictures.
    pub(super) fn pictures(&self) -> [f32; 2] {
        let side = self.picture[0];
        let left = (self.frame.width - 2.0 * side - GAP) * 0.5;
        [left, left + (side + GAP)]
    }
}
