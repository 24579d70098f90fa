//! The handle on the dividing line of split view: a finger drags it to the face.

use crate::overlay::widget::{colour, extent::Extent, layer::Layer, shape};
use tiny_skia::PathBuilder;

/// Radius, in design pixels like all lengths here.
const RADIUS: f32 = 19.0;
/// Height of its middle, as a share of the window's.
const HEIGHT: f32 = 0.33;
/// How far beside the line a finger may be.
const REACH: f32 = 30.0;

/// Draws the handle as the whole content of `layer`, for a line at `x` window pixels.
pub(super) fn draw(layer: &mut Layer, x: f32, extent: Extent) {
    let unit = extent.unit;
    let side = 2.0 * (RADIUS + 1.0) * unit;
    let at = [x - 0.5 * side, HEIGHT * extent.height - 0.5 * side];
    let Some(pixmap) = layer.start(at, [side; 2]) else {
        return;
    };
    let middle = [0.5 * side; 2];
    shape::disc(pixmap, middle, RADIUS * unit, colour::WHITE);
    for direction in [-1.0, 1.0] {
        let point = |along: f32, down: f32| {
            let [x, y] = middle;
            (x + direction * along * unit, y + down * unit)
        };
        let mut arrow = PathBuilder::new();
        let ((a, b), (c, d), (e, f)) = (point(12.0, 0.0), point(5.0, -7.0), point(5.0, 7.0));
        arrow.move_to(a, b);
        arrow.line_to(c, d);
        arrow.line_to(e, f);
        arrow.close();
        if let Some(path) = arrow.finish() {
            shape::filled(pixmap, &path, colour::ACCENT);
        }
    }
}

/// Whether a finger at `x` is on the line at `line`, both in window pixels.
pub(in crate::overlay) fn is_touched(x: f32, line: f32, extent: Extent) -> bool {
    (x - line).abs() <= REACH * extent.unit
}
