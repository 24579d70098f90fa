//! The status line: rate, latency, provider, camera mode.

use super::{
    About,
    extent::Extent,
    layer::Layer,
    shape::{self, Area},
    text::{Align, Text, Weight, style},
};
use std::fmt::Write;
use tiny_skia::Pixmap;

/// What is measured while the mirror runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// Pictures shown per second.
    pub frames_per_second: u32,
    /// Mean time from a picture's capture to its showing, in milliseconds.
    pub latency_millis: u32,
}

/// The status line at the upper left.
#[derive(Debug, Default)]
pub struct Chips {
    layer: Layer,
    line: String,
    drawn: Option<(Readings, Extent)>,
    /// Right ends of the two readings and the line's size.
    slots: [f32; 2],
    size: [f32; 2],
}

const PIXELS: f32 = 17.0;
const PAD: f32 = 14.0;
const GAP: f32 = 14.0;
/// Height of everything in the top row, in design pixels.
pub const HEIGHT: f32 = 42.0;

impl Chips {
    /// Redraws the readings if they changed; allocates only for another size of the window. Returns
    /// whether anything changed.
    pub fn draw(
        &mut self,
        readings: Readings,
        about: &About,
        extent: Extent,
        text: &mut Text,
    ) -> bool {
        if self.drawn == Some((readings, extent)) {
            return false;
        }
        if self.drawn.is_none_or(|(_, drawn)| drawn != extent) {
            self.draw_ground(about, extent, text);
        }
        self.drawn = Some((readings, extent));
        let Some(pixmap) = self.layer.restart() else {
            return true;
        };
        let pixels = PIXELS * extent.unit;
        let baseline = self.size[1] * 0.5 + pixels * 0.36;
        let values = [
            (readings.frames_per_second, "fps"),
            (readings.latency_millis, "ms"),
        ];
        for ((value, unit), right) in values.into_iter().zip(self.slots) {
            self.line.clear();
            // Writing into a string cannot fail.
            let _ = write!(self.line, "{value} {unit}");
            let white = style(Weight::SemiBold, pixels, shape::WHITE, Align::Right);
            text.draw(pixmap, &self.line, right, baseline, white);
        }
        true
    }

    /// Has everything redrawn.
    pub fn redraw(&mut self) {
        self.drawn = None;
    }

    fn draw_ground(&mut self, about: &About, extent: Extent, text: &mut Text) {
        let unit = extent.unit;
        let (pixels, pad, gap) = (PIXELS * unit, PAD * unit, GAP * unit);
        let height = HEIGHT * unit;
        // Fixed places keep the line from breathing with every digit; there is room for a third one.
        let rate = 8.0 * unit + text.width("00 fps", Weight::SemiBold, pixels);
        let latency = 8.0 * unit + text.width("00 ms", Weight::SemiBold, pixels);
        let provider = text.width(&about.provider, Weight::Regular, pixels);
        let mode = about.mode();
        let mode_width = text.width(mode, Weight::Regular, pixels);
        let dot = 18.0 * unit;
        self.slots = [pad + rate, pad + rate + 2.0 * gap + latency];
        let provider_end = self.slots[1] + 2.0 * gap + dot + provider;
        let whole = provider_end + 2.0 * gap + mode_width + pad;
        // The mark at the other end comes first.
        let room = extent.width - 2.0 * extent.margin() - 190.0 * unit;
        let with_mode = whole <= room && !mode.is_empty();
        let width = if with_mode { whole } else { provider_end + pad };
        self.size = [width, height];
        let at = [extent.margin(); 2];
        let Some(pixmap) = self.layer.start(at, self.size) else {
            return;
        };
        shape::ground(pixmap, self.size, height * 0.5, shape::PANEL);
        let baseline = height * 0.5 + pixels * 0.36;
        let plain = style(Weight::Regular, pixels, [255, 255, 255, 224], Align::Left);
        for slot in self.slots {
            separator(pixmap, slot + gap, height, unit);
        }
        let x = self.slots[1] + 2.0 * gap;
        // Until the model is open there is nothing to say about it.
        let known = !about.provider.is_empty();
        let colour = if about.failures.is_empty() {
            shape::GREEN
        } else {
            shape::AMBER
        };
        let centre = [x + 5.0 * unit, height * 0.5];
        if known {
            shape::disc(pixmap, centre, 5.0 * unit, colour);
        }
        text.draw(pixmap, &about.provider, x + dot, baseline, plain);
        if with_mode {
            separator(pixmap, provider_end + gap, height, unit);
            text.draw(pixmap, mode, provider_end + 2.0 * gap, baseline, plain);
        }
        self.layer.keep_ground();
    }

    /// Blends it onto the window.
    pub fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

fn separator(pixmap: &mut Pixmap, x: f32, height: f32, unit: f32) {
    let area = Area {
        x: x - unit * 0.5,
        y: height * 0.3,
        width: unit,
        height: height * 0.4,
    };
    shape::rounded(pixmap, area, 0.0, [255, 255, 255, 60]);
}
