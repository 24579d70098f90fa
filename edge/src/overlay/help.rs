//! The help page: every key, the languages, what computes and why.

use super::{
    About,
    extent::Extent,
    layer::Layer,
    panel::Pointer,
    paragraph::Paragraph,
    shape::{self, Area},
    text::{Align, Text, Weight, style},
};
use crate::overlay::labels::Labels;
use tiny_skia::Pixmap;

/// What was tapped on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tap {
    /// Beside it, or on its button.
    Close,
    /// This language.
    Language(usize),
}

/// The page.
#[derive(Debug, Default)]
pub struct Help {
    layer: Layer,
    area: Area,
    close: Area,
    languages: Vec<Area>,
    down: bool,
    drawn: Option<Extent>,
}

impl Help {
    /// Redraws for another window. Returns whether anything changed.
    pub fn draw(
        &mut self,
        extent: Extent,
        about: &About,
        text: &mut Text,
        (languages, current): (&[Labels], usize),
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        let labels = &languages[current];
        let unit = extent.unit;
        let [width, height] = [extent.width, extent.height].map(|side| side / unit);
        let card = (width - 40.0).min(860.0);
        let columns = if card > 640.0 { 2 } else { 1 };
        let rows = rows(labels);
        let (pad, row) = (36.0, if height < 660.0 { 36.0 } else { 42.0 });
        let list = rows.len().div_ceil(columns) as f32 * row;
        let small = style(Weight::Regular, 16.0 * unit, shape::FAINT, Align::Left);
        let about = about_lines(about, labels);
        let paragraphs: Vec<Paragraph> = about
            .iter()
            .map(|line| Paragraph::new(text, line, small, (card - 2.0 * pad) * unit))
            .collect();
        let about_height: f32 = paragraphs.iter().map(|lines| lines.height(small)).sum();
        let about_height = about_height / unit;
        let (title, button) = (76.0, 60.0);
        let whole = title + list + 14.0 + about_height + 18.0 + button + 26.0;
        // Reasons of providers can be long; the buttons stay on the screen.
        let high = whole.min(height - 24.0);
        self.area = Area {
            x: ((width - card) * 0.5 * unit).round(),
            y: (extent.page_top(high) * unit).round(),
            width: card * unit,
            height: high * unit,
        };
        let size = [self.area.width, self.area.height];
        let Some(pixmap) = self.layer.start([self.area.x, self.area.y], size) else {
            return true;
        };
        shape::ground(pixmap, size, 28.0 * unit, shape::CARD);
        let heading = style(Weight::SemiBold, 28.0 * unit, shape::WHITE, Align::Left);
        text.draw(pixmap, &labels.help_title, pad * unit, 52.0 * unit, heading);
        let column = (card - 2.0 * pad) / columns as f32;
        let per_column = rows.len().div_ceil(columns);
        for (index, (keys, what)) in rows.iter().enumerate() {
            let x = (pad + column * (index / per_column) as f32) * unit;
            let y = (title + row * (index % per_column) as f32) * unit;
            draw_row(pixmap, text, keys, what, [x, y], column * unit, unit);
        }
        let bottom = high - button - 26.0;
        let mut y = (title + list + 14.0) * unit;
        for paragraph in &paragraphs {
            if y + paragraph.height(small) > bottom * unit {
                break;
            }
            y = paragraph.draw(pixmap, text, [pad * unit, y], small);
        }
        self.draw_buttons([card, bottom], pad, unit, text, languages, current);
        true
    }

    fn draw_buttons(
        &mut self,
        [card, top]: [f32; 2],
        pad: f32,
        unit: f32,
        text: &mut Text,
        languages: &[Labels],
        current: usize,
    ) {
        let (gap, count) = (10.0, languages.len() as f32 + 1.0);
        let each = ((card - 2.0 * pad - gap * (count - 1.0)) / count).min(170.0);
        let place = |x: f32| Area {
            x: x * unit,
            y: top * unit,
            width: each * unit,
            height: 60.0 * unit,
        };
        self.languages.clear();
        let starts = (0..languages.len()).map(|index| pad + (each + gap) * index as f32);
        self.languages.extend(starts.map(place));
        self.close = place(card - pad - each);
        let names = languages.iter().map(|labels| labels.language.as_str());
        let chosen = (0..languages.len()).map(|index| index == current);
        let close = (self.close, languages[current].close.as_str(), true);
        let Some(pixmap) = self.layer.pixmap_mut() else {
            return;
        };
        let buttons = self.languages.iter().copied().zip(names).zip(chosen);
        let buttons = buttons.map(|((area, name), chosen)| (area, name, chosen, false));
        let close = std::iter::once((close.0, close.1, false, close.2));
        for (area, name, chosen, main) in buttons.chain(close) {
            let ground = if main { shape::ACCENT } else { shape::QUIET };
            shape::rounded(pixmap, area, 18.0 * unit, ground);
            if chosen {
                shape::outlined(pixmap, area, 18.0 * unit, 2.0 * unit, shape::ACCENT_TEXT);
            }
            let [x, y] = area.middle();
            let pixels = text.fitting(
                name,
                Weight::SemiBold,
                18.0 * unit,
                area.width - 12.0 * unit,
            );
            let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Centre);
            text.draw(pixmap, name, x, y + pixels * 0.36, ink);
        }
    }

    /// Has it redrawn.
    pub fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Follows the pointer.
    pub fn point(&mut self, pointer: Pointer) -> Option<Tap> {
        let lifted = self.down && !pointer.down;
        self.down = pointer.down;
        if !lifted {
            return None;
        }
        if !self.area.contains(pointer.at, 0.0) {
            return Some(Tap::Close);
        }
        let at = [pointer.at[0] - self.area.x, pointer.at[1] - self.area.y];
        if self.close.contains(at, 0.0) {
            return Some(Tap::Close);
        }
        let language = self
            .languages
            .iter()
            .position(|area| area.contains(at, 0.0));
        language.map(Tap::Language)
    }

    /// Blends it onto the window.
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

/// Keys and what they do.
fn rows(labels: &Labels) -> [(Vec<&str>, &str); 12] {
    [
        (vec!["←", "→"], &labels.help_slider),
        (vec!["↑", "↓"], &labels.help_choose),
        (vec![&labels.key_space], &labels.help_compare),
        (vec!["V"], &labels.help_split),
        (vec!["C"], &labels.help_copy),
        (vec!["P"], &labels.help_photo),
        (vec!["M"], &labels.help_flip),
        (vec!["0"], &labels.help_reset),
        (vec!["L"], &labels.help_language),
        (vec!["F"], &labels.help_full_screen),
        (vec!["H"], &labels.help_help),
        (vec!["Esc"], &labels.help_quit),
    ]
}

fn about_lines(about: &About, labels: &Labels) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{}: {}   {}: {}",
            labels.about_model, about.model, labels.about_source, about.source
        ),
        format!("{}: {}", labels.about_provider, about.provider),
    ];
    for (provider, reason) in &about.failures {
        // The first line says it; the rest is for the report.
        let reason = reason.lines().next().unwrap_or_default();
        let short: String = reason.chars().take(110).collect();
        lines.push(format!("{} {provider}: {short}", labels.about_not));
    }
    lines
}

fn draw_row(
    pixmap: &mut Pixmap,
    text: &mut Text,
    keys: &[&str],
    what: &str,
    [x, y]: [f32; 2],
    width: f32,
    unit: f32,
) {
    let (cap, pixels) = (32.0 * unit, 16.0 * unit);
    let mut left = x;
    for key in keys {
        let cap_width = (text.width(key, Weight::SemiBold, pixels) + 18.0 * unit).max(36.0 * unit);
        let area = Area {
            x: left,
            y,
            width: cap_width,
            height: cap,
        };
        shape::rounded(pixmap, area, 9.0 * unit, shape::QUIET);
        shape::outlined(pixmap, area, 9.0 * unit, unit, shape::OUTLINE);
        let ink = style(Weight::SemiBold, pixels, shape::WHITE, Align::Centre);
        let baseline = y + cap * 0.5 + pixels * 0.36;
        text.draw(pixmap, key, area.middle()[0], baseline, ink);
        left += cap_width + 6.0 * unit;
    }
    // Texts of one column begin at one edge.
    let begin = left.max(x + 96.0 * unit) + 4.0 * unit;
    let room = x + width - begin - 12.0 * unit;
    let fitting = text.fitting(what, Weight::Regular, 17.0 * unit, room);
    let plain = style(Weight::Regular, fitting, [255, 255, 255, 226], Align::Left);
    text.draw(pixmap, what, begin, y + cap * 0.5 + fitting * 0.36, plain);
}
