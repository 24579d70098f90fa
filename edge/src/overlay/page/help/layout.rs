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
    pub(super) fn new(extent: Extent, rows: usize) -> Self {
        let [width, height] = [extent.width, extent.height].map(|side| side / extent.unit);
        let page = (width - 40.0).min(860.0);
        let columns = if page > 560.0 { 2 } else { 1 };
        let rows_per_column = rows.div_ceil(columns);
        let room = (height - 24.0 - TITLE - BUTTON - 44.0) / rows_per_column as f32;
        let row_height = room.clamp(43.0, 60.0);
        Self {
            width: page,
            height: TITLE + rows_per_column as f32 * row_height + 18.0 + BUTTON + 26.0,
            columns,
            rows_per_column,
            row_height,
        }
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
