//! Messages: why there is no picture, that no face is in view, what has just happened.

use crate::{
    capture::camera::trouble::{Trouble, TroubleKind},
    overlay::{
        language::labels::Labels,
        widget::{
            colour,
            extent::{Extent, TOP_ROW_HEIGHT},
            icon::{self, Icon},
            layer::Layer,
            paragraph::Paragraph,
            shape,
            text::{Align, Text, Weight, style},
        },
    },
};

/// What to say. Of several that apply, the first is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    /// The camera gives no pictures: the reason.
    Camera(&'a Trouble),
    /// The model is being prepared: the progress.
    Preparing(&'a str),
    /// There has been no picture yet.
    Starting,
    /// What has just happened.
    Note(&'a str),
    /// No face is in view.
    NoFace,
    /// The clip has come to its end.
    Ended,
    Nothing,
}

/// A [`Message`] without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Nothing,
    Camera(TroubleKind),
    Preparing,
    Starting,
    Note,
    NoFace,
    Ended,
}

impl<'a> Message<'a> {
    fn kind(self) -> Kind {
        match self {
            Self::Camera(trouble) => Kind::Camera(trouble.kind),
            Self::Preparing(_) => Kind::Preparing,
            Self::Starting => Kind::Starting,
            Self::Note(_) => Kind::Note,
            Self::NoFace => Kind::NoFace,
            Self::Ended => Kind::Ended,
            Self::Nothing => Kind::Nothing,
        }
    }

    fn text(self, labels: &'a Labels) -> &'a str {
        match self {
            Self::Camera(trouble) => &trouble.reason,
            Self::Preparing(text) | Self::Note(text) => text,
            Self::Starting => &labels.starting,
            Self::NoFace => &labels.no_face,
            Self::Ended => &labels.clip_ended,
            Self::Nothing => "",
        }
    }
}

/// What a visitor reads about a camera that gives no pictures, and what to expect.
fn of_camera(kind: TroubleKind, labels: &Labels) -> (&str, &str) {
    let title = match kind {
        TroubleKind::Away => return (&labels.camera_away, &labels.camera_returns),
        TroubleKind::Missing => &labels.camera_missing,
        TroubleKind::Silent => &labels.camera_silent,
        TroubleKind::Busy
        | TroubleKind::Forbidden
        | TroubleKind::Unreadable
        | TroubleKind::Unfit => &labels.camera_unusable,
    };
    (title, &labels.camera_comes)
}

/// The one message on screen.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    layer: Layer,
    kind: Kind,
    text: String,
    extent: Option<Extent>,
}

/// The content of a card.
struct Card<'a> {
    icon: Icon,
    title: &'a str,
    detail: &'a str,
    /// What to expect; may be empty.
    hint: &'a str,
}

impl Messages {
    /// Redraws if the message changed. Returns whether it did.
    pub(crate) fn draw(
        &mut self,
        message: Message<'_>,
        extent: Extent,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        let (kind, said) = (message.kind(), message.text(labels));
        if self.kind == kind && self.extent == Some(extent) && self.text == said {
            return false;
        }
        self.kind = kind;
        self.extent = Some(extent);
        self.text.clear();
        self.text.push_str(said);
        match message {
            Message::Nothing => self.layer.hide(),
            Message::Camera(trouble) => {
                let (title, hint) = of_camera(trouble.kind, labels);
                let card = Card {
                    icon: Icon::Warning,
                    title,
                    detail: &trouble.reason,
                    hint,
                };
                self.draw_card(&card, extent, text);
            }
            Message::Preparing(progress) => {
                let card = Card {
                    icon: Icon::Back,
                    title: &labels.preparing,
                    detail: progress,
                    hint: "",
                };
                self.draw_card(&card, extent, text);
            }
            Message::Starting | Message::Note(_) | Message::NoFace | Message::Ended => {
                self.draw_line(said, extent, text);
            }
        }
        true
    }

    /// Has the message redrawn.
    pub(crate) fn redraw(&mut self) {
        self.extent = None;
    }

    /// Blends the message onto the window, always opaque.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        self.layer.blend(pixels, size, 256);
    }

    /// One line below the top row.
    fn draw_line(&mut self, line: &str, extent: Extent, text: &mut Text) {
        let unit = extent.unit;
        let room = extent.width - 2.0 * extent.margin() - 44.0 * unit;
        let pixels = text.fitting(line, Weight::SemiBold, 17.0 * unit, room);
        let height = 46.0 * unit;
        let width = text.width(line, Weight::SemiBold, pixels) + 44.0 * unit;
        let at = [
            (extent.width - width) * 0.5,
            extent.margin() + (TOP_ROW_HEIGHT + 64.0) * unit,
        ];
        let size = [width, height];
        let Some(pixmap) = self.layer.start(at, size) else {
            return;
        };
        shape::ground(pixmap, size, height * 0.5, colour::CARD);
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Centre);
        let baseline = height * 0.5 + pixels * 0.36;
        text.draw(pixmap, line, width * 0.5, baseline, ink);
    }

    /// A card in the middle, for what stops the mirror for a while.
    fn draw_card(&mut self, card: &Card<'_>, extent: Extent, text: &mut Text) {
        let unit = extent.unit;
        let width = (extent.width - 2.0 * extent.margin()).min(640.0 * unit);
        let inner = width - 72.0 * unit;
        let big = style(Weight::SemiBold, 28.0 * unit, colour::WHITE, Align::Centre);
        let small = style(Weight::Regular, 17.0 * unit, colour::FAINT, Align::Centre);
        let middle = style(Weight::Regular, 19.0 * unit, colour::WHITE, Align::Centre);
        let title = Paragraph::new(text, card.title, big, inner);
        let hint = (!card.hint.is_empty()).then(|| Paragraph::new(text, card.hint, middle, inner));
        let detail = Paragraph::new(text, card.detail, small, inner);
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
        shape::ground(pixmap, size, 28.0 * unit, colour::CARD);
        let centre = [width * 0.5, 54.0 * unit];
        icon::draw(pixmap, card.icon, centre, 44.0 * unit, colour::AMBER);
        let mut y = title.draw(pixmap, text, [width * 0.5, 86.0 * unit], big);
        if let Some(hint) = hint {
            y = hint.draw(pixmap, text, [width * 0.5, y], middle);
        }
        detail.draw(pixmap, text, [width * 0.5, y + 10.0 * unit], small);
    }
}
