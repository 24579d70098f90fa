//! The help page: every key, the languages, and where the model runs.

mod layout;
mod row;

use crate::overlay::{
    language::labels::Labels,
    language::languages::Languages,
    state::About,
    widget::{
        area::Area,
        colour,
        extent::Extent,
        layer::Layer,
        painter::Painter,
        paragraph::Paragraph,
        pointer::Pointer,
        shape,
        text::{Align, Style, Text, Weight, style},
    },
};
use layout::{BUTTON, HelpLayout, PAD, TITLE};

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
        about: &About,
        text: &mut Text,
        languages: &Languages,
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        let (unit, labels) = (extent.unit, languages.labels());
        let rows = row::all(labels);
        let mut layout = HelpLayout::new(extent, rows.len());
        let small = style(Weight::Regular, 16.0 * unit, colour::FAINT, Align::Left);
        let about = about_lines(about, labels);
        let paragraphs = about.iter().map(|line| {
            let width = (layout.width - 2.0 * PAD) * unit;
            Paragraph::new(text, line, small, width)
        });
        let paragraphs: Vec<Paragraph> = paragraphs.collect();
        let about_height: f32 = paragraphs.iter().map(|lines| lines.height(small)).sum();
        layout.fit(extent, about_height / unit);
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
        draw_about(&mut painter, &paragraphs, layout, small);
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

/// Draws as many paragraphs as there is room for above the buttons.
fn draw_about(
    painter: &mut Painter<'_>,
    paragraphs: &[Paragraph],
    layout: HelpLayout,
    small: Style,
) {
    let unit = painter.unit;
    let mut y = (TITLE + layout.list() + 14.0) * unit;
    for paragraph in paragraphs {
        if y + paragraph.height(small) > layout.bottom() * unit {
            break;
        }
        y = paragraph.draw(painter.pixmap, painter.text, [PAD * unit, y], small);
    }
}

fn about_lines(about: &About, labels: &Labels) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{}: {}   {}: {}",
            labels.about_model, about.model, labels.about_source, about.source
        ),
        format!("{}: {}", labels.about_provider, about.provider(labels)),
    ];
    for failure in about.failures() {
        // The first line is enough here; the report has the rest.
        let reason = failure.reason.lines().next().unwrap_or_default();
        let short: String = reason.chars().take(110).collect();
        let provider = failure.provider.label();
        lines.push(format!("{} {provider}: {short}", labels.about_not));
    }
    lines
}
