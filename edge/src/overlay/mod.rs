//! What is drawn over the mirror picture: sliders, buttons, status, the mark, messages.

pub mod layer;
pub mod panel;
pub mod shape;
pub mod slider;
pub mod text;

use crate::error::EdgeError;
use layer::Layer;
use model_spec::AttributeSet;
use panel::{Panel, Pointer};
use shape::{Area, Colour};
use text::{Align, Style, Text, Weight};

/// What the overlay shows besides the sliders.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Pictures shown per second.
    pub frames_per_second: u32,
    /// Name of the execution provider that runs.
    pub provider: String,
    /// Whether faster providers were tried in vain.
    pub fell_back: bool,
    /// Whether the picture on screen is edited.
    pub edited: bool,
    /// Whether the picture before the edit is being shown on request.
    pub comparing: bool,
    /// Whether a face is in view.
    pub face: bool,
    /// What has to be done before the mirror can edit, if anything.
    pub preparing: Option<String>,
    /// Why there are no new pictures, if so.
    pub trouble: Option<String>,
}

/// All layers, redrawn only when what they show changes.
pub struct Overlay {
    text: Text,
    /// Sliders and buttons.
    pub panel: Panel,
    controls: Layer,
    status: Layer,
    mark: Layer,
    message: Layer,
    drawn: Option<(Status, [usize; 2])>,
}

/// Amber of a provider that is not the fastest asked for.
const AMBER: Colour = [255, 190, 60, 255];
const GREEN: Colour = [94, 214, 140, 255];

impl Overlay {
    /// With one slider per attribute.
    ///
    /// # Errors
    /// Those of [`Text::new`].
    pub fn new(attributes: &AttributeSet, strengths: &[f32]) -> Result<Self, EdgeError> {
        Ok(Self {
            text: Text::new()?,
            panel: Panel::new(attributes, strengths),
            controls: Layer::default(),
            status: Layer::default(),
            mark: Layer::default(),
            message: Layer::default(),
            drawn: None,
        })
    }

    /// Redraws what changed. Returns whether anything did.
    pub fn draw(&mut self, status: &Status, size: [usize; 2]) -> bool {
        let resized = self.drawn.as_ref().is_none_or(|(_, drawn)| *drawn != size);
        if resized {
            self.panel.arrange(size);
        }
        let panel_changed = self.panel.draw(&mut self.controls, &mut self.text);
        let changed = self.drawn.as_ref().is_none_or(|(drawn, _)| drawn != status);
        if changed || resized {
            let unit = panel::unit(size);
            self.draw_status(status, unit);
            self.draw_mark(status, size, unit);
            self.draw_message(status, size, unit);
            self.drawn = Some((status.clone(), size));
        }
        panel_changed || changed || resized
    }

    /// Blends all layers onto the window's pixels (`0x00RRGGBB`).
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        for layer in [&self.controls, &self.status, &self.mark, &self.message] {
            layer.blend(pixels, size);
        }
    }

    /// Passes the pointer on to sliders and buttons.
    pub fn point(&mut self, pointer: Pointer) {
        self.panel.point(pointer);
    }

    fn draw_status(&mut self, status: &Status, unit: f32) {
        let line = format!("{} fps", status.frames_per_second);
        let (pixels, pad, height) = (17.0 * unit, 16.0 * unit, 40.0 * unit);
        let rate = self.text.width(&line, Weight::SemiBold, pixels);
        let provider = self.text.width(&status.provider, Weight::Regular, pixels);
        let dot = 22.0 * unit;
        // A fixed place for the rate keeps the chip from breathing with every digit.
        let rate = rate.max(self.text.width("00 fps", Weight::SemiBold, pixels));
        let width = pad * 2.0 + rate + dot * 1.4 + provider;
        let margin = 20.0 * unit;
        let Some(pixmap) = self.status.start([margin, margin], [width, height]) else {
            return;
        };
        chip(pixmap, [width, height]);
        let baseline = height * 0.5 + pixels * 0.36;
        let white = style(Weight::SemiBold, pixels, shape::WHITE, Align::Left);
        self.text.draw(pixmap, &line, pad, baseline, white);
        let x = pad + rate + dot * 0.8;
        let colour = if status.fell_back { AMBER } else { GREEN };
        shape::disc(pixmap, [x, height * 0.5], 4.5 * unit, colour);
        let faint = style(Weight::Regular, pixels, shape::WHITE, Align::Left);
        let x = x + dot * 0.6;
        self.text.draw(pixmap, &status.provider, x, baseline, faint);
    }

    fn draw_mark(&mut self, status: &Status, [window, _]: [usize; 2], unit: f32) {
        let (line, ground, ink) = match status {
            Status {
                comparing: true, ..
            } => ("BEFORE", shape::PANEL, shape::WHITE),
            Status { edited: true, .. } => ("EDITED", shape::ACCENT, shape::ON_ACCENT),
            _ => return self.mark.clear(),
        };
        let (pixels, pad, height) = (16.0 * unit, 18.0 * unit, 40.0 * unit);
        let width = 2.0 * pad + self.text.width(line, Weight::SemiBold, pixels);
        let margin = 20.0 * unit;
        let at = [window as f32 - margin - width, margin];
        let Some(pixmap) = self.mark.start(at, [width, height]) else {
            return;
        };
        let area = Area {
            width,
            height,
            ..Area::default()
        };
        shape::rounded(pixmap, area, height * 0.5, ground);
        let baseline = height * 0.5 + pixels * 0.36;
        let ink = style(Weight::SemiBold, pixels, ink, Align::Centre);
        self.text.draw(pixmap, line, width * 0.5, baseline, ink);
    }

    fn draw_message(&mut self, status: &Status, [window, high]: [usize; 2], unit: f32) {
        let (title, line) = match (&status.trouble, &status.preparing) {
            (Some(reason), _) => ("Camera lost, trying again", reason.as_str()),
            (None, Some(step)) => ("Getting ready", step.as_str()),
            _ if !status.face => ("", "No face in view"),
            _ => return self.message.clear(),
        };
        let (big, small, pad) = (24.0 * unit, 17.0 * unit, 26.0 * unit);
        let most = window as f32 - 40.0 * unit;
        let line = fitted(&self.text, line, small, most - 2.0 * pad);
        let width = self
            .text
            .width(title, Weight::SemiBold, big)
            .max(self.text.width(&line, Weight::Regular, small))
            + 2.0 * pad;
        let height = if title.is_empty() {
            40.0 * unit
        } else {
            100.0 * unit
        };
        let y = if title.is_empty() {
            20.0 * unit
        } else {
            high as f32 * 0.42 - height * 0.5
        };
        let at = [(window as f32 - width) * 0.5, y];
        let Some(pixmap) = self.message.start(at, [width, height]) else {
            return;
        };
        chip(pixmap, [width, height]);
        if !title.is_empty() {
            let white = style(Weight::SemiBold, big, shape::WHITE, Align::Centre);
            self.text
                .draw(pixmap, title, width * 0.5, 44.0 * unit, white);
        }
        let baseline = if title.is_empty() {
            height * 0.5 + small * 0.36
        } else {
            74.0 * unit
        };
        let faint = style(Weight::Regular, small, [255, 255, 255, 210], Align::Centre);
        self.text.draw(pixmap, &line, width * 0.5, baseline, faint);
    }
}

/// The ground of a chip or message.
fn chip(pixmap: &mut tiny_skia::Pixmap, [width, height]: [f32; 2]) {
    let area = Area {
        width,
        height,
        ..Area::default()
    };
    let radius = (height * 0.5).min(22.0);
    shape::rounded(pixmap, area, radius, shape::PANEL);
    shape::outlined(pixmap, area, radius, 1.0, shape::OUTLINE);
}

/// As much of a line as fits.
fn fitted(text: &Text, line: &str, pixels: f32, width: f32) -> String {
    let mut line = line.to_owned();
    let fits = |line: &str| text.width(line, Weight::Regular, pixels) <= width;
    if fits(&line) {
        return line;
    }
    while !line.is_empty() && !fits(&format!("{line}…")) {
        line.pop();
    }
    line + "…"
}

/// Shorthand of a text style.
fn style(weight: Weight, pixels: f32, colour: Colour, align: Align) -> Style {
    Style {
        weight,
        pixels,
        colour,
        align,
    }
}
