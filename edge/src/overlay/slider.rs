//! One attribute's slider.

use super::{
    shape::{self, Area},
    style,
    text::{Align, Text, Weight},
};
use model_spec::Attribute;
use tiny_skia::Pixmap;

/// Strengths this near to zero become zero, so that "unchanged" is easy to hit with a finger.
const SNAP: f32 = 0.04;

/// A slider over an attribute's strength range.
#[derive(Debug, Clone)]
pub struct Slider {
    label: String,
    off: String,
    on: String,
    range: [f32; 2],
    strength: f32,
    /// Where it is drawn on the panel.
    pub area: Area,
}

impl Slider {
    /// At `strength`, kept inside the attribute's range.
    #[must_use]
    pub fn new(attribute: &Attribute, strength: f32) -> Self {
        let mut slider = Self {
            label: attribute.label.clone(),
            off: attribute.off.clone(),
            on: attribute.on.clone(),
            range: attribute.strength_range,
            strength: 0.0,
            area: Area::default(),
        };
        slider.set(strength);
        slider
    }

    /// The strength.
    #[must_use]
    pub fn strength(&self) -> f32 {
        self.strength
    }

    /// Sets the strength, kept inside the range; near zero it is zero.
    pub fn set(&mut self, strength: f32) {
        let snapped = if strength.abs() < SNAP { 0.0 } else { strength };
        self.strength = snapped.clamp(self.range[0], self.range[1]);
    }

    /// Sets the strength that belongs to a place on the panel.
    pub fn set_at(&mut self, x: f32) {
        let [low, high] = self.range;
        let part = ((x - self.area.x) / self.area.width).clamp(0.0, 1.0);
        self.set(low + part * (high - low));
    }

    /// Place of a strength.
    fn x_of(&self, strength: f32) -> f32 {
        let [low, high] = self.range;
        self.area.x + self.area.width * (strength - low) / (high - low)
    }

    /// Draws it; `held` while a finger moves it, `chosen` when the arrow keys move it.
    pub fn draw(&self, pixmap: &mut Pixmap, text: &mut Text, unit: f32, held: bool, chosen: bool) {
        let Area {
            x,
            y,
            width,
            height,
        } = self.area;
        let middle = y + height * 0.5;
        let (big, small) = (20.0 * unit, 14.0 * unit);
        let title = y + 16.0 * unit;
        let white = style(Weight::SemiBold, big, shape::WHITE, Align::Left);
        let used = text.draw(pixmap, &self.label, x, title, white);
        if chosen {
            let dot = [x + used + 12.0 * unit, title - big * 0.32];
            shape::disc(pixmap, dot, 3.5 * unit, shape::ACCENT);
        }
        let percent = (self.strength * 100.0).round() as i32;
        let value = match percent {
            0 => "unchanged".to_owned(),
            1.. => format!("+{percent} %"),
            _ => format!("\u{2212}{} %", -percent),
        };
        let colour = if percent == 0 {
            shape::FAINT
        } else {
            shape::ACCENT
        };
        let value_style = style(Weight::SemiBold, big, colour, Align::Right);
        text.draw(pixmap, &value, x + width, title, value_style);

        let thickness = 8.0 * unit;
        let groove = Area {
            x,
            y: middle - thickness * 0.5,
            width,
            height: thickness,
        };
        shape::rounded(pixmap, groove, thickness, shape::GROOVE);
        let (zero, knob) = (self.x_of(0.0), self.x_of(self.strength));
        let filled = Area {
            x: zero.min(knob),
            width: (zero - knob).abs(),
            ..groove
        };
        if filled.width > 0.5 {
            shape::rounded(pixmap, filled, thickness, shape::ACCENT);
        }
        let tick = Area {
            x: zero - unit,
            y: middle - 9.0 * unit,
            width: 2.0 * unit,
            height: 18.0 * unit,
        };
        shape::rounded(pixmap, tick, unit, shape::FAINT);
        if held {
            shape::disc(pixmap, [knob, middle], 26.0 * unit, [255, 176, 66, 70]);
        }
        let shadow = [knob, middle + 1.5 * unit];
        shape::disc(pixmap, shadow, 15.0 * unit, [0, 0, 0, 90]);
        shape::disc(pixmap, [knob, middle], 14.0 * unit, shape::WHITE);
        shape::disc(pixmap, [knob, middle], 5.0 * unit, shape::ACCENT);

        let hint = y + height - 3.0 * unit;
        let faint = style(Weight::Regular, small, shape::FAINT, Align::Left);
        text.draw(pixmap, &self.off, x, hint, faint);
        let faint = style(Weight::Regular, small, shape::FAINT, Align::Right);
        text.draw(pixmap, &self.on, x + width, hint, faint);
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
