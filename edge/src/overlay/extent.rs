//! The window's size, and how big a design pixel is on it.

/// Size of the window in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Extent {
    /// Width in pixels.
    pub width: f32,
    /// Height in pixels.
    pub height: f32,
    /// Pixels per design pixel.
    pub unit: f32,
}

/// The window that the design was drawn for, long and short side.
const DESIGN: [f32; 2] = [1280.0, 720.0];

/// Lower edge of marks and status line, in design pixels.
const TOP_ROW: f32 = 70.0;

impl Extent {
    /// Of a window of `[width, height]` pixels.
    ///
    /// Above 1280x720 everything grows with the window: big screens are looked at from further away.
    /// Below, text and targets shrink more slowly than the window, so that both stay usable.
    #[must_use]
    pub fn new(size: [usize; 2]) -> Self {
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

    /// Upper edge of a page of this height, in design pixels: in the middle, but where there is room
    /// below the top row.
    #[must_use]
    pub fn page_top(&self, high: f32) -> f32 {
        let height = self.height / self.unit;
        let below = TOP_ROW.min(height - high - 4.0);
        ((height - high) * 0.5).max(below).max(4.0)
    }

    /// Distance of everything from the window's edge, in pixels.
    #[must_use]
    pub fn margin(&self) -> f32 {
        20.0 * self.unit
    }
}
