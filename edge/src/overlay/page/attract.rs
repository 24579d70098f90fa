//! The screen while nobody is there: an invitation, and what the mirror promises.

use crate::overlay::{
    language::labels::Labels,
    widget::{
        colour,
        extent::Extent,
        icon::{self, Icon},
        layer::Layer,
        paragraph::Paragraph,
        shape,
        text::{Align, Text, Weight, style},
    },
};
use tiny_skia::{PathBuilder, Pixmap};

/// The invitation in the middle and the promise at the bottom.
#[derive(Debug, Default)]
pub(crate) struct Attract {
    invitation: Layer,
    promise: Layer,
    drawn: Option<Extent>,
}

impl Attract {
    /// Redraws for another extent; `recording` changes what can be promised. Returns whether anything
    /// changed.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        recording: bool,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        if self.drawn == Some(extent) {
            return false;
        }
        self.drawn = Some(extent);
        self.draw_invitation(extent, text, labels);
        self.draw_promise(extent, recording, text, labels);
        true
    }

    /// Has everything redrawn.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Blends both onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.invitation.blend(pixels, size, opacity);
        self.promise.blend(pixels, size, opacity);
    }

    fn draw_invitation(&mut self, extent: Extent, text: &mut Text, labels: &Labels) {
        let unit = extent.unit;
        let room = extent.width - 2.0 * extent.margin();
        let title = &labels.attract_title;
        let big = text.fitting(title, Weight::SemiBold, 68.0 * unit, room);
        let small = text.fitting(&labels.attract_hint, Weight::Regular, 30.0 * unit, room);
        let (ring, height) = (62.0 * unit, 330.0 * unit);
        let size = [room, height];
        let at = [extent.margin(), (extent.height - height) * 0.40];
        let Some(pixmap) = self.invitation.start(at, size) else {
            return;
        };
        let middle = room * 0.5;
        let centre = [middle, ring + 8.0 * unit];
        draw_face(pixmap, centre, ring, unit);
        let baseline = 2.0 * ring + 90.0 * unit;
        let ink = style(Weight::SemiBold, big, colour::WHITE, Align::Centre);
        let shadow = style(Weight::SemiBold, big, [0, 0, 0, 110], Align::Centre);
        text.draw(pixmap, title, middle, baseline + 2.0 * unit, shadow);
        text.draw(pixmap, title, middle, baseline, ink);
        let ink = style(Weight::Regular, small, [255, 255, 255, 230], Align::Centre);
        let y = baseline + 54.0 * unit;
        text.draw(pixmap, &labels.attract_hint, middle, y, ink);
    }

    fn draw_promise(&mut self, extent: Extent, recording: bool, text: &mut Text, labels: &Labels) {
        let (promise, icon, colour) = if recording {
            (&labels.promise_recording, Icon::Warning, colour::RED)
        } else {
            (&labels.promise, Icon::Shield, colour::GREEN)
        };
        let unit = extent.unit;
        let most = (extent.width - 2.0 * extent.margin()).min(900.0 * unit);
        let (left, pad) = (72.0 * unit, 28.0 * unit);
        let ink = style(Weight::Regular, 20.0 * unit, colour::WHITE, Align::Left);
        let promise = Paragraph::new(text, promise, ink, most - left - pad);
        let width = left + promise.width(text, ink) + pad;
        let height = (promise.height(ink) + 34.0 * unit).max(68.0 * unit);
        let at = [
            (extent.width - width) * 0.5,
            extent.height - 2.0 * extent.margin() - height,
        ];
        let size = [width, height];
        let Some(pixmap) = self.promise.start(at, size) else {
            return;
        };
        shape::ground(pixmap, size, 24.0 * unit, colour::PANEL);
        let centre = [left * 0.55, height * 0.5];
        icon::draw(pixmap, icon, centre, 32.0 * unit, colour);
        let top = (height - promise.height(ink)) * 0.5;
        promise.draw(pixmap, text, [left, top], ink);
    }
}

/// A smiling face in a ring of this radius.
fn draw_face(pixmap: &mut Pixmap, centre: [f32; 2], ring: f32, unit: f32) {
    let [middle, y] = centre;
    let line = 7.0 * unit;
    shape::disc(pixmap, centre, ring, colour::SHADE);
    if let Some(circle) = PathBuilder::from_circle(middle, y, ring) {
        let (from, to) = ([middle - ring, 0.0], [middle + ring, 0.0]);
        shape::gradient_line(pixmap, &circle, line, from, to);
    }
    for side in [-1.0, 1.0] {
        let eye = [middle + side * 21.0 * unit, y - 16.0 * unit];
        shape::disc(pixmap, eye, 5.5 * unit, colour::WHITE);
    }
    if let Some(mouth) = icon::mouth([middle, y + 18.0 * unit], 62.0 * unit) {
        shape::line(pixmap, &mouth, line, colour::WHITE);
    }
}
