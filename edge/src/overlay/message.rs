//! Messages: why there is no picture, that no face is in view, what just happened.

use super::{
    chips::HEIGHT,
    extent::Extent,
    icon::{self, Icon},
    layer::Layer,
    paragraph::Paragraph,
    shape,
    text::{Align, Text, Weight, style},
};
use crate::overlay::labels::Labels;

/// What to say; the first of these that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// The camera is away: its reason.
    Away(&'a str),
    /// The model gets ready: how far it is.
    Preparing(&'a str),
    /// There has been no picture yet.
    Starting,
    /// What just happened.
    Note(&'a str),
    /// Nobody is recognised.
    NoFace,
    /// Nothing.
    Nothing,
}

/// The one message of the screen.
#[derive(Debug, Default)]
pub struct Messages {
    layer: Layer,
    kind: u8,
    said: String,
    extent: Option<Extent>,
}

impl Messages {
    /// Redraws if the message changed. Returns whether it did.
    pub fn draw(
        &mut self,
        message: Message<'_>,
        extent: Extent,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        let (kind, said) = match message {
            Message::Nothing => (0, ""),
            Message::Away(reason) => (1, reason),
            Message::Preparing(progress) => (2, progress),
            Message::Starting => (3, labels.starting.as_str()),
            Message::Note(note) => (4, note),
            Message::NoFace => (5, labels.no_face.as_str()),
        };
        if (self.kind, self.extent) == (kind, Some(extent)) && self.said == said {
            return false;
        }
        self.kind = kind;
        self.extent = Some(extent);
        self.said.clear();
        self.said.push_str(said);
        match message {
            Message::Nothing => self.layer.hide(),
            Message::Away(reason) => {
                self.card(
                    Icon::Warning,
                    &labels.camera_away,
                    reason,
                    &labels.camera_returns,
                    extent,
                    text,
                );
            }
            Message::Preparing(progress) => {
                self.card(Icon::Back, &labels.preparing, progress, "", extent, text);
            }
            Message::Starting | Message::Note(_) | Message::NoFace => {
                self.pill(said, extent, text);
            }
        }
        true
    }

    /// Has it redrawn.
    pub fn redraw(&mut self) {
        self.extent = None;
    }

    /// Blends it onto the window.
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        self.layer.blend(pixels, size, 256);
    }

    /// One line under the top row.
    fn pill(&mut self, line: &str, extent: Extent, text: &mut Text) {
        let unit = extent.unit;
        let room = extent.width - 2.0 * extent.margin() - 44.0 * unit;
        let pixels = text.fitting(line, Weight::SemiBold, 17.0 * unit, room);
        let height = 46.0 * unit;
        let width = text.width(line, Weight::SemiBold, pixels) + 44.0 * unit;
        let at = [
            (extent.width - width) * 0.5,
            extent.margin() + (HEIGHT + 64.0) * unit,
        ];
        let size = [width, height];
        let Some(pixmap) = self.layer.start(at, size) else {
            return;
        };
        shape::ground(pixmap, size, height * 0.5, shape::CARD);
        let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Centre);
        let baseline = height * 0.5 + pixels * 0.36;
        text.draw(pixmap, line, width * 0.5, baseline, ink);
    }

    /// Something that stops the mirror for a while, in the middle.
    fn card(
        &mut self,
        icon: Icon,
        title: &str,
        detail: &str,
        hint: &str,
        extent: Extent,
        text: &mut Text,
    ) {
        let unit = extent.unit;
        let width = (extent.width - 2.0 * extent.margin()).min(640.0 * unit);
        let inner = width - 72.0 * unit;
        let big = style(Weight::SemiBold, 28.0 * unit, shape::WHITE, Align::Centre);
        let small = style(Weight::Regular, 17.0 * unit, shape::FAINT, Align::Centre);
        let middle = style(Weight::Regular, 19.0 * unit, shape::WHITE, Align::Centre);
        let title = Paragraph::new(text, title, big, inner);
        let hint = (!hint.is_empty()).then(|| Paragraph::new(text, hint, middle, inner));
        let detail = Paragraph::new(text, detail, small, inner);
        let hint_height = hint.as_ref().map_or(0.0, |hint| hint.height(middle));
        let height = 124.0 * unit + title.height(big) + hint_height + detail.height(small);
        let at = [
            (extent.width - width) * 0.5,
            (extent.height - height) * 0.42,
        ];
        let size = [width, height];
        let Some(pixmap) = self.layer.start(at, size) else {
            return;
        };
        shape::ground(pixmap, size, 28.0 * unit, shape::CARD);
        let centre = [width * 0.5, 54.0 * unit];
        icon::draw(pixmap, icon, centre, 44.0 * unit, shape::AMBER);
        let mut y = title.draw(pixmap, text, [width * 0.5, 86.0 * unit], big);
        if let Some(hint) = hint {
            y = hint.draw(pixmap, text, [width * 0.5, y], middle);
        }
        detail.draw(pixmap, text, [width * 0.5, y + 10.0 * unit], small);
    }
}
