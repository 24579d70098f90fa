//! The slider of one attribute.

use super::{
    area::Area,
    colour,
    painter::Painter,
    shape,
    text::{Align, Weight, style},
};
use crate::overlay::language::labels::Labels;
use model_spec::Attribute;

/// Strengths this close to zero become zero, so that "unchanged" is easy to hit with a finger.
const SNAP: f32 = 0.04;

/// A slider over an attribute's strength range.
#[derive(Debug, Clone)]
pub(crate) struct Slider {
    attribute: Attribute,
    strength: f32,
    /// Its place on the panel, in pixels.
    pub(crate) area: Area,
}

/// How a slider is being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SliderState {
    /// A finger is moving it.
    pub(crate) held: bool,
    /// The arrow keys move it.
    pub(crate) chosen: bool,
    /// A copied expression replaces its strength.
    pub(crate) replaced: bool,
}

impl Slider {
    /// A slider at `strength`, clamped to the attribute's range.
    pub(crate) fn new(attribute: &Attribute, strength: f32) -> Self {
        let mut slider = Self {
            attribute: attribute.clone(),
            strength: 0.0,
            area: Area::default(),
        };
        slider.set(strength);
        slider
    }

    /// What the attribute is called.
    pub(crate) fn name<'a>(&'a self, labels: &'a Labels) -> &'a str {
        labels.attribute(&self.attribute)
    }

    pub(crate) fn strength(&self) -> f32 {
        self.strength
    }

    /// Sets the strength, clamped to the range and snapped to zero.
    pub(crate) fn set(&mut self, strength: f32) {
        let [low, high] = self.attribute.strength_range;
        let snapped = if strength.abs() < SNAP { 0.0 } else { strength };
        self.strength = snapped.clamp(low, high);
    }

    /// Sets the strength that belongs to a place on the panel, in pixels.
    pub(crate) fn set_at(&mut self, x: f32) {
        let [low, high] = self.attribute.strength_range;
        let part = ((x - self.area.x) / self.area.width).clamp(0.0, 1.0);
        self.set(low + part * (high - low));
    }

    /// The place of a strength on the panel, in pixels.
    fn x_of(&self, strength: f32) -> f32 {
        let [low, high] = self.attribute.strength_range;
        self.area.x + self.area.width * (strength - low) / (high - low)
    }

    /// Its place and as much beside it as a ring needs that touches no text; `unit` is a design pixel.
    pub(crate) fn with_surroundings(&self, unit: f32) -> Area {
        let beside = 14.0 * unit;
        Area {
            x: self.area.x - beside,
            y: self.area.y - 2.0 * unit,
            width: self.area.width + 2.0 * beside,
            height: self.area.height + 8.0 * unit,
        }
    }

    pub(crate) fn draw(&self, painter: &mut Painter<'_>, labels: &Labels, state: SliderState) {
        self.draw_title(painter, labels, state);
        self.draw_groove(painter, state);
        self.draw_knob(painter, state);
        self.draw_ends(painter, labels);
    }

    /// Name and strength.
    fn draw_title(&self, painter: &mut Painter<'_>, labels: &Labels, state: SliderState) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let Area { x, y, width, .. } = self.area;
        let big = 20.0 * unit;
        let title = y + 22.0 * unit;
        let ink = if state.replaced {
            colour::FAINT
        } else {
            colour::WHITE
        };
        let name = labels.attribute(&self.attribute);
        let value = self.value(labels);
        let value_width = text.width(&value, Weight::SemiBold, big);
        let room = width - value_width - 30.0 * unit;
        let fitting = text.fitting(name, Weight::SemiBold, big, room);
        let name_style = style(Weight::SemiBold, fitting, ink, Align::Left);
        let used = text.draw(pixmap, name, x, title, name_style);
        if state.chosen {
            let dot = [x + used + 12.0 * unit, title - big * 0.34];
            shape::disc(pixmap, dot, 3.5 * unit, colour::ACCENT_TEXT);
        }
        let colour = if self.strength == 0.0 || state.replaced {
            colour::FAINT
        } else {
            colour::ACCENT_TEXT
        };
        let value_style = style(Weight::SemiBold, big, colour, Align::Right);
        text.draw(pixmap, &value, x + width, title, value_style);
    }

    /// What both ends stand for.
    fn draw_ends(&self, painter: &mut Painter<'_>, labels: &Labels) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let Area { x, y, width, .. } = self.area;
        let (small, baseline) = (15.0 * unit, y + 77.0 * unit);
        let ends = [
            (&self.attribute.off, x, Align::Left),
            (&self.attribute.on, x + width, Align::Right),
        ];
        for (value, x, align) in ends {
            let faint = style(Weight::Regular, small, colour::FAINT, align);
            text.draw(pixmap, labels.value(value), x, baseline, faint);
        }
    }

    fn value(&self, labels: &Labels) -> String {
        match (self.strength * 100.0).round() as i32 {
            0 => labels.unchanged.clone(),
            percent @ 1.. => format!("+{percent} %"),
            percent => format!("\u{2212}{} %", -percent),
        }
    }

    /// Height of the groove's middle.
    fn middle(&self, unit: f32) -> f32 {
        self.area.y + 46.0 * unit
    }

    fn draw_groove(&self, painter: &mut Painter<'_>, state: SliderState) {
        let (unit, pixmap) = (painter.unit, &mut *painter.pixmap);
        let Area { x, width, .. } = self.area;
        let (middle, thickness) = (self.middle(unit), 10.0 * unit);
        let groove = Area {
            x,
            y: middle - thickness * 0.5,
            width,
            height: thickness,
        };
        shape::rounded(pixmap, groove, thickness * 0.5, colour::GROOVE);
        let (zero, knob) = (self.x_of(0.0), self.x_of(self.strength));
        let filled = Area {
            x: zero.min(knob),
            width: (zero - knob).abs(),
            ..groove
        };
        if filled.width > 0.5 {
            if state.replaced {
                shape::rounded(pixmap, filled, thickness * 0.5, colour::GROOVE);
            } else {
                shape::gradient(pixmap, filled, thickness * 0.5, [x, x + width]);
            }
        }
        let tick = Area {
            x: zero - unit,
            y: middle - 10.0 * unit,
            width: 2.0 * unit,
            height: 20.0 * unit,
        };
        shape::rounded(pixmap, tick, unit, colour::FAINT);
    }

    fn draw_knob(&self, painter: &mut Painter<'_>, state: SliderState) {
        let (unit, pixmap) = (painter.unit, &mut *painter.pixmap);
        let (knob, middle) = (self.x_of(self.strength), self.middle(unit));
        if state.held {
            shape::disc(pixmap, [knob, middle], 26.0 * unit, [120, 124, 255, 84]);
        }
        for (grown, alpha) in [(3.0, 22), (2.0, 34), (1.0, 52)] {
            let shadow = [knob, middle + 1.5 * unit];
            shape::disc(pixmap, shadow, (15.0 + grown) * unit, [0, 0, 0, alpha]);
        }
        shape::disc(pixmap, [knob, middle], 15.0 * unit, colour::WHITE);
        let dot = if state.replaced {
            [150, 154, 170, 255]
        } else {
            colour::ACCENT
        };
        shape::disc(pixmap, [knob, middle], 5.5 * unit, dot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slider() -> Slider {
        let attribute = Attribute {
            name: "smile".into(),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        };
        let mut slider = Slider::new(&attribute, 9.0);
        slider.area = Area {
            x: 100.0,
            y: 0.0,
            width: 250.0,
            height: 70.0,
        };
        slider
    }

    #[test]
    fn the_strength_stays_in_range_and_snaps_to_zero() {
        let mut slider = slider();
        assert_eq!(slider.strength(), 1.5);
        slider.set(-7.0);
        assert_eq!(slider.strength(), -1.0);
        slider.set_at(200.0 + 3.0);
        assert_eq!(slider.strength(), 0.0);
    }

    #[test]
    fn a_place_on_the_groove_and_its_strength_belong_together() {
        let mut slider = slider();
        for strength in [-1.0, -0.5, 0.3, 1.0, 1.5] {
            slider.set_at(slider.x_of(strength));
            assert!((slider.strength() - strength).abs() < 1e-5);
        }
    }
}
