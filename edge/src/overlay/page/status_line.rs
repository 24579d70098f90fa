//! The status line: rate, latency, provider, camera mode.

use crate::overlay::{
    language::labels::Labels,
    state::{About, Readings},
    widget::{
        area::Area,
        colour::{self, Colour},
        extent::{Extent, TOP_ROW_HEIGHT},
        layer::Layer,
        shape,
        text::{Align, Style, Text, Weight, style},
    },
};
use std::fmt::Write;
use tiny_skia::Pixmap;

/// The status line at the upper left.
#[derive(Debug, Default)]
pub(crate) struct StatusLine {
    layer: Layer,
    value: String,
    drawn: Option<(Readings, Extent)>,
    places: Places,
    /// On the window, in window pixels.
    area: Area,
}

/// Horizontal places on the line, in pixels from its left end.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    /// Right ends of rate and latency.
    readings: [f32; 2],
    provider_end: f32,
    size: [f32; 2],
    /// Whether there is room for the camera mode.
    with_mode: bool,
}

/// Font size, in design pixels like all of these.
const PIXELS: f32 = 17.0;
const PAD: f32 = 14.0;
const GAP: f32 = 14.0;
/// Room for the provider's dot.
const DOT: f32 = 18.0;
/// Width that the marks at the other end of the row need.
const MARKS: f32 = 190.0;
const TEXT: Colour = [255, 255, 255, 224];

impl StatusLine {
    /// Redraws the readings if they changed; allocates only for another size of the window. Returns
    /// whether anything changed.
    pub(crate) fn draw(
        &mut self,
        readings: Readings,
        about: &About,
        extent: Extent,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        if self.drawn == Some((readings, extent)) {
            return false;
        }
        if self.drawn.is_none_or(|(_, drawn)| drawn != extent) {
            self.draw_ground(about, extent, text, labels);
        }
        self.drawn = Some((readings, extent));
        let Some(pixmap) = self.layer.restart() else {
            return true;
        };
        let pixels = PIXELS * extent.unit;
        let baseline = self.places.size[1] * 0.5 + pixels * 0.36;
        let values = [
            (readings.frames_per_second, "fps"),
            (readings.latency_millis, "ms"),
        ];
        for ((value, unit), right) in values.into_iter().zip(self.places.readings) {
            self.value.clear();
            // Writing into a string cannot fail.
            let _ = write!(self.value, "{value} {unit}");
            let white = style(Weight::SemiBold, pixels, colour::WHITE, Align::Right);
            text.draw(pixmap, &self.value, right, baseline, white);
        }
        true
    }

    /// Has everything redrawn.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
    }

    /// All but the readings.
    fn draw_ground(&mut self, about: &About, extent: Extent, text: &mut Text, labels: &Labels) {
        let provider = about.provider(labels);
        let places = Places::new(&provider, &about.source.mode, extent, text);
        self.places = places;
        let at = [extent.margin(); 2];
        self.area = Area::sized(places.size).moved(at);
        let Some(pixmap) = self.layer.start(at, places.size) else {
            return;
        };
        let (unit, gap, height) = (extent.unit, GAP * extent.unit, places.size[1]);
        shape::ground(pixmap, places.size, height * 0.5, colour::PANEL);
        let plain = plain(unit);
        let baseline = height * 0.5 + plain.pixels * 0.36;
        for right in places.readings {
            separator(pixmap, right + gap, height, unit);
        }
        let x = places.readings[1] + 2.0 * gap;
        if about.inference.is_some() {
            let colour = if about.failures().is_empty() {
                colour::GREEN
            } else {
                colour::AMBER
            };
            let centre = [x + 5.0 * unit, height * 0.5];
            shape::disc(pixmap, centre, 5.0 * unit, colour);
        }
        text.draw(pixmap, &provider, x + DOT * unit, baseline, plain);
        if places.with_mode {
            let end = places.provider_end;
            separator(pixmap, end + gap, height, unit);
            text.draw(pixmap, &about.source.mode, end + 2.0 * gap, baseline, plain);
        }
        self.layer.keep_ground();
    }

    /// Whether the line covers a place of the window.
    pub(crate) fn covers(&self, at: [f32; 2]) -> bool {
        self.area.contains(at, 4.0)
    }

    /// Blends the line onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

impl Places {
    fn new(provider: &str, mode: &str, extent: Extent, text: &Text) -> Self {
        let unit = extent.unit;
        let (pixels, pad, gap) = (PIXELS * unit, PAD * unit, GAP * unit);
        // Fixed places keep the line from moving with every digit; there is room for a third one.
        let rate = 8.0 * unit + text.width("00 fps", Weight::SemiBold, pixels);
        let latency = 8.0 * unit + text.width("00 ms", Weight::SemiBold, pixels);
        let provider = text.width(provider, Weight::Regular, pixels);
        let mode_width = text.width(mode, Weight::Regular, pixels);
        let readings = [pad + rate, pad + rate + 2.0 * gap + latency];
        let provider_end = readings[1] + 2.0 * gap + DOT * unit + provider;
        let whole = provider_end + 2.0 * gap + mode_width + pad;
        let room = extent.width - 2.0 * extent.margin() - MARKS * unit;
        let with_mode = whole <= room && !mode.is_empty();
        let width = if with_mode { whole } else { provider_end + pad };
        Self {
            readings,
            provider_end,
            size: [width, TOP_ROW_HEIGHT * unit],
            with_mode,
        }
    }
}

fn plain(unit: f32) -> Style {
    style(Weight::Regular, PIXELS * unit, TEXT, Align::Left)
}

fn separator(pixmap: &mut Pixmap, x: f32, height: f32, unit: f32) {
    let area = Area {
        x: x - unit * 0.5,
        y: height * 0.3,
        width: unit,
        height: height * 0.4,
    };
    shape::rounded(pixmap, area, 0.0, colour::SEPARATOR);
}
