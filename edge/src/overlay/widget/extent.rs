//! The window's size and the scale of the design on it.

/// Size of the window in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Extent {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Window pixels per design pixel.
    pub(crate) unit: f32,
}

/// The window that the design was drawn for, long and short side.
const DESIGN: [f32; 2] = [1280.0, 720.0];

/// The smallest window, in design pixels, that everything has room on.
const NARROWEST: [f32; 2] = [600.0, 500.0];

/// Height of marks and status line, in design pixels.
pub(crate) const TOP_ROW_HEIGHT: f32 = 42.0;
/// Where pages may begin below marks and status line, in design pixels.
const BELOW_TOP_ROW: f32 = 70.0;
/// What is left of the window below the highest page.
const BELOW_PAGE: f32 = 8.0;

impl Extent {
    /// The extent of a window of `[width, height]` pixels.
    ///
    /// Above 1280x720 everything grows with the window, because large screens are viewed from further
    /// away. Below, text and targets shrink more slowly than the window, so that both stay usable.
    pub(crate) fn new(size: [usize; 2]) -> Self {
        let [width, height] = size.map(|side| side as f32);
        let ratio = (width.max(height) / DESIGN[0]).min(width.min(height) / DESIGN[1]);
        let unit = match ratio {
            ..0.5 => 1.6 * ratio,
            0.5..1.0 => 0.6 + 0.4 * ratio,
            _ => ratio,
        };
        Self {
            width,
            height,
            unit: unit.clamp(0.1, 4.0),
        }
    }

    /// The same window with text and targets `scale` times as large, as far as pages and panel then have room.
    pub(crate) fn scaled(self, scale: f32) -> Self {
        let room = (self.width / NARROWEST[0]).min(self.height / NARROWEST[1]);
        let unit = (self.unit * scale).min(room.max(self.unit));
        Self { unit, ..self }
    }

    /// Height of the highest page, in design pixels.
    pub(crate) fn page_room(&self) -> f32 {
        self.height / self.unit - BELOW_TOP_ROW - BELOW_PAGE
    }

    /// Upper edge of a page of this height, in design pixels: centred, but below the top row, whose marks may
    /// not be covered nor cover it.
    pub(crate) fn page_top(&self, high: f32) -> f32 {
        ((self.height / self.unit - high) * 0.5).max(BELOW_TOP_ROW)
    }

    /// Distance of everything from the window's edge, in window pixels.
    pub(crate) fn margin(&self) -> f32 {
        20.0 * self.unit
    }
}
