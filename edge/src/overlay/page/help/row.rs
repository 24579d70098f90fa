//! A slider or button with what a finger does with it.

use crate::overlay::{
    language::labels::Labels,
    widget::{
        area::Area,
        button::Button,
        colour,
        icon::{self, Icon},
        painter::Painter,
        shape,
        text::{Align, Weight, style},
    },
};

/// A control, as the panel shows it, and what it does.
pub(super) struct Row<'a> {
    icon: Icon,
    name: &'a str,
    effect: &'a str,
}

impl Row<'_> {
    /// Draws the row from an upper left corner in design pixels, `width` window pixels wide.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, corner: [f32; 2], width: f32) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let [x, y] = corner.map(|side| side * unit);
        let side = 42.0 * unit;
        let area = Area {
            x,
            y,
            width: side,
            height: side,
        };
        shape::rounded(pixmap, area, 12.0 * unit, colour::QUIET);
        icon::draw(pixmap, self.icon, area.middle(), 23.0 * unit, colour::WHITE);
        let (begin, room) = (x + side + 12.0 * unit, width - side - 26.0 * unit);
        let lines = [
            (self.name, Weight::SemiBold, 16.0, colour::WHITE, 17.0),
            (self.effect, Weight::Regular, 15.0, colour::TEXT, 37.0),
        ];
        for (line, weight, size, ink, baseline) in lines {
            let pixels = text.fitting(line, weight, size * unit, room);
            let ink = style(weight, pixels, ink, Align::Left);
            text.draw(pixmap, line, begin, y + baseline * unit, ink);
        }
    }
}

/// All sliders in one row, by their names, then the buttons from left to right.
pub(super) fn all<'a>(labels: &'a Labels, sliders: &'a str) -> [Row<'a>; 1 + Button::ALL.len()] {
    std::array::from_fn(|index| match index.checked_sub(1) {
        None => Row {
            icon: Icon::Slider,
            name: sliders,
            effect: &labels.help_slider,
        },
        Some(index) => {
            let button = Button::ALL[index];
            let face = button.face(labels);
            Row {
                icon: face.icon,
                name: face.label,
                effect: effect(button, labels),
            }
        }
    })
}

fn effect(button: Button, labels: &Labels) -> &str {
    match button {
        Button::Compare => &labels.help_compare,
        Button::Split => &labels.help_split,
        Button::Copy => &labels.help_copy,
        Button::Photo => &labels.help_photo,
        Button::Flip => &labels.help_flip,
        Button::Reset => &labels.help_reset,
        Button::Help => &labels.help_details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_of_the_panel_is_on_the_help_page_with_its_icon_and_name() {
        for labels in Labels::shipped().unwrap() {
            let rows = all(&labels, "Smile");
            for button in Button::ALL {
                let face = button.face(&labels);
                let mut named = rows.iter().filter(|row| row.name == face.label);
                let row = named.next().unwrap();
                assert!(row.icon == face.icon && !row.effect.is_empty());
            }
        }
    }
}
