//! The help page, for visitors: what every slider and button does, and the languages.

mod layout;
mod row;

use crate::overlay::{
    language::languages::Languages,
    page::{
        frame::{PageButton, PageFrame, Rank},
        panel::next,
    },
    widget::{
        area::Area, extent::Extent, layer::Layer, painter::Painter, pointer::Pointer, shape,
        slider::Slider, text::Text,
    },
};
use layout::HelpLayout;
use row::Row;

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

impl Help {
    /// Redraws for another extent. Returns whether anything changed.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        sliders: &[Slider],
        text: &mut Text,
        languages: &Languages,
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        let (unit, labels) = (extent.unit, languages.labels());
        let names: Vec<&str> = sliders.iter().map(|slider| slider.name(labels)).collect();
        let names = names.join(" · ");
        let rows = row::all(labels, &names);
        let layout = HelpLayout::new(extent, rows.len());
        let frame = layout.frame;
        self.area = frame.area(extent);
        let mut layer = std::mem::take(&mut self.layer);
        self.place_buttons(frame, languages.all().len(), unit);
        if let Some(pixmap) = frame.start(&mut layer, extent, &labels.help_title, text) {
            let mut painter = Painter { pixmap, text, unit };
            draw_rows(&mut painter, &rows, layout);
            self.draw_buttons(&mut painter, languages);
        }
        self.layer = layer;
        true
    }

    fn place_buttons(&mut self, frame: PageFrame, languages: usize, unit: f32) {
        self.languages.clear();
        self.languages.extend(frame.buttons(languages + 1, unit));
        self.close = self.languages.pop().unwrap_or_default();
    }

    fn draw_buttons(&self, painter: &mut Painter<'_>, languages: &Languages) {
        for (index, (&area, labels)) in self.languages.iter().zip(languages.all()).enumerate() {
            let button = PageButton {
                area,
                name: &labels.language,
                rank: if index == languages.current() {
                    Rank::Chosen
                } else {
                    Rank::Quiet
                },
            };
            button.draw(painter);
        }
        let close = PageButton {
            area: self.close,
            name: &languages.labels().close,
            rank: Rank::Main,
        };
        close.draw(painter);
        let mut areas = self.languages.iter().chain([&self.close]);
        if let Some(area) = self.focus.and_then(|index| areas.nth(index)) {
            let unit = painter.unit;
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

fn draw_rows(painter: &mut Painter<'_>, rows: &[Row<'_>], layout: HelpLayout) {
    let width = layout.column_width() * painter.unit;
    for (index, row) in rows.iter().enumerate() {
        row.draw(painter, layout.row(index), width);
    }
}
