//! All that is drawn over the picture.

use crate::overlay::{
    page::{
        attract::Attract, dialog::Dialog, marks::Marks, message::Messages, panel::Panel,
        status_line::StatusLine,
    },
    widget::{extent::Extent, text::Text},
};

/// All that is drawn over the picture, with what drawing needs.
pub(in crate::overlay) struct Layers {
    pub(in crate::overlay) text: Text,
    /// Size of the window that everything is laid out for.
    pub(in crate::overlay) extent: Extent,
    pub(in crate::overlay) panel: Panel,
    pub(in crate::overlay) status_line: StatusLine,
    pub(in crate::overlay) marks: Marks,
    pub(in crate::overlay) messages: Messages,
    pub(in crate::overlay) attract: Attract,
    pub(in crate::overlay) dialog: Dialog,
}

impl Layers {
    pub(in crate::overlay) fn new(text: Text, panel: Panel) -> Self {
        Self {
            text,
            extent: Extent::default(),
            panel,
            status_line: StatusLine::default(),
            marks: Marks::default(),
            messages: Messages::default(),
            attract: Attract::default(),
            dialog: Dialog::default(),
        }
    }

    /// Lays everything out for a window of `size` pixels, text and targets `scale` times as large. Returns
    /// whether that is another size.
    pub(in crate::overlay) fn resize(&mut self, size: [usize; 2], scale: f32) -> bool {
        let extent = Extent::new(size).scaled(scale);
        if self.extent == extent {
            return false;
        }
        self.extent = extent;
        self.panel.arrange(extent);
        self.redraw();
        true
    }

    /// Has everything redrawn.
    pub(in crate::overlay) fn redraw(&mut self) {
        self.panel.redraw();
        self.status_line.redraw();
        self.marks.redraw();
        self.messages.redraw();
        self.attract.redraw();
        self.dialog.redraw();
    }
}
