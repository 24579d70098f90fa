//! Text on several lines.

use super::text::{Style, Text};
use tiny_skia::Pixmap;

/// Text broken into lines of limited width, at spaces or between Chinese characters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paragraph {
    lines: Vec<String>,
}

/// Distance of baselines, in font sizes.
pub(crate) const LEADING: f32 = 1.42;

impl Paragraph {
    /// Breaks `line` into lines at most `width` pixels wide. A longer word gets a line of its own.
    pub(crate) fn new(text: &Text, line: &str, style: Style, width: f32) -> Self {
        let mut lines = vec![String::new()];
        for piece in pieces(line) {
            let Some(current) = lines.last_mut() else {
                continue;
            };
            let longer = format!("{current}{piece}");
            let used = text.width(longer.trim_end(), style.weight, style.pixels);
            if used <= width || current.is_empty() {
                *current = longer;
            } else {
                lines.push(piece.to_owned());
            }
        }
        for line in &mut lines {
            line.truncate(line.trim_end().len());
        }
        Self { lines }
    }

    /// The same, with words that are too long, as paths are, broken too: no line is wider than `width`.
    pub(crate) fn within(text: &Text, line: &str, style: Style, width: f32) -> Self {
        let mut lines = Vec::new();
        for line in Self::new(text, line, style, width).lines {
            let mut rest = String::new();
            for character in line.chars() {
                rest.push(character);
                if text.width(&rest, style.weight, style.pixels) > width && rest.chars().count() > 1
                {
                    rest.pop();
                    lines.push(std::mem::replace(&mut rest, character.to_string()));
                }
            }
            lines.push(rest);
        }
        Self { lines }
    }

    /// The lines.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Height in pixels.
    pub(crate) fn height(&self, style: Style) -> f32 {
        self.lines.len() as f32 * style.pixels * LEADING
    }

    /// Width of the widest line in pixels.
    pub(crate) fn width(&self, text: &Text, style: Style) -> f32 {
        let widths = self
            .lines
            .iter()
            .map(|line| text.width(line, style.weight, style.pixels));
        widths.fold(0.0, f32::max)
    }

    /// Draws the lines from `top` down, aligned at `x` as the style says. Returns the lower edge.
    pub(crate) fn draw(
        &self,
        pixmap: &mut Pixmap,
        text: &mut Text,
        [x, top]: [f32; 2],
        style: Style,
    ) -> f32 {
        let mut y = top;
        for line in &self.lines {
            let baseline = y + style.pixels * (LEADING * 0.5 + 0.36);
            text.draw(pixmap, line, x, baseline, style);
            y += style.pixels * LEADING;
        }
        y
    }
}

/// Parts between which a line may be broken; each keeps its trailing space.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let Some(&(next_at, next)) = characters.peek() else {
            break;
        };
        let breaks = match character {
            ' ' => next != ' ',
            _ => {
                (is_ideograph(character) || is_stop(character) && at > 0) && is_ideograph(next)
                    || is_ideograph(character) && next.is_alphanumeric()
            }
        };
        if breaks {
            pieces.push(&line[begin..next_at]);
            begin = next_at;
        }
    }
    pieces.push(&line[begin..]);
    pieces
}

fn is_ideograph(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// Chinese punctuation, which belongs to the word before it.
fn is_stop(character: char) -> bool {
    "，。、：；！？）》”".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::widget::text::{Align, Weight, style};

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let text = Text::new().unwrap();
        let style = style(Weight::Regular, 20.0, [255; 4], Align::Left);
        for line in [
            "Nothing leaves this mirror. No picture is kept.",
            "画面不会离开这面镜子。除非您要求拍照，否则不保留任何图像。",
        ] {
            let paragraph = Paragraph::new(&text, line, style, 150.0);
            assert!(paragraph.lines.len() > 2, "{paragraph:?}");
            assert!(paragraph.width(&text, style) <= 150.0, "{paragraph:?}");
            let without = |text: &str| text.replace(' ', "");
            assert_eq!(without(&paragraph.lines.concat()), without(line));
            for line in &paragraph.lines {
                assert!(!line.starts_with(is_stop), "{paragraph:?}");
            }
        }
    }

    #[test]
    fn a_word_wider_than_the_column_gets_a_line_of_its_own() {
        let text = Text::new().unwrap();
        let style = style(Weight::Regular, 20.0, [255; 4], Align::Left);
        let paragraph = Paragraph::new(&text, "a Donaudampfschifffahrt b", style, 40.0);
        assert_eq!(paragraph.lines, ["a", "Donaudampfschifffahrt", "b"]);
    }
}
