//! Asked after a photo: keep it or discard it.

use super::{
    extent::Extent,
    icon::{self, Icon},
    layer::Layer,
    panel::Pointer,
    paragraph::Paragraph,
    shape::{self, Area},
    text::{Align, Text, Weight, style},
};
use crate::{overlay::labels::Labels, overlay::photo::Photo, picture::scale::Scaler};
use tiny_skia::{Pixmap, PremultipliedColorU8};

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Write the photo.
    Keep,
    /// Forget it.
    Discard,
}

/// The card with both pictures and two buttons.
#[derive(Debug, Default)]
pub struct Question {
    layer: Layer,
    area: Area,
    keep: Area,
    discard: Area,
    pressed: Option<Answer>,
    down: bool,
    drawn: Option<Extent>,
    /// Before and after, `0x00RRGGBB`, of `preview` pixels each.
    pictures: [Vec<u32>; 2],
    preview: [usize; 2],
}

impl Question {
    /// Redraws for another window. Returns whether anything changed.
    pub fn draw(
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
        let [width, height] = [extent.width, extent.height].map(|side| side / unit);
        let card = (width - 40.0).min(900.0);
        let (pad, gap, button) = (32.0, 16.0, 68.0);
        let note_style = style(Weight::Regular, 17.0 * unit, shape::FAINT, Align::Left);
        let inner = card - 2.0 * pad;
        let note = Paragraph::new(text, &labels.photo_note, note_style, inner * unit);
        let note_height = note.height(note_style) / unit;
        let fixed = 76.0 + 18.0 + note_height + 20.0 + button + 30.0;
        let aspect = photo.size[0] as f32 / photo.size[1].max(1) as f32;
        let side = ((inner - gap) * 0.5).min((height - 78.0 - fixed) * aspect);
        let preview = [side, side / aspect];
        let high = fixed + preview[1];
        self.area = Area {
            x: ((width - card) * 0.5 * unit).round(),
            y: (extent.page_top(high) * unit).round(),
            width: card * unit,
            height: high * unit,
        };
        self.scale(photo, preview.map(|side| (side * unit).max(1.0) as usize));
        let size = [self.area.width, self.area.height];
        let Some(pixmap) = self.layer.start([self.area.x, self.area.y], size) else {
            return true;
        };
        shape::ground(pixmap, size, 28.0 * unit, shape::CARD);
        let heading = style(Weight::SemiBold, 28.0 * unit, shape::WHITE, Align::Left);
        text.draw(
            pixmap,
            &labels.photo_question,
            pad * unit,
            52.0 * unit,
            heading,
        );
        let left = (card - 2.0 * side - gap) * 0.5;
        let names = [&labels.before, &labels.edited];
        for (index, (picture, name)) in self.pictures.iter().zip(names).enumerate() {
            let x = (left + (side + gap) * index as f32) * unit;
            let at = [x, 76.0 * unit].map(f32::round);
            paste(pixmap, picture, self.preview, at);
            if index == 0 || photo.edited {
                draw_name(pixmap, text, name, at, unit, index == 1);
            }
        }
        let top = (76.0 + preview[1] + 18.0) * unit;
        note.draw(pixmap, text, [pad * unit, top], note_style);
        let y = (high - 30.0 - button) * unit;
        let each = (inner - gap) * 0.5 * unit;
        self.discard = Area {
            x: pad * unit,
            y,
            width: each,
            height: button * unit,
        };
        self.keep = self.discard.moved([each + gap * unit, 0.0]);
        let buttons = [
            (self.discard, Icon::Bin, &labels.discard, shape::QUIET),
            (self.keep, Icon::Tick, &labels.keep, shape::ACCENT),
        ];
        for (area, icon, name, ground) in buttons {
            shape::rounded(pixmap, area, 20.0 * unit, ground);
            let pixels = 20.0 * unit;
            let whole = text.width(name, Weight::SemiBold, pixels) + 36.0 * unit;
            let [x, y] = area.middle();
            let begin = x - whole * 0.5;
            icon::draw(
                pixmap,
                icon,
                [begin + 12.0 * unit, y],
                24.0 * unit,
                shape::WHITE,
            );
            let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Left);
            text.draw(pixmap, name, begin + 36.0 * unit, y + pixels * 0.36, ink);
        }
        true
    }

    fn scale(&mut self, photo: &Photo, preview: [usize; 2]) {
        self.preview = preview;
        let mut scaler = Scaler::default();
        for (pixels, rgb) in self.pictures.iter_mut().zip([&photo.before, &photo.after]) {
            pixels.clear();
            pixels.resize(preview[0] * preview[1], 0);
            // The photo is stored as it was seen, so nothing is flipped here.
            scaler.flipped = false;
            scaler.draw(rgb, photo.size, pixels, preview, 256);
        }
    }

    /// Has it redrawn, e.g. for another photo.
    pub fn redraw(&mut self) {
        self.drawn = None;
        self.pressed = None;
        self.down = true;
    }

    /// Follows the pointer. A tap counts if it began and ended on the same button.
    pub fn point(&mut self, pointer: Pointer) -> Option<Answer> {
        let at = [pointer.at[0] - self.area.x, pointer.at[1] - self.area.y];
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

    /// Blends it onto the window.
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

fn paste(pixmap: &mut Pixmap, picture: &[u32], [width, _]: [usize; 2], [x, y]: [f32; 2]) {
    let (stride, x, y) = (pixmap.width() as usize, x as usize, y as usize);
    let pixels = pixmap.pixels_mut();
    for (row, line) in picture.chunks_exact(width).enumerate() {
        let begin = (y + row) * stride + x;
        let Some(out) = pixels.get_mut(begin..begin + width) else {
            return;
        };
        for (out, value) in out.iter_mut().zip(line) {
            let [_, red, green, blue] = value.to_be_bytes();
            let opaque = PremultipliedColorU8::from_rgba(red, green, blue, 255);
            *out = opaque.unwrap_or(*out);
        }
    }
}

fn draw_name(
    pixmap: &mut Pixmap,
    text: &mut Text,
    name: &str,
    [x, y]: [f32; 2],
    unit: f32,
    edited: bool,
) {
    let pixels = 15.0 * unit;
    let area = Area {
        x: x + 10.0 * unit,
        y: y + 10.0 * unit,
        width: text.width(name, Weight::SemiBold, pixels) + 24.0 * unit,
        height: 32.0 * unit,
    };
    let ground = if edited { shape::ACCENT } else { shape::PANEL };
    shape::rounded(pixmap, area, 16.0 * unit, ground);
    let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Centre);
    let [x, y] = area.middle();
    text.draw(pixmap, name, x, y + pixels * 0.36, ink);
}
