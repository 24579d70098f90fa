//! What the page for the installer says.

use crate::overlay::{
    language::labels::Labels,
    state::About,
    widget::{
        colour::{self, Colour},
        paragraph::Paragraph,
        text::{Style, Text},
    },
};

/// A line of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) colour: Colour,
}

/// All lines, none wider than `width` pixels in this style.
pub(super) fn lines(
    about: &About,
    labels: &Labels,
    text: &Text,
    style: Style,
    width: f32,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |said: &str, colour: Colour| {
        for part in said.lines() {
            let paragraph = Paragraph::within(text, part, style, width);
            lines.extend(
                paragraph
                    .into_lines()
                    .into_iter()
                    .map(|text| Line { text, colour }),
            );
        }
    };
    let source = format!("{} {}", about.source.source, about.source.mode);
    let facts = [
        (&labels.about_version, env!("CARGO_PKG_VERSION")),
        (&labels.about_model, &about.model),
        (&labels.about_source, source.trim()),
        (&labels.about_provider, &about.provider(labels)),
    ];
    for (name, fact) in facts {
        add(&format!("{name}: {fact}"), colour::TEXT);
    }
    for failure in about.failures() {
        let provider = failure.provider.label();
        add(&format!("{} {provider}:", labels.about_not), colour::AMBER);
        add(&failure.reason, colour::TEXT);
    }
    if let Some(file) = about.blind_for_want_of {
        add(&format!("{} {file}", labels.about_no_mouth), colour::AMBER);
    }
    add("\u{a0}", colour::TEXT);
    for (keys, effect) in keys(labels) {
        add(&format!("{keys}   {effect}"), colour::TEXT);
    }
    lines
}

/// Every key.
fn keys(labels: &Labels) -> [(&str, &str); 15] {
    [
        ("← →", &labels.key_slider),
        ("↑ ↓", &labels.key_choose),
        ("Tab", &labels.key_focus),
        (&labels.key_enter, &labels.key_press),
        (&labels.key_space, &labels.help_compare),
        ("V", &labels.help_split),
        ("C", &labels.help_copy),
        ("P", &labels.help_photo),
        ("M", &labels.help_flip),
        ("0", &labels.help_reset),
        ("H", &labels.help),
        ("I", &labels.details_title),
        ("L", &labels.help_language),
        ("F", &labels.help_full_screen),
        ("Esc, Q", &labels.help_quit),
    ]
}
