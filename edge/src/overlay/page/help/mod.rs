//! The help page, for visitors: what every slider and button does, and the languages.

mod layout;
mod row;

use crate::overlay::{
    language::languages::Languages,
    page::panel::next,
    widget::{
        area::Area,
        colour,
        extent::Extent,
        layer::Layer,
        painter::Painter,
        pointer::Pointer,
        shape,
        text::{Align, Text, Weight, style},
    },
};
use layout::{BUTTON, HelpLayout, PAD};

/// What was tapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HelpTap {
    /// The close button, or beside the page.
    Close,
    /// The button of the language with this index.
    Language(usize),
}

/// The page.
#[derive(Debug, Default)]
pub(crate) struct Help {
    layer: Layer,
    area: Area,
    close: Area,
    languages: Vec<Area>,
    down: bool,
    /// The button that the Tab key has come to: the languages, then close.
    focus: Option<usize>,
    drawn: Option<Extent>,
}

/// A button at the bottom of the page.
struct PageButton<'a> {
    area: Area,
    name: &'a str,
    /// Whether it is the language in use.
    chosen: bool,
    /// Whether it stands out.
    main: bool,
}

impl Help {
    /// Redraws for another extent. Returns whether anything changed.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        slider: &str,
        text: &mut Text,
        languages: &Languages,
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        let (unit, labels) = (extent.unit, languages.labels());
        let rows = row::all(labels, slider);
        let layout = HelpLayout::new(extent, rows.len());
        self.area = layout.area(extent);
        let size = self.area.size();
        let Some(pixmap) = self.layer.start(self.area.origin(), size) else {
            return true;
        };
        shape::ground(pixmap, size, 28.0 * unit, colour::CARD);
        let heading = style(Weight::SemiBold, 28.0 * unit, colour::WHITE, Align::Left);
        text.draw(pixmap, &labels.help_title, PAD * unit, 52.0 * unit, heading);
        let mut painter = Painter { pixmap, text, unit };
        for (index, row) in rows.iter().enumerate() {
            row.draw(
                &mut painter,
                layout.row(index),
                layout.column_width() * unit,
            );
        }
        self.draw_buttons(layout, text, unit, languages);
        true
    }

    fn draw_buttons(
        &mut self,
        layout: HelpLayout,
        text: &mut Text,
        unit: f32,
        languages: &Languages,
    ) {
        let all = languages.all();
        let (gap, count) = (10.0, all.len() as f32 + 1.0);
        let each = ((layout.width - 2.0 * PAD - gap * (count - 1.0)) / count).min(170.0);
        let place = |x: f32| {
            let design = Area {
                x,
                y: layout.bottom(),
                width: each,
                height: BUTTON,
            };
            design.scaled(unit)
        };
        self.languages.clear();
        let starts = (0..all.len()).map(|index| PAD + (each + gap) * index as f32);
        self.languages.extend(starts.map(place));
        self.close = place(layout.width - PAD - each);
        let Some(pixmap) = self.layer.pixmap_mut() else {
            return;
        };
        let mut painter = Painter { pixmap, text, unit };
        for (index, (&area, labels)) in self.languages.iter().zip(all).enumerate() {
            let button = PageButton {
                area,
                name: &labels.language,
                chosen: index == languages.current(),
                main: false,
            };
            button.draw(&mut painter);
        }
        let close = PageButton {
            area: self.close,
            name: &languages.labels().close,
            chosen: false,
            main: true,
        };
        close.draw(&mut painter);
        let mut areas = self.languages.iter().chain([&self.close]);
        if let Some(area) = self.focus.and_then(|index| areas.nth(index)) {
            shape::focus(painter.pixmap, *area, 18.0 * unit, unit);
        }
    }

    /// Moves the focus by so many buttons.
    pub(crate) fn move_focus(&mut self, by: isize) {
        self.focus = Some(next(self.focus, by, self.languages.len() + 1));
        self.drawn = None;
    }

    /// What the button in focus does; without one, the page closes.
    pub(crate) fn confirm(&self) -> HelpTap {
        match self.focus {
            Some(index) if index < self.languages.len() => HelpTap::Language(index),
            _ => HelpTap::Close,
        }
    }

    /// Takes the focus away, and has the page redrawn.
    pub(crate) fn restart(&mut self) {
        self.focus = None;
        self.drawn = None;
    }

    /// Has the page redrawn.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Follows the pointer. A tap counts when the finger is lifted.
    pub(crate) fn point(&mut self, pointer: Pointer) -> Option<HelpTap> {
        let lifted = self.down && !pointer.down;
        self.down = pointer.down;
        if !lifted {
            return None;
        }
        if !self.area.contains(pointer.at, 0.0) {
            return Some(HelpTap::Close);
        }
        let at = pointer.relative_to(self.area.origin());
        if self.close.contains(at, 0.0) {
            return Some(HelpTap::Close);
        }
        let mut languages = self.languages.iter();
        let language = languages.position(|area| area.contains(at, 0.0));
        language.map(HelpTap::Language)
    }

    /// Blends the page onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

impl PageButton<'_> {
    fn draw(&self, painter: &mut Painter<'_>) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let ground = if self.main {
            colour::ACCENT
        } else {
            colour::QUIET
        };
        shape::rounded(pixmap, self.area, 18.0 * unit, ground);
        if self.chosen {
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
