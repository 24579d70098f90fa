//! What all pages share: the card below the marks, its title, and the buttons at its bottom.

use crate::overlay::widget::{
    area::Area,
    colour,
    extent::Extent,
    layer::Layer,
    painter::Painter,
    shape,
    text::{Align, Text, Weight, style},
};
use tiny_skia::Pixmap;

/// Distance of the content from the card's edge, in design pixels like all lengths here.
pub(super) const PAD: f32 = 32.0;
/// Height of the title.
pub(super) const TITLE: f32 = 76.0;
/// Height of [`PageButton`]s, and their distance from the card's lower edge.
const BUTTON: f32 = 60.0;
const BOTTOM: f32 = 26.0;
/// Height of the buttons with the space below and above them.
pub(super) const FOOT: f32 = 18.0 + BUTTON + BOTTOM;
/// Widest button, and distance between two.
const WIDEST_BUTTON: f32 = 170.0;
const GAP: f32 = 10.0;
/// Widest card, and what is left of the window beside it.
const WIDEST: f32 = 900.0;
const BESIDE: f32 = 40.0;

/// Size of the card, in design pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageFrame {
    pub(super) width: f32,
    pub(super) height: f32,
}

impl PageFrame {
    /// A card of this height; [`Extent::page_room`] is the highest.
    pub(super) fn new(extent: Extent, height: f32) -> Self {
        Self {
            width: Self::width(extent),
            height,
        }
    }

    /// Width of a card on this window.
    pub(super) fn width(extent: Extent) -> f32 {
        (extent.width / extent.unit - BESIDE).min(WIDEST)
    }

    /// Width of what is on it.
    pub(super) fn inner(self) -> f32 {
        self.width - 2.0 * PAD
    }

    /// The card on the window, in window pixels.
    pub(super) fn area(self, extent: Extent) -> Area {
        let unit = extent.unit;
        Area {
            x: ((extent.width - self.width * unit) * 0.5).round(),
            y: (extent.page_top(self.height) * unit).round(),
            width: self.width * unit,
            height: self.height * unit,
        }
    }

    /// Begins the card with its title as the whole content of `layer`. None on a window without room.
    pub(super) fn start<'a>(
        self,
        layer: &'a mut Layer,
        extent: Extent,
        title: &str,
        text: &mut Text,
    ) -> Option<&'a mut Pixmap> {
        let (unit, area) = (extent.unit, self.area(extent));
        let pixmap = layer.start(area.origin(), area.size())?;
        shape::ground(pixmap, area.size(), 28.0 * unit, colour::CARD);
        let room = self.inner() * unit;
        let pixels = text.fitting(title, Weight::SemiBold, 28.0 * unit, room);
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Left);
        text.draw(pixmap, title, PAD * unit, 52.0 * unit, ink);
        Some(pixmap)
    }

    /// Places of `count` buttons: the last one, which closes the page, at the right, the others from the left; in
    /// window pixels from the card's corner.
    pub(super) fn buttons(self, count: usize, unit: f32) -> impl Iterator<Item = Area> {
        let all = count as f32;
        let each = ((self.inner() - GAP * (all - 1.0)) / all).min(WIDEST_BUTTON);
        (0..count).map(move |index| {
            let x = if index + 1 == count {
                self.width - PAD - each
            } else {
                PAD + (each + GAP) * index as f32
            };
            let design = Area {
                x,
                y: self.height - BUTTON - BOTTOM,
                width: each,
                height: BUTTON,
            };
            design.scaled(unit)
        })
    }
}

/// A button at the bottom of a page.
pub(super) struct PageButton<'a> {
    pub(super) area: Area,
    pub(super) name: &'a str,
    pub(super) rank: Rank,
}

/// How a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Quiet,
    /// One of several, and the one in use.
    Chosen,
    /// What a visitor does next.
    Main,
}

impl PageButton<'_> {
    pub(super) fn draw(&self, painter: &mut Painter<'_>) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let ground = match self.rank {
            Rank::Main => colour::ACCENT,
            Rank::Quiet | Rank::Chosen => colour::QUIET,
        };
        shape::rounded(pixmap, self.area, 18.0 * unit, ground);
        if self.rank == Rank::Chosen {
            let width = 2.0 * unit;
            shape::outlined(pixmap, self.area, 18.0 * unit, width, colour::ACCENT_TEXT);
        }
        let [x, y] = self.area.middle();
        let room = self.area.width - 12.0 * unit;
        let pixels = text.fitting(self.name, Weight::SemiBold, 18.0 * unit, room);
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Centre);
        text.draw(pixmap, self.name, x, y + pixels * 0.36, ink);
    }
}
