//! A key with its effect.

use crate::overlay::{
    language::labels::Labels,
    widget::{
        area::Area,
        colour,
        painter::Painter,
        shape,
        text::{Align, Weight, style},
    },
};

/// Keys, and what they do.
pub(super) struct Row<'a> {
    keys: Vec<&'a str>,
    effect: &'a str,
}

impl Row<'_> {
    /// Draws the row from an upper left corner in design pixels, `width` window pixels wide.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, corner: [f32; 2], width: f32) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let [x, y] = corner.map(|side| side * unit);
        let (cap, pixels) = (32.0 * unit, 16.0 * unit);
        let mut left = x;
        for key in &self.keys {
            let wide = text.width(key, Weight::SemiBold, pixels) + 18.0 * unit;
            let area = Area {
                x: left,
                y,
                width: wide.max(36.0 * unit),
                height: cap,
            };
            shape::rounded(pixmap, area, 9.0 * unit, colour::QUIET);
            shape::outlined(pixmap, area, 9.0 * unit, unit, colour::OUTLINE);
            let ink = style(Weight::SemiBold, pixels, colour::WHITE, Align::Centre);
            let baseline = y + cap * 0.5 + pixels * 0.36;
            text.draw(pixmap, key, area.middle()[0], baseline, ink);
            left += area.width + 6.0 * unit;
        }
        // The texts of a column are aligned.
        let begin = left.max(x + 96.0 * unit) + 4.0 * unit;
        let room = x + width - begin - 12.0 * unit;
        let pixels = text.fitting(self.effect, Weight::Regular, 17.0 * unit, room);
        let plain = style(Weight::Regular, pixels, colour::TEXT, Align::Left);
        let baseline = y + cap * 0.5 + pixels * 0.36;
        text.draw(pixmap, self.effect, begin, baseline, plain);
    }
}

/// All keys, in the order of the page.
pub(super) fn all(labels: &Labels) -> [Row<'_>; 12] {
    let row = |keys, effect| Row { keys, effect };
    [
        row(vec!["←", "→"], &labels.help_slider),
        row(vec!["↑", "↓"], &labels.help_choose),
        row(vec![&labels.key_space], &labels.help_compare),
        row(vec!["V"], &labels.help_split),
        row(vec!["C"], &labels.help_copy),
        row(vec!["P"], &labels.help_photo),
        row(vec!["M"], &labels.help_flip),
        row(vec!["0"], &labels.help_reset),
        row(vec!["L"], &labels.help_language),
        row(vec!["F"], &labels.help_full_screen),
        row(vec!["H"], &labels.help_help),
        row(vec!["Esc"], &labels.help_quit),
    ]
}
