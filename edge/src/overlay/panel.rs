//! The panel at the bottom: a slider per attribute, and the buttons.

mod arrange;
mod button;

pub use button::Button;

use super::{
    layer::Layer,
    shape::{self, Area},
    slider::{Slider, Use},
    text::{Text, Weight},
};
use crate::overlay::labels::Labels;
use model_spec::AttributeSet;

/// The pointer or finger, in window pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
    Button(Button),
    Nothing,
}

/// Buttons whose state is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lit {
    /// The picture before the edit is being shown.
    pub compare: bool,
    /// Split view.
    pub split: bool,
    /// A copied smile is worn.
    pub copy: bool,
    /// Camera view instead of a mirror's.
    pub flip: bool,
}

/// Sliders and buttons.
#[derive(Debug)]
pub struct Panel {
    sliders: Vec<Slider>,
    chosen: usize,
    held: Option<Held>,
    /// Whether the finger still is where it was put down.
    inside: bool,
    area: Area,
    buttons: [Area; Button::ALL.len()],
    unit: f32,
    lit: Lit,
    /// Whether somebody has moved a slider.
    moved: bool,
    dirty: bool,
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
            inside: false,
            area: Area::default(),
            buttons: Default::default(),
            unit: 1.0,
            lit: Lit::default(),
            moved: false,
            dirty: true,
        }
    }

    /// The strengths on the sliders.
    pub fn strengths(&self) -> impl Iterator<Item = f32> {
        self.sliders.iter().map(Slider::strength)
    }

    /// Where the panel is, in window pixels.
    #[must_use]
    pub fn area(&self) -> Area {
        self.area
    }

    /// Whether the compare button is held.
    #[must_use]
    pub fn comparing(&self) -> bool {
        self.held == Some(Held::Button(Button::Compare))
    }

    /// Whether a finger is on the panel.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Follows the pointer; returns a button that was tapped. A slider goes where it is touched and
    /// follows until the finger is lifted. A button counts when the finger is lifted on it; what was
    /// pressed elsewhere and moved here does nothing.
    pub fn point(&mut self, pointer: Pointer) -> Option<Button> {
        let at = [pointer.at[0] - self.area.x, pointer.at[1] - self.area.y];
        let before = (self.held, self.inside);
        let mut tapped = None;
        match (pointer.down, self.held) {
            (true, None) => self.held = Some(self.touched(at)),
            (false, Some(held)) => {
                self.held = None;
                if let Held::Button(button) = held
                    && self.touched(at) == held
                {
                    tapped = Some(button);
                }
            }
            _ => {}
        }
        self.inside = self.held.is_some_and(|held| self.touched(at) == held);
        if let Some(Held::Slider(index)) = self.held {
            let strength = self.sliders[index].strength();
            self.sliders[index].set_at(at[0]);
            let moved = strength != self.sliders[index].strength();
            self.moved |= moved;
            self.dirty |= moved;
            self.chosen = index;
        }
        self.dirty |= before != (self.held, self.inside);
        tapped
    }

    /// Lets go of everything, as if no finger had ever been there.
    pub fn release(&mut self) {
        self.dirty |= self.held.is_some();
        self.held = None;
    }

    fn touched(&self, at: [f32; 2]) -> Held {
        let margin = 4.0 * self.unit;
        let button = Button::ALL
            .into_iter()
            .zip(&self.buttons)
            .find(|(_, area)| area.contains(at, margin));
        if let Some((button, _)) = button {
            return Held::Button(button);
        }
        let slider = self
            .sliders
            .iter()
            .position(|slider| slider.area.contains(at, margin * 4.0));
        slider.map_or(Held::Nothing, Held::Slider)
    }

    /// Sets all sliders.
    pub fn set(&mut self, strengths: &[f32]) {
        for (slider, &strength) in self.sliders.iter_mut().zip(strengths) {
            slider.set(strength);
        }
        self.dirty = true;
    }

    /// Changes the chosen slider by a step of the keyboard.
    pub fn step(&mut self, by: f32) {
        if let Some(slider) = self.sliders.get_mut(self.chosen) {
            let strength = slider.strength() + by;
            // Whole steps, also after a drag, and never caught by the snap around zero.
            let steps = (strength / by.abs()).round() * by.abs();
            slider.set(steps);
            self.moved = true;
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

    /// Whether somebody has moved a slider since this was last asked.
    pub fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// Which buttons are lit.
    pub fn light(&mut self, lit: Lit) {
        self.dirty |= self.lit != lit;
        self.lit = lit;
    }

    /// Has everything redrawn, e.g. in another language.
    pub fn redraw(&mut self) {
        self.dirty = true;
    }

    /// Redraws into `layer` if something changed. Returns whether it did.
    pub fn draw(&mut self, layer: &mut Layer, text: &mut Text, labels: &Labels) -> bool {
        if !std::mem::take(&mut self.dirty) {
            return false;
        }
        let size = [self.area.width, self.area.height];
        let Some(pixmap) = layer.start([self.area.x, self.area.y], size) else {
            return true;
        };
        let unit = self.unit;
        shape::ground(pixmap, size, 26.0 * unit, shape::PANEL);
        for (index, slider) in self.sliders.iter().enumerate() {
            let usage = Use {
                held: self.held == Some(Held::Slider(index)),
                chosen: self.sliders.len() > 1 && self.chosen == index,
                replaced: self.lit.copy,
            };
            slider.draw(pixmap, text, labels, unit, usage);
        }
        // All labels in one size, that of the longest.
        let room = self.buttons[0].width - 8.0 * unit;
        let sizes = Button::ALL.into_iter().map(|button| {
            let (_, label) = button.face(labels);
            text.fitting(label, Weight::SemiBold, 15.0 * unit, room)
        });
        let pixels = sizes.fold(f32::INFINITY, f32::min);
        for (button, area) in Button::ALL.into_iter().zip(self.buttons) {
            let pressed = self.inside && self.held == Some(Held::Button(button));
            let lit = match button {
                Button::Compare => self.lit.compare,
                Button::Split => self.lit.split,
                Button::Copy => self.lit.copy,
                Button::Flip => self.lit.flip,
                Button::Photo | Button::Reset | Button::Help => false,
            };
            button::draw(
                pixmap,
                text,
                [unit, pixels],
                area,
                button.face(labels),
                lit || pressed,
            );
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::extent::Extent;
    use model_spec::Attribute;

    pub(super) fn panel(count: usize) -> Panel {
        let attributes = (0..count).map(|index| Attribute {
            name: format!("smile{index}"),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        });
        let attributes = AttributeSet::new(attributes.collect()).unwrap();
        let mut panel = Panel::new(&attributes, &vec![1.0; count]);
        panel.arrange(Extent::new([960, 720]));
        panel
    }

    fn middle(panel: &Panel, area: Area) -> [f32; 2] {
        area.moved([panel.area.x, panel.area.y]).middle()
    }

    fn touch(panel: &mut Panel, at: [f32; 2], down: bool) -> Option<Button> {
        panel.point(Pointer { at, down })
    }

    fn strengths(panel: &Panel) -> Vec<f32> {
        panel.strengths().collect()
    }

    #[test]
    fn a_drag_that_leaves_the_slider_still_moves_it_and_a_press_elsewhere_does_not() {
        let mut panel = panel(1);
        let at = middle(&panel, panel.sliders[0].area);
        touch(&mut panel, at, true);
        assert_eq!(strengths(&panel), [0.25]);
        touch(&mut panel, [-500.0, 0.0], true);
        assert_eq!(strengths(&panel), [-1.0]);
        touch(&mut panel, at, false);
        touch(&mut panel, [5.0, 5.0], true);
        touch(&mut panel, at, true);
        assert_eq!(strengths(&panel), [-1.0]);
    }

    #[test]
    fn compare_is_only_while_held_and_a_button_counts_when_the_finger_leaves_on_it() {
        let mut panel = panel(1);
        let at = middle(&panel, panel.buttons[0]);
        touch(&mut panel, at, true);
        assert!(panel.comparing());
        touch(&mut panel, at, false);
        assert!(!panel.comparing());
        let at = middle(&panel, panel.buttons[5]);
        assert_eq!(touch(&mut panel, at, true), None);
        assert_eq!(touch(&mut panel, at, false), Some(Button::Reset));
        touch(&mut panel, at, true);
        assert_eq!(touch(&mut panel, [0.0, 0.0], false), None);
    }

    #[test]
    fn arrow_steps_are_whole_and_pass_through_zero() {
        let mut panel = panel(1);
        for _ in 0..21 {
            panel.step(-0.05);
        }
        let strength = strengths(&panel)[0];
        assert!((strength + 0.05).abs() < 1e-6, "{strength}");
    }

    #[test]
    fn nothing_overlaps_or_leaves_the_panel_and_targets_fit_a_finger_on_every_window() {
        for size in [
            [640, 480],
            [800, 600],
            [960, 720],
            [1280, 720],
            [1080, 1920],
            [1920, 1080],
        ] {
            for count in 1..=6 {
                let mut panel = panel(count);
                panel.arrange(Extent::new(size));
                let [width, height] = size.map(|side| side as f32);
                let inside = Area::sized([width, height]);
                let Area {
                    x,
                    y,
                    width,
                    height,
                } = panel.area;
                assert!(inside.contains([x, y], 0.0), "{size:?} {count}");
                assert!(
                    inside.contains([x + width, y + height], 0.0),
                    "{size:?} {count}"
                );
                let sliders = panel.sliders.iter().map(|slider| slider.area);
                let areas: Vec<Area> = panel.buttons.into_iter().chain(sliders).collect();
                let within = Area::sized([width, height]);
                for (index, area) in areas.iter().enumerate() {
                    // 9 mm on a 24 inch 1080p screen are 33 pixels.
                    assert!(
                        area.width >= 44.0 && area.height >= 44.0,
                        "{size:?} {count} {area:?}"
                    );
                    let corner = [area.x + area.width, area.y + area.height];
                    assert!(
                        within.contains([area.x, area.y], 0.1),
                        "{size:?} {count} {area:?}"
                    );
                    assert!(within.contains(corner, 0.1), "{size:?} {count} {area:?}");
                    for other in &areas[..index] {
                        let apart = area.x >= other.x + other.width - 0.1
                            || other.x >= corner[0] - 0.1
                            || area.y >= other.y + other.height - 0.1
                            || other.y >= corner[1] - 0.1;
                        assert!(apart, "{size:?} {count}: {area:?} on {other:?}");
                    }
                }
            }
        }
    }
}
