//! Where sliders and buttons go: side by side on wide windows, else sliders above buttons.

use super::{Button, Panel};
use crate::overlay::widget::{area::Area, extent::Extent};

/// Height of a slider with its texts, in design pixels like all lengths here.
const ROW: f32 = 84.0;
/// Height of a button.
const BUTTON: f32 = 76.0;
/// Width of a window from which sliders and buttons stand side by side.
const WIDE: f32 = 1100.0;
/// Distance of the panel from the window's edge.
const MARGIN: f32 = 20.0;
/// Distance of the content from the panel's edge.
const PAD: f32 = 20.0;
/// Distance between buttons.
const GAP: f32 = 8.0;
/// Width inside a panel from which sliders have room in two columns.
const TWO_COLUMNS: f32 = 480.0;
/// Distance between columns of sliders.
const COLUMN_GAP: f32 = 40.0;

/// Places on the panel, in design pixels.
#[derive(Debug, Clone, Copy)]
struct PanelLayout {
    size: [f32; 2],
    slider_columns: usize,
    slider_width: f32,
    sliders_top: f32,
    buttons_per_row: usize,
    button_width: f32,
    /// Upper left corner of the buttons.
    buttons: [f32; 2],
}

impl Panel {
    /// Places everything for a window of this size.
    pub(crate) fn arrange(&mut self, extent: Extent) {
        let unit = extent.unit;
        let layout = PanelLayout::new(extent.width / unit, self.sliders.len());
        for (index, slider) in self.sliders.iter_mut().enumerate() {
            slider.area = layout.slider(index).scaled(unit);
        }
        for (index, area) in self.buttons.iter_mut().enumerate() {
            *area = layout.button(index).scaled(unit);
        }
        let [width, height] = layout.size;
        self.unit = unit;
        self.area = Area {
            x: ((extent.width - width * unit) * 0.5).round(),
            y: (extent.height - (height + MARGIN) * unit).round(),
            width: width * unit,
            height: height * unit,
        };
        self.dirty = true;
    }
}

impl PanelLayout {
    /// For a window of this width and so many sliders.
    fn new(width: f32, sliders: usize) -> Self {
        let panel_width = (width - 2.0 * MARGIN).min(1240.0);
        let inner = panel_width - 2.0 * PAD;
        let is_wide = width >= WIDE;
        // A low panel leaves the mouth in view; beside two rows of buttons it is as low with two sliders in one column.
        let one_column = if is_wide { 2 } else { 1 };
        let slider_columns = if sliders > one_column && inner > TWO_COLUMNS {
            2
        } else {
            1
        };
        let sliders_height = sliders.div_ceil(slider_columns) as f32 * ROW;
        let layout = Self {
            size: [panel_width, 0.0],
            slider_columns,
            slider_width: 0.0,
            sliders_top: 0.0,
            buttons_per_row: Button::ALL.len(),
            button_width: 0.0,
            buttons: [PAD, 0.0],
        };
        if is_wide {
            layout.side_by_side(inner, sliders, sliders_height)
        } else {
            layout.stacked(inner, sliders_height)
        }
    }

    fn side_by_side(mut self, inner: f32, sliders: usize, sliders_height: f32) -> Self {
        if sliders > 1 {
            self.buttons_per_row = 4;
        }
        self.button_width = 88.0;
        let rows = Button::ALL.len().div_ceil(self.buttons_per_row);
        let buttons_width = self.buttons_per_row as f32 * (self.button_width + GAP) - GAP;
        let buttons_height = rows as f32 * (BUTTON + GAP) - GAP;
        let height = sliders_height.max(buttons_height) + 2.0 * 16.0;
        self.size[1] = height;
        self.sliders_top = (height - sliders_height) * 0.5;
        self.buttons = [
            self.size[0] - PAD - buttons_width,
            (height - buttons_height) * 0.5,
        ];
        self.with_sliders_in(inner - buttons_width - 40.0)
    }

    fn stacked(mut self, inner: f32, sliders_height: f32) -> Self {
        let all = Button::ALL.len();
        self.button_width = (inner - GAP * (all - 1) as f32) / all as f32;
        self.size[1] = sliders_height + BUTTON + 3.0 * 14.0;
        self.sliders_top = 14.0;
        self.buttons[1] = 28.0 + sliders_height;
        self.with_sliders_in(inner)
    }

    /// Divides a width among the columns of sliders.
    fn with_sliders_in(mut self, width: f32) -> Self {
        let columns = self.slider_columns as f32;
        self.slider_width = (width - COLUMN_GAP * (columns - 1.0)) / columns - 12.0;
        self
    }

    fn slider(&self, index: usize) -> Area {
        let column = (index % self.slider_columns) as f32;
        let row = (index / self.slider_columns) as f32;
        Area {
            x: PAD + 6.0 + column * (self.slider_width + COLUMN_GAP),
            y: self.sliders_top + ROW * row,
            width: self.slider_width,
            height: ROW,
        }
    }

    fn button(&self, index: usize) -> Area {
        let column = (index % self.buttons_per_row) as f32;
        let row = (index / self.buttons_per_row) as f32;
        let [left, top] = self.buttons;
        Area {
            x: left + column * (self.button_width + GAP),
            y: top + row * (BUTTON + GAP),
            width: self.button_width,
            height: BUTTON,
        }
    }
}
