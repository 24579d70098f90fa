//! A short text in a rounded box of one colour, optionally after a dot.

use super::{
    area::Area,
    colour::{self, Colour},
    extent::TOP_ROW_HEIGHT,
    layer::Layer,
    painter::Painter,
    shape,
    text::{Align, Text, Weight, style},
};

/// Size of the text, in design pixels.
const PIXELS: f32 = 16.0;

/// A pill, not yet drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pill<'a> {
    pub(crate) text: &'a str,
    pub(crate) ground: Colour,
    /// Whether a dot precedes the text.
    pub(crate) dot: bool,
}

impl Pill<'_> {
    /// Width in pixels, `unit` of them per design pixel.
    pub(crate) fn width(&self, text: &Text, unit: f32) -> f32 {
        let dot = if self.dot { 18.0 * unit } else { 0.0 };
        text.width(self.text, Weight::SemiBold, PIXELS * unit) + dot + 36.0 * unit
    }

    /// Draws the pill as the whole content of `layer`, with its upper left corner `at` this place.
    pub(crate) fn draw(&self, layer: &mut Layer, text: &mut Text, at: [f32; 2], unit: f32) {
        let size = [self.width(text, unit), TOP_ROW_HEIGHT * unit];
        if let Some(pixmap) = layer.start(at, size) {
            self.paint(Painter { pixmap, text, unit }, size);
        }
    }

    fn paint(&self, painter: Painter<'_>, size: [f32; 2]) {
        let Painter { pixmap, text, unit } = painter;
        let area = Area::sized(size);
        shape::rounded(pixmap, area, size[1] * 0.5, self.ground);
        let edge = colour::MARK_OUTLINE;
        shape::outlined(pixmap, area, size[1] * 0.5, 1.2 * unit, edge);
        let mut x = 18.0 * unit;
        if self.dot {
            let centre = [x + 4.0 * unit, size[1] * 0.5];
            shape::disc(pixmap, centre, 5.0 * unit, colour::WHITE);
            x += 18.0 * unit;
        }
        let pixels = PIXELS * unit;
        let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Left);
        let baseline = size[1] * 0.5 + pixels * 0.36;
        text.draw(pixmap, self.text, x, baseline, ink);
    }
}
