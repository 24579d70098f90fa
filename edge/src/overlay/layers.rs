//! All that is drawn over the picture.

use super::{
    page::{
        attract::Attract, dialog::Dialog, marks::Marks, message::Messages, panel::Panel,
        status_line::StatusLine,
    },
    widget::{extent::Extent, text::Text},
};

/// All that is drawn over the picture, with what drawing needs.
pub(super) struct Layers {
    pub(super) text: Text,
    /// Size of the window that everything is laid out for.
    pub(super) extent: Extent,
    pub(super) panel: Panel,
    pub(super) status_line: StatusLine,
    pub(super) marks: Marks,
    pub(super) messages: Messages,
    pub(super) attract: Attract,
    pub(super) dialog: Dialog,
}

impl Layers {
    pub(super) fn new(text: Text, panel: Panel) -> Self {
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

    /// Lays everything out for a window of `size` pixels. Returns whether that is another size.
    pub(super) fn resize(&mut self, size: [usize; 2]) -> bool {
        let extent = Extent::new(size);
        if self.extent == extent {
            return false;
        }
        self.extent = extent;
        self.panel.arrange(extent);
        self.redraw();
        true
    }

    /// Has everything redrawn.
    pub(super) fn redraw(&mut self) {
        self.panel.redraw();
        self.status_line.redraw();
        self.marks.redraw();
        self.messages.redraw();
        self.attract.redraw();
        self.dialog.redraw();
    }
}
