//! Where things are on the help page.

use crate::overlay::widget::{area::Area, extent::Extent};

/// Distance of the content from the page's edge, in design pixels like all lengths here.
pub(super) const PAD: f32 = 36.0;
/// Height of the title.
pub(super) const TITLE: f32 = 76.0;
/// Height of the buttons.
pub(super) const BUTTON: f32 = 60.0;

/// Lengths that depend on the window, in design pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct HelpLayout {
    pub(super) width: f32,
    height: f32,
    columns: usize,
    rows_per_column: usize,
    row_height: f32,
}

impl HelpLayout {
    /// All but the height.
    pub(super) fn new(extent: Extent, rows: usize) -> Self {
        let [width, height] = [extent.width, extent.height].map(|side| side / extent.unit);
        let page = (width - 40.0).min(860.0);
        let columns = if page > 640.0 { 2 } else { 1 };
        Self {
            width: page,
            height: 0.0,
            columns,
            rows_per_column: rows.div_ceil(columns),
            row_height: if height < 660.0 { 36.0 } else { 42.0 },
        }
    }

    /// Sets the height for an about text of this height.
    pub(super) fn fit(&mut self, extent: Extent, about: f32) {
        let whole = TITLE + self.list() + 14.0 + about + 18.0 + BUTTON + 26.0;
        // A provider's reason can be long, but the buttons must stay on the screen.
        self.height = whole.min(extent.height / extent.unit - 24.0);
    }

    /// Height of the list of keys.
    pub(super) fn list(&self) -> f32 {
        self.rows_per_column as f32 * self.row_height
    }

    pub(super) fn column_width(&self) -> f32 {
        (self.width - 2.0 * PAD) / self.columns as f32
    }

    /// Upper left corner of a row.
    pub(super) fn row(&self, index: usize) -> [f32; 2] {
        let (column, row) = (index / self.rows_per_column, index % self.rows_per_column);
        [
            PAD + self.column_width() * column as f32,
            TITLE + self.row_height * row as f32,
        ]
    }

    /// Upper edge of the buttons.
    pub(super) fn bottom(&self) -> f32 {
        self.height - BUTTON - 26.0
    }

    /// The page on the window, in window pixels.
    pub(super) fn area(&self, extent: Extent) -> Area {
        let unit = extent.unit;
        Area {
            x: ((extent.width / unit - self.width) * 0.5 * unit).round(),
            y: (extent.page_top(self.height) * unit).round(),
            width: self.width * unit,
            height: self.height * unit,
        }
    }
}
