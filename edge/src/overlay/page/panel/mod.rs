//! The panel at the bottom: a slider per attribute, and the buttons.

mod arrange;
#[cfg(test)]
mod tests;

use crate::overlay::{
    language::labels::Labels,
    widget::{
        area::Area,
        button::Button,
        colour,
        layer::Layer,
        painter::Painter,
        pointer::Pointer,
        shape,
        slider::{Slider, SliderState},
        text::{Text, Weight},
    },
};
use model_spec::AttributeSet;

/// What the finger that is down was put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// The slider with this index.
    Slider(usize),
    Button(Button),
    Nothing,
}

/// Buttons whose function is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LitButtons {
    /// The picture before the edit is shown.
    pub(crate) compare: bool,
    /// Before and after are shown side by side.
    pub(crate) split: bool,
    /// A copied expression is applied.
    pub(crate) copy: bool,
    /// The picture is shown the other way round than at the start.
    pub(crate) flip: bool,
}

/// Sliders and buttons.
#[derive(Debug)]
pub(crate) struct Panel {
    layer: Layer,
    /// The panel on the window, in window pixels.
    area: Area,
    sliders: Vec<Slider>,
    /// Index of the slider that keys move.
    chosen: usize,
    /// Places of the buttons on the panel, in the order of [`Button::ALL`].
    buttons: [Area; Button::ALL.len()],
    held: Option<Held>,
    /// Whether the finger is still on what it was put on.
    inside: bool,
    lit: LitButtons,
    unit: f32,
    /// What the Tab key has come to: a slider, or a button after the sliders.
    focus: Option<usize>,
    /// Whether a slider has been moved by hand since this was last taken.
    moved: bool,
    dirty: bool,
}

impl Panel {
    /// A panel with one slider per attribute.
    pub(crate) fn new(attributes: &AttributeSet, strengths: &[f32]) -> Self {
        let sliders = attributes.as_slice().iter().zip(strengths);
        Self {
            layer: Layer::default(),
            area: Area::default(),
            sliders: sliders
                .map(|(attribute, &strength)| Slider::new(attribute, strength))
                .collect(),
            chosen: 0,
            buttons: Default::default(),
            held: None,
            inside: false,
            lit: LitButtons::default(),
            unit: 1.0,
            focus: None,
            moved: false,
            dirty: true,
        }
    }

    /// From top to bottom, or from left to right.
    pub(crate) fn sliders(&self) -> &[Slider] {
        &self.sliders
    }

    /// The strengths on the sliders.
    pub(crate) fn strengths(&self) -> impl Iterator<Item = f32> {
        self.sliders.iter().map(Slider::strength)
    }

    /// Whether the compare button is held.
    pub(crate) fn is_comparing(&self) -> bool {
        self.held == Some(Held::Button(Button::Compare))
    }

    /// Whether a finger is down.
    pub(crate) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Follows the pointer and returns a button that was tapped. A slider jumps to where it is touched
    /// and follows until the finger is lifted. A button is tapped when the finger that was put on it is
    /// lifted on it.
    pub(crate) fn point(&mut self, pointer: Pointer) -> Option<Button> {
        let at = pointer.relative_to(self.area.origin());
        let before = (self.held, self.inside);
        let mut tapped = None;
        match (pointer.down, self.held) {
            (true, None) => {
                self.held = Some(self.under(at));
                // A finger needs no ring.
                self.dirty |= self.focus.take().is_some();
            }
            (false, Some(held)) => {
                self.held = None;
                if let Held::Button(button) = held
                    && self.under(at) == held
                {
                    tapped = Some(button);
                }
            }
            _ => {}
        }
        self.inside = self.held.is_some_and(|held| self.under(at) == held);
        if let Some(Held::Slider(index)) = self.held {
            self.drag(index, at[0]);
        }
        self.dirty |= before != (self.held, self.inside);
        tapped
    }

    fn drag(&mut self, index: usize, x: f32) {
        let slider = &mut self.sliders[index];
        let before = slider.strength();
        slider.set_at(x);
        let moved = slider.strength() != before;
        self.moved |= moved;
        self.dirty |= moved;
        self.chosen = index;
    }

    /// Lets go of everything, as if no finger had ever been there.
    pub(crate) fn release(&mut self) {
        self.dirty |= self.held.is_some();
        self.held = None;
    }

    /// What is at a place of the panel; fingers are wide, so a near miss is a hit.
    fn under(&self, at: [f32; 2]) -> Held {
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
    pub(crate) fn set(&mut self, strengths: &[f32]) {
        for (slider, &strength) in self.sliders.iter_mut().zip(strengths) {
            slider.set(strength);
        }
        self.dirty = true;
    }

    /// Sets all sliders to 0.
    pub(crate) fn clear(&mut self) {
        for slider in &mut self.sliders {
            slider.set(0.0);
        }
        self.dirty = true;
    }

    /// Moves the chosen slider by a step.
    pub(crate) fn step(&mut self, by: f32) {
        if let Some(slider) = self.sliders.get_mut(self.chosen) {
            let strength = slider.strength() + by;
            // Whole steps, also after a drag, are never caught by the snap around zero.
            let steps = (strength / by.abs()).round() * by.abs();
            slider.set(steps);
            self.moved = true;
            self.dirty = true;
        }
    }

    /// Moves the focus by so many sliders and buttons, past the last one to the first.
    pub(crate) fn move_focus(&mut self, by: isize) {
        let count = self.sliders.len() + Button::ALL.len();
        self.focus = Some(next(self.focus, by, count));
        if let Some(slider) = self.focus.filter(|index| *index < self.sliders.len()) {
            self.chosen = slider;
        }
        self.dirty = true;
    }

    /// The button in focus.
    pub(crate) fn focused(&self) -> Option<Button> {
        let index = self.focus?.checked_sub(self.sliders.len())?;
        Button::ALL.get(index).copied()
    }

    /// Takes the focus away.
    pub(crate) fn unfocus(&mut self) {
        self.dirty |= self.focus.take().is_some();
    }

    /// The button that is held, and the finger still on it.
    pub(crate) fn held_button(&self) -> Option<Button> {
        match self.held {
            Some(Held::Button(button)) if self.inside => Some(button),
            _ => None,
        }
    }

    /// Whether the panel covers a place of the window.
    pub(crate) fn covers(&self, at: [f32; 2]) -> bool {
        self.area.contains(at, 0.0)
    }

    /// Chooses the slider above. Returns false if there is only one.
    pub(crate) fn choose_above(&mut self) -> bool {
        self.choose(self.chosen.saturating_sub(1))
    }

    /// Chooses the slider below. Returns false if there is only one.
    pub(crate) fn choose_below(&mut self) -> bool {
        self.choose(self.chosen + 1)
    }

    fn choose(&mut self, index: usize) -> bool {
        let last = self.sliders.len().saturating_sub(1);
        self.chosen = index.min(last);
        self.dirty = true;
        last > 0
    }

    /// Whether a slider has been moved by hand since the last call.
    pub(crate) fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// Sets which buttons are lit.
    pub(crate) fn light(&mut self, lit: LitButtons) {
        self.dirty |= self.lit != lit;
        self.lit = lit;
    }

    /// Has everything redrawn, e.g. in another language.
    pub(crate) fn redraw(&mut self) {
        self.dirty = true;
    }

    /// Redraws if something changed. Returns whether it did.
    pub(crate) fn draw(&mut self, text: &mut Text, labels: &Labels) -> bool {
        if !std::mem::take(&mut self.dirty) {
            return false;
        }
        // Taken out, because drawing onto it reads everything else.
        let mut layer = std::mem::take(&mut self.layer);
        let size = self.area.size();
        if let Some(pixmap) = layer.start(self.area.origin(), size) {
            let unit = self.unit;
            shape::ground(pixmap, size, 26.0 * unit, colour::PANEL);
            let mut painter = Painter { pixmap, text, unit };
            self.draw_sliders(&mut painter, labels);
            self.draw_buttons(&mut painter, labels);
            self.draw_focus(&mut painter);
        }
        self.layer = layer;
        true
    }

    fn draw_sliders(&self, painter: &mut Painter<'_>, labels: &Labels) {
        for (index, slider) in self.sliders.iter().enumerate() {
            let state = SliderState {
                held: self.held == Some(Held::Slider(index)),
                chosen: self.sliders.len() > 1 && self.chosen == index,
                replaced: self.lit.copy,
            };
            slider.draw(painter, labels, state);
        }
    }

    fn draw_buttons(&self, painter: &mut Painter<'_>, labels: &Labels) {
        // All labels have the size that fits the longest.
        let room = self.buttons[0].width - 8.0 * painter.unit;
        let sizes = Button::ALL.into_iter().map(|button| {
            let (label, pixels) = (button.face(labels).label, 15.0 * painter.unit);
            painter.text.fitting(label, Weight::SemiBold, pixels, room)
        });
        let pixels = sizes.fold(f32::INFINITY, f32::min);
        for (button, area) in Button::ALL.into_iter().zip(self.buttons) {
            let pressed = self.inside && self.held == Some(Held::Button(button));
            let lit = pressed || self.lit.contains(button);
            button.face(labels).draw(painter, area, pixels, lit);
        }
    }

    fn draw_focus(&self, painter: &mut Painter<'_>) {
        let unit = painter.unit;
        let sliders = self
            .sliders
            .iter()
            .map(|slider| slider.with_surroundings(unit));
        let mut areas = sliders.chain(self.buttons);
        let area = self.focus.and_then(|index| areas.nth(index));
        if let Some(area) = area {
            shape::focus(painter.pixmap, area, 18.0 * unit, unit);
        }
    }

    /// Blends the panel onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

/// The index after or before one of `count`; without one, the first or the last.
pub(in crate::overlay) fn next(from: Option<usize>, by: isize, count: usize) -> usize {
    let start = match from {
        Some(index) => index as isize + by,
        None if by > 0 => 0,
        None => -1,
    };
    start.rem_euclid(count.max(1) as isize) as usize
}

impl LitButtons {
    fn contains(&self, button: Button) -> bool {
        match button {
            Button::Compare => self.compare,
            Button::Split => self.split,
            Button::Copy => self.copy,
            Button::Flip => self.flip,
            Button::Photo | Button::Reset | Button::Help => false,
        }
    }
}
