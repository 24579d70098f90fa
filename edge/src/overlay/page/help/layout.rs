//! Where things are on the help page.

use crate::overlay::{
    page::frame::{FOOT, PAD, PageFrame, TITLE},
    widget::extent::Extent,
};

/// Lengths that depend on the window, in design pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct HelpLayout {
    pub(super) frame: PageFrame,
    columns: usize,
    rows_per_column: usize,
    row_height: f32,
}

impl HelpLayout {
    pub(super) fn new(extent: Extent, rows: usize) -> Self {
        let columns = if PageFrame::width(extent) > 560.0 {
            2
        } else {
            1
        };
        let rows_per_column = rows.div_ceil(columns);
        let room = (extent.page_room() - TITLE - FOOT) / rows_per_column as f32;
        let row_height = room.clamp(43.0, 60.0);
        let height = TITLE + rows_per_column as f32 * row_height + FOOT;
        Self {
            frame: PageFrame::new(extent, height),
            columns,
            rows_per_column,
            row_height,
        }
    }

    pub(super) fn column_width(&self) -> f32 {
        self.frame.inner() / self.columns as f32
    }

    /// Upper left corner of a row.
    pub(super) fn row(&self, index: usize) -> [f32; 2] {
        let (column, row) = (index / self.rows_per_column, index % self.rows_per_column);
        [
            PAD + self.column_width() * column as f32,
            TITLE + self.row_height * row as f32,
        ]
    }
}
