//! The marks that never fade: edited, before, recording.

use super::split_handle;
use crate::overlay::{
    language::labels::Labels,
    view::Content,
    widget::{
        colour,
        extent::{Extent, TOP_ROW_HEIGHT},
        layer::Layer,
        pill::Pill,
        text::Text,
    },
};

/// What has to be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marked {
    pub(crate) content: Content,
    /// Where split view changes from before to after, in window pixels.
    pub(crate) split_at: i32,
    /// Whether an edit is on screen, at least on the right.
    pub(crate) edited: bool,
    pub(crate) recording: bool,
}

/// The marks at the upper right, and in split view another one in the left half.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    main: Layer,
    left: Layer,
    recording: Layer,
    handle: Layer,
    drawn: Option<(Marked, Extent)>,
}

/// The mark of an edited picture, with this text.
pub(crate) fn edited(text: &str) -> Pill<'_> {
    Pill {
        text,
        ground: colour::ACCENT,
        dot: false,
    }
}

fn before(text: &str) -> Pill<'_> {
    Pill {
        text,
        ground: colour::BEFORE,
        dot: false,
    }
}

fn recording(text: &str) -> Pill<'_> {
    Pill {
        text,
        ground: colour::RED,
        dot: true,
    }
}

impl Marks {
    /// Redraws what changed. Returns whether anything did.
    pub(crate) fn draw(
        &mut self,
        marked: Marked,
        extent: Extent,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        if self.drawn == Some((marked, extent)) {
            return false;
        }
        self.drawn = Some((marked, extent));
        let (unit, margin) = (extent.unit, extent.margin());
        for layer in [
            &mut self.main,
            &mut self.left,
            &mut self.recording,
            &mut self.handle,
        ] {
            layer.hide();
        }
        let mut right = extent.width - margin;
        let main = match marked.content {
            Content::Before => Some(before(&labels.before)),
            Content::After | Content::Split => marked.edited.then(|| edited(&labels.edited)),
        };
        if let Some(pill) = main {
            let at = [right - pill.width(text, unit), margin];
            right = at[0] - 10.0 * unit;
            pill.draw(&mut self.main, text, at, unit);
        }
        if marked.recording {
            let pill = recording(&labels.recording);
            let at = [right - pill.width(text, unit), margin];
            pill.draw(&mut self.recording, text, at, unit);
        }
        if marked.content == Content::Split && marked.edited {
            let pill = before(&labels.before);
            // Beside the dividing line, below the status line.
            let at = [
                marked.split_at as f32 - pill.width(text, unit) - 14.0 * unit,
                margin + (TOP_ROW_HEIGHT + 12.0) * unit,
            ];
            pill.draw(&mut self.left, text, at, unit);
        }
        if marked.content == Content::Split {
            split_handle::draw(&mut self.handle, marked.split_at as f32, extent);
        }
        true
    }

    /// Has everything redrawn.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Blends the marks onto the window, always opaque.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        for layer in [&self.main, &self.left, &self.recording, &self.handle] {
            layer.blend(pixels, size, 256);
        }
    }
}
