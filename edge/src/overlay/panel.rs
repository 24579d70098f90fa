//! The panel at the bottom: a slider per attribute, compare, reset.

use super::{
    layer::Layer,
    shape::{self, Area},
    slider::Slider,
    style,
    text::{Align, Text, Weight},
};
use model_spec::AttributeSet;

/// The pointer or finger, in window pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pointer {
    /// Where it is.
    pub at: [f32; 2],
    /// Whether the left button, or the finger, is down.
    pub down: bool,
}

/// What the finger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Slider(usize),
    Compare,
    Reset,
    Nothing,
}

/// Sliders and buttons.
#[derive(Debug)]
pub struct Panel {
    sliders: Vec<Slider>,
    chosen: usize,
    held: Option<Held>,
    compare_key: bool,
    area: Area,
    compare: Area,
    reset: Area,
    unit: f32,
    dirty: bool,
}

/// Pixels per design pixel: targets keep their size relative to the window.
#[must_use]
pub fn unit(size: [usize; 2]) -> f32 {
    let [width, height] = size.map(|side| side as f32);
    (width / 960.0).min(height / 720.0).clamp(0.45, 3.0)
}

impl Panel {
    /// With one slider per attribute.
    #[must_use]
    pub fn new(attributes: &AttributeSet, strengths: &[f32]) -> Self {
        let sliders = attributes.as_slice().iter().zip(strengths);
        Self {
            sliders: sliders
                .map(|(attribute, &strength)| Slider::new(attribute, strength))
                .collect(),
            chosen: 0,
            held: None,
            compare_key: false,
            area: Area::default(),
            compare: Area::default(),
            reset: Area::default(),
            unit: 1.0,
            dirty: true,
        }
    }

    /// The strengths on the sliders.
    pub fn strengths(&self) -> impl Iterator<Item = f32> {
        self.sliders.iter().map(Slider::strength)
    }

    /// Whether the picture before the edit is asked for.
    #[must_use]
    pub fn comparing(&self) -> bool {
        self.compare_key || self.held == Some(Held::Compare)
    }

    /// Places everything for a window of this size.
    pub fn arrange(&mut self, size: [usize; 2]) {
        let unit = unit(size);
        let [width, height] = size.map(|side| side as f32);
        let (pad, row, button) = (26.0 * unit, 76.0 * unit, [124.0 * unit, 60.0 * unit]);
        let panel_width = (width - 40.0 * unit).min(860.0 * unit);
        let panel_height = row * self.sliders.len() as f32 + 2.0 * 20.0 * unit;
        self.unit = unit;
        self.area = Area {
            x: ((width - panel_width) * 0.5).round(),
            y: (height - panel_height - 20.0 * unit).round(),
            width: panel_width,
            height: panel_height,
        };
        let gap = 12.0 * unit;
        let buttons = 2.0 * button[0] + gap;
        let place = |x: f32| Area {
            x,
            y: (panel_height - button[1]) * 0.5,
            width: button[0],
            height: button[1],
        };
        self.reset = place(panel_width - pad * 0.8 - button[0]);
        self.compare = place(panel_width - pad * 0.8 - buttons);
        for (index, slider) in self.sliders.iter_mut().enumerate() {
            slider.area = Area {
                x: pad,
                y: 20.0 * unit + row * index as f32,
                width: panel_width - 2.8 * pad - buttons,
                height: row,
            };
        }
        self.dirty = true;
    }

    /// Follows the pointer. A slider goes where it is touched and follows until the finger is
    /// lifted; what was pressed elsewhere and moved here does nothing.
    pub fn point(&mut self, pointer: Pointer) {
        let at = [pointer.at[0] - self.area.x, pointer.at[1] - self.area.y];
        let before = (self.held, self.sum());
        match (pointer.down, self.held) {
            (true, None) => {
                self.held = Some(self.touched(at));
                if self.held == Some(Held::Reset) {
                    self.reset();
                }
            }
            (false, Some(_)) => self.held = None,
            _ => {}
        }
        if let Some(Held::Slider(index)) = self.held {
            self.sliders[index].set_at(at[0]);
            self.chosen = index;
        }
        self.dirty |= before != (self.held, self.sum());
    }

    fn touched(&self, at: [f32; 2]) -> Held {
        let margin = 8.0 * self.unit;
        if self.compare.contains(at, margin * 0.5) {
            return Held::Compare;
        }
        if self.reset.contains(at, margin * 0.5) {
            return Held::Reset;
        }
        let slider = self
            .sliders
            .iter()
            .position(|slider| slider.area.contains(at, margin * 2.0));
        slider.map_or(Held::Nothing, Held::Slider)
    }

    fn sum(&self) -> Vec<f32> {
        self.strengths().collect()
    }

    /// All strengths to 0.
    pub fn reset(&mut self) {
        self.sliders.iter_mut().for_each(|slider| slider.set(0.0));
        self.dirty = true;
    }

    /// Changes the chosen slider by a step of the keyboard.
    pub fn step(&mut self, by: f32) {
        if let Some(slider) = self.sliders.get_mut(self.chosen) {
            let strength = slider.strength() + by;
            // Whole steps, also after a drag, and never caught by the snap around zero.
            let steps = (strength / by.abs()).round() * by.abs();
            slider.set(steps);
            self.dirty = true;
        }
    }

    /// Chooses the slider above or below; with a single one, returns false.
    pub fn choose(&mut self, down: bool) -> bool {
        let last = self.sliders.len().saturating_sub(1);
        self.chosen = if down {
            (self.chosen + 1).min(last)
        } else {
            self.chosen.saturating_sub(1)
        };
        self.dirty = true;
        last > 0
    }

    /// The compare key is down, or not.
    pub fn hold_compare(&mut self, down: bool) {
        self.dirty |= self.compare_key != down;
        self.compare_key = down;
    }

    /// Redraws into `layer` if something changed. Returns whether it did.
    pub fn draw(&mut self, layer: &mut Layer, text: &mut Text) -> bool {
        if !std::mem::take(&mut self.dirty) {
            return false;
        }
        let size = [self.area.width, self.area.height];
        let Some(pixmap) = layer.start([self.area.x, self.area.y], size) else {
            return true;
        };
        let unit = self.unit;
        let ground = Area {
            width: size[0],
            height: size[1],
            ..Area::default()
        };
        shape::rounded(pixmap, ground, 26.0 * unit, shape::PANEL);
        shape::outlined(pixmap, ground, 26.0 * unit, 1.0, shape::OUTLINE);
        for (index, slider) in self.sliders.iter().enumerate() {
            let held = self.held == Some(Held::Slider(index));
            let chosen = self.sliders.len() > 1 && self.chosen == index;
            slider.draw(pixmap, text, unit, held, chosen);
        }
        let buttons = [
            ("Compare", "hold", self.compare, self.comparing()),
            ("Reset", "", self.reset, self.held == Some(Held::Reset)),
        ];
        for (title, hint, area, pressed) in buttons {
            let (ground, ink) = if pressed {
                (shape::ACCENT, shape::ON_ACCENT)
            } else {
                (shape::GROOVE, shape::WHITE)
            };
            shape::rounded(pixmap, area, 18.0 * unit, ground);
            let pixels = 19.0 * unit;
            let middle = [area.x + area.width * 0.5, area.y + area.height * 0.5];
            let lift = if hint.is_empty() { 0.36 } else { 0.05 };
            let baseline = middle[1] + pixels * lift;
            let title_style = style(Weight::SemiBold, pixels, ink, Align::Centre);
            text.draw(pixmap, title, middle[0], baseline, title_style);
            let [red, green, blue, _] = ink;
            let faint = [red, green, blue, 170];
            let hint_style = style(Weight::Regular, 13.0 * unit, faint, Align::Centre);
            text.draw(pixmap, hint, middle[0], baseline + 18.0 * unit, hint_style);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_spec::Attribute;

    fn panel() -> Panel {
        let attribute = Attribute {
            name: "smile".into(),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        };
        let mut panel = Panel::new(&AttributeSet::new(vec![attribute]).unwrap(), &[1.0]);
        panel.arrange([960, 720]);
        panel
    }

    fn middle(panel: &Panel, area: Area) -> [f32; 2] {
        let area = area.moved([panel.area.x, panel.area.y]);
        [area.x + area.width * 0.5, area.y + area.height * 0.5]
    }

    fn touch(panel: &mut Panel, at: [f32; 2], down: bool) {
        panel.point(Pointer { at, down });
    }

    #[test]
    fn a_drag_that_leaves_the_slider_still_moves_it_and_a_press_elsewhere_does_not() {
        let mut panel = panel();
        let at = middle(&panel, panel.sliders[0].area);
        touch(&mut panel, at, true);
        assert_eq!(panel.sum(), [0.25]);
        touch(&mut panel, [-500.0, 0.0], true);
        assert_eq!(panel.sum(), [-1.0]);
        touch(&mut panel, at, false);
        touch(&mut panel, [5.0, 5.0], true);
        touch(&mut panel, at, true);
        assert_eq!(panel.sum(), [-1.0]);
    }

    #[test]
    fn compare_is_only_while_held_and_reset_makes_everything_unchanged() {
        let mut panel = panel();
        let at = middle(&panel, panel.compare);
        touch(&mut panel, at, true);
        assert!(panel.comparing());
        touch(&mut panel, at, false);
        assert!(!panel.comparing());
        let at = middle(&panel, panel.reset);
        touch(&mut panel, at, true);
        assert_eq!(panel.sum(), [0.0]);
    }

    #[test]
    fn arrow_steps_are_whole_and_pass_through_zero() {
        let mut panel = panel();
        for _ in 0..21 {
            panel.step(-0.05);
        }
        assert!((panel.sum()[0] + 0.05).abs() < 1e-6, "{:?}", panel.sum());
    }
}
