//! The question after a photo: keep it or discard it.

mod layout;
mod preview;

use crate::overlay::{
    language::labels::Labels,
    output::photo::Photo,
    page::frame::{PAD, PageFrame, TITLE},
    widget::{
        area::Area,
        colour::{self, Colour},
        extent::Extent,
        icon::{self, Icon},
        layer::Layer,
        painter::Painter,
        paragraph::Paragraph,
        pointer::Pointer,
        shape,
        text::{Align, Style, Text, Weight, style},
    },
};
use layout::{BOTTOM, BUTTON, GAP, QuestionLayout};
use preview::Preview;

/// The visitor's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Keep,
    Discard,
}

/// A card with both pictures and two buttons.
#[derive(Debug, Default)]
pub(crate) struct PhotoQuestion {
    layer: Layer,
    area: Area,
    keep: Area,
    discard: Area,
    pressed: Option<Answer>,
    /// What the Tab key has come to.
    focus: Option<Answer>,
    down: bool,
    drawn: Option<Extent>,
    preview: Preview,
}

/// A button of the card.
struct CardButton<'a> {
    area: Area,
    icon: Icon,
    name: &'a str,
    ground: Colour,
}

impl PhotoQuestion {
    /// Redraws for another extent. Returns whether anything changed.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        photo: &Photo,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        let unit = extent.unit;
        let small = style(Weight::Regular, 17.0 * unit, colour::FAINT, Align::Left);
        let inner = PageFrame::width(extent) - 2.0 * PAD;
        let note = Paragraph::new(text, &labels.photo_note, small, inner * unit);
        let layout = QuestionLayout::new(extent, photo, note.height(small) / unit);
        self.place(layout, extent);
        let preview = layout.picture;
        self.preview
            .scale(photo, preview.map(|side| (side * unit).max(1.0) as usize));
        let (frame, title) = (layout.frame, &labels.photo_question);
        let Some(pixmap) = frame.start(&mut self.layer, extent, title, text) else {
            return true;
        };
        let mut painter = Painter { pixmap, text, unit };
        draw_pictures(&mut painter, &self.preview, photo, layout, labels);
        draw_note(&mut painter, &note, layout, small);
        let buttons = [
            CardButton {
                area: self.discard,
                icon: Icon::Bin,
                name: &labels.discard,
                ground: colour::QUIET,
            },
            CardButton {
                area: self.keep,
                icon: Icon::Tick,
                name: &labels.keep,
                ground: colour::ACCENT,
            },
        ];
        for button in buttons {
            button.draw(&mut painter);
        }
        let area = self.focus.map(|answer| match answer {
            Answer::Keep => self.keep,
            Answer::Discard => self.discard,
        });
        if let Some(area) = area {
            shape::focus(painter.pixmap, area, 20.0 * unit, unit);
        }
        true
    }

    /// Places card and buttons, in window pixels.
    fn place(&mut self, layout: QuestionLayout, extent: Extent) {
        let unit = extent.unit;
        let frame = layout.frame;
        self.area = frame.area(extent);
        let each = (frame.inner() - GAP) * 0.5 * unit;
        self.discard = Area {
            x: PAD * unit,
            y: (frame.height - BOTTOM - BUTTON) * unit,
            width: each,
            height: BUTTON * unit,
        };
        self.keep = self.discard.moved([each + GAP * unit, 0.0]);
    }

    /// Has the card redrawn, e.g. for another photo.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
        self.pressed = None;
        self.focus = None;
        self.down = true;
    }

    /// Moves the focus by so many buttons.
    pub(crate) fn move_focus(&mut self, by: isize) {
        self.focus = Some(match (self.focus, by > 0) {
            (None, true) | (Some(Answer::Keep), _) => Answer::Discard,
            (None, false) | (Some(Answer::Discard), _) => Answer::Keep,
        });
        self.drawn = None;
    }

    /// The answer in focus; without one, the photo is kept.
    pub(crate) fn confirm(&self) -> Answer {
        self.focus.unwrap_or(Answer::Keep)
    }

    /// Follows the pointer. A tap counts if it began and ended on the same button.
    pub(crate) fn point(&mut self, pointer: Pointer) -> Option<Answer> {
        let at = pointer.relative_to(self.area.origin());
        let touched = if self.keep.contains(at, 0.0) {
            Some(Answer::Keep)
        } else {
            self.discard.contains(at, 0.0).then_some(Answer::Discard)
        };
        let was_down = std::mem::replace(&mut self.down, pointer.down);
        if pointer.down && !was_down {
            self.pressed = touched;
        }
        let lifted = was_down && !pointer.down;
        (lifted && touched.is_some() && touched == self.pressed.take())
            .then_some(touched)
            .flatten()
    }

    /// Blends the card onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

impl CardButton<'_> {
    fn draw(&self, painter: &mut Painter<'_>) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        shape::rounded(pixmap, self.area, 20.0 * unit, self.ground);
        let pixels = 20.0 * unit;
        let whole = text.width(self.name, Weight::SemiBold, pixels) + 36.0 * unit;
        let [x, y] = self.area.middle();
        let begin = x - whole * 0.5;
        let place = [begin + 12.0 * unit, y];
        icon::draw(pixmap, self.icon, place, 24.0 * unit, colour::WHITE);
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Left);
        let baseline = y + pixels * 0.36;
        text.draw(pixmap, self.name, begin + 36.0 * unit, baseline, ink);
    }
}

/// Name and ground of the name of the picture after. Without an edit, "edited" would be untrue.
fn name_of_after<'a>(photo: &Photo, labels: &'a Labels) -> (&'a str, Colour) {
    match photo.edited {
        true => (&labels.edited, colour::ACCENT),
        false => (&labels.unchanged, colour::PANEL),
    }
}

/// Draws before and after, each with its name.
fn draw_pictures(
    painter: &mut Painter<'_>,
    pictures: &Preview,
    photo: &Photo,
    layout: QuestionLayout,
    labels: &Labels,
) {
    let unit = painter.unit;
    let [before, after] = layout.pictures();
    let at = [before * unit, TITLE * unit].map(f32::round);
    preview::paste(painter.pixmap, &pictures.before, pictures.size, at);
    draw_name(painter, &labels.before, at, colour::PANEL);
    let at = [after * unit, TITLE * unit].map(f32::round);
    preview::paste(painter.pixmap, &pictures.after, pictures.size, at);
    let (name, ground) = name_of_after(photo, labels);
    draw_name(painter, name, at, ground);
}

fn draw_note(painter: &mut Painter<'_>, note: &Paragraph, layout: QuestionLayout, small: Style) {
    let unit = painter.unit;
    let top = (TITLE + layout.picture[1] + 18.0) * unit;
    note.draw(painter.pixmap, painter.text, [PAD * unit, top], small);
}

/// Draws the name of the picture whose upper left corner is at this place.
fn draw_name(painter: &mut Painter<'_>, name: &str, [x, y]: [f32; 2], ground: Colour) {
    let unit = painter.unit;
    let Painter { pixmap, text, .. } = painter;
    let pixels = 15.0 * unit;
    let area = Area {
        x: x + 10.0 * unit,
        y: y + 10.0 * unit,
        width: text.width(name, Weight::SemiBold, pixels) + 24.0 * unit,
        height: 32.0 * unit,
    };
    shape::rounded(pixmap, area, 16.0 * unit, ground);
    let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Centre);
    let [x, y] = area.middle();
    text.draw(pixmap, name, x, y + pixels * 0.36, ink);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_without_an_edit_is_called_unchanged_in_every_language() {
        for labels in Labels::shipped().unwrap() {
            for (edited, name) in [(true, &labels.edited), (false, &labels.unchanged)] {
                let photo = Photo {
                    edited,
                    ..Photo::default()
                };
                assert_eq!(name_of_after(&photo, &labels).0, name);
            }
        }
    }

    #[test]
    fn both_pictures_carry_a_name_and_the_second_one_says_whether_it_is_edited() {
        let (size, extent) = ([320, 240], Extent::new([960, 720]));
        let grey = vec![90; 3 * size[0] * size[1]];
        let mut text = Text::new().unwrap();
        let labels = Labels::shipped().unwrap().remove(0);
        let mut drawn = |edited| {
            let photo = Photo {
                edited,
                ..Photo::new(&grey, &grey, size, false)
            };
            let mut card = PhotoQuestion::default();
            card.draw(extent, &photo, &mut text, &labels);
            let mut pixels = vec![0; 960 * 720];
            card.blend(&mut pixels, [960, 720], 256);
            pixels
        };
        let (edited, unchanged) = (drawn(true), drawn(false));
        let differs = |range: std::ops::Range<usize>| {
            let row = |y: usize| (960 * y + range.start)..(960 * y + range.end);
            (0..720).any(|y| edited[row(y)] != unchanged[row(y)])
        };
        assert!(!differs(0..480), "the name of the picture before");
        assert!(differs(480..960), "the name of the picture after");
    }
}
