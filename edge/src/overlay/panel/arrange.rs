//! Where sliders and buttons go.

use super::{Button, Panel};
use crate::overlay::{extent::Extent, shape::Area};

/// Height of a slider with its texts, in design pixels.
const ROW: f32 = 84.0;
/// Height of a button.
const BUTTON: f32 = 76.0;
/// Width that a window must have for sliders and buttons side by side.
const WIDE: f32 = 1100.0;

impl Panel {
    /// Places everything for a window of this size.
    pub fn arrange(&mut self, extent: Extent) {
        let unit = extent.unit;
        let width = extent.width / unit;
        let (margin, pad, gap) = (20.0, 20.0, 8.0);
        let count = self.sliders.len();
        let all = Button::ALL.len();
        // All in design pixels first, relative to the panel.
        let panel_width = (width - 2.0 * margin).min(1240.0);
        let inner = panel_width - 2.0 * pad;
        let wide = width >= WIDE;
        let per_row = if wide && count > 1 { 4 } else { all };
        let button_width = if wide {
            88.0
        } else {
            (inner - gap * (all - 1) as f32) / all as f32
        };
        let button_rows = all.div_ceil(per_row);
        let columns = if count > 2 && inner > 560.0 { 2 } else { 1 };
        let rows = count.div_ceil(columns);
        let buttons_width = per_row as f32 * (button_width + gap) - gap;
        let buttons_height = button_rows as f32 * (BUTTON + gap) - gap;
        let sliders_height = rows as f32 * ROW;
        let (sliders_width, panel_height) = if wide {
            let height = sliders_height.max(buttons_height) + 2.0 * 16.0;
            (inner - buttons_width - 40.0, height)
        } else {
            (inner, sliders_height + buttons_height + 3.0 * 14.0)
        };
        let (sliders_top, buttons_left, buttons_top) = if wide {
            let top = (panel_height - sliders_height) * 0.5;
            let buttons_top = (panel_height - buttons_height) * 0.5;
            (top, panel_width - pad - buttons_width, buttons_top)
        } else {
            (14.0, pad, 28.0 + sliders_height)
        };
        let scaled = |x: f32, y: f32, width: f32, height: f32| Area {
            x: x * unit,
            y: y * unit,
            width: width * unit,
            height: height * unit,
        };
        let column_gap = 40.0;
        let slider_width =
            (sliders_width - column_gap * (columns - 1) as f32) / columns as f32 - 12.0;
        for (index, slider) in self.sliders.iter_mut().enumerate() {
            let (column, row) = ((index % columns) as f32, (index / columns) as f32);
            let x = pad + 6.0 + column * (slider_width + column_gap);
            slider.area = scaled(x, sliders_top + ROW * row, slider_width, ROW);
        }
        for (index, area) in self.buttons.iter_mut().enumerate() {
            let (column, row) = ((index % per_row) as f32, (index / per_row) as f32);
            let x = buttons_left + column * (button_width + gap);
            *area = scaled(x, buttons_top + row * (BUTTON + gap), button_width, BUTTON);
        }
        self.unit = unit;
        self.area = Area {
            x: ((extent.width - panel_width * unit) * 0.5).round(),
            y: (extent.height - (panel_height + margin) * unit).round(),
            width: panel_width * unit,
            height: panel_height * unit,
        };
        self.dirty = true;
    }
}
