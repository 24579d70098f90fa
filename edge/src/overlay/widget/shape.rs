//! Rounded rectangles, circles and paths, filled and outlined.

use super::{
    area::Area,
    colour::{self, Colour},
};
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder,
    Pixmap, Point, Rect, SpreadMode, Stroke, Transform,
};

/// Fills a rectangle with round corners.
pub(crate) fn rounded(pixmap: &mut Pixmap, area: Area, radius: f32, colour: Colour) {
    if let Some(path) = rounded_path(area, radius) {
        filled(pixmap, &path, colour);
    }
}

/// Fills a rectangle with round corners with the accent's gradient, which runs from `left` to `right`.
pub(crate) fn gradient(pixmap: &mut Pixmap, area: Area, radius: f32, [left, right]: [f32; 2]) {
    let Some(path) = rounded_path(area, radius) else {
        return;
    };
    if let Some(paint) = gradient_paint([left, 0.0], [right, 0.0]) {
        fill(pixmap, &path, &paint);
    }
}

/// The background of panels and pills: translucent, with a thin light edge.
pub(crate) fn ground(pixmap: &mut Pixmap, size: [f32; 2], radius: f32, colour: Colour) {
    rounded(pixmap, Area::sized(size), radius, colour);
    outlined(pixmap, Area::sized(size), radius, 1.0, colour::OUTLINE);
}

/// Draws the outline of a rectangle with round corners, inside it.
pub(crate) fn outlined(pixmap: &mut Pixmap, area: Area, radius: f32, width: f32, colour: Colour) {
    let inner = Area {
        x: area.x + width * 0.5,
        y: area.y + width * 0.5,
        width: area.width - width,
        height: area.height - width,
    };
    if let Some(path) = rounded_path(inner, radius - width * 0.5) {
        let stroke = Stroke {
            width,
            ..Stroke::default()
        };
        pixmap.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
    }
}

/// The ring around what the keyboard's focus is on, dark and light, so that it shows on any colour.
pub(crate) fn focus(pixmap: &mut Pixmap, area: Area, radius: f32, unit: f32) {
    outlined(pixmap, area, radius, 5.0 * unit, colour::FOCUS_EDGE);
    outlined(pixmap, area, radius, 3.0 * unit, colour::FOCUS);
}

/// Fills a circle.
pub(crate) fn disc(pixmap: &mut Pixmap, [x, y]: [f32; 2], radius: f32, colour: Colour) {
    if let Some(path) = PathBuilder::from_circle(x, y, radius) {
        filled(pixmap, &path, colour);
    }
}

/// Draws a line with round ends along a path.
pub(crate) fn line(pixmap: &mut Pixmap, path: &Path, width: f32, colour: Colour) {
    let stroke = round_stroke(width);
    pixmap.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
}

/// Draws a line along a path with the accent's gradient between two points.
pub(crate) fn gradient_line(
    pixmap: &mut Pixmap,
    path: &Path,
    width: f32,
    from: [f32; 2],
    to: [f32; 2],
) {
    if let Some(paint) = gradient_paint(from, to) {
        let stroke = round_stroke(width);
        pixmap.stroke_path(path, &paint, &stroke, Transform::identity(), None);
    }
}

/// Fills a path.
pub(crate) fn filled(pixmap: &mut Pixmap, path: &Path, colour: Colour) {
    fill(pixmap, path, &paint(colour));
}

fn fill(pixmap: &mut Pixmap, path: &Path, paint: &Paint<'_>) {
    let (rule, in_place) = (FillRule::Winding, Transform::identity());
    pixmap.fill_path(path, paint, rule, in_place, None);
}

fn paint([red, green, blue, alpha]: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, alpha);
    paint.anti_alias = true;
    paint
}

fn gradient_paint(from: [f32; 2], to: [f32; 2]) -> Option<Paint<'static>> {
    let stop = |at, [red, green, blue, alpha]: Colour| {
        GradientStop::new(at, Color::from_rgba8(red, green, blue, alpha))
    };
    let [from, to] = [from, to].map(|[x, y]| Point::from_xy(x, y));
    let [first, last] = colour::GRADIENT;
    let stops = vec![stop(0.0, first), stop(1.0, last)];
    let (pad, in_place) = (SpreadMode::Pad, Transform::identity());
    Some(Paint {
        shader: LinearGradient::new(from, to, stops, pad, in_place)?,
        anti_alias: true,
        ..Paint::default()
    })
}

fn round_stroke(width: f32) -> Stroke {
    Stroke {
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

fn rounded_path(area: Area, radius: f32) -> Option<Path> {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    let radius = radius.min(width * 0.5).min(height * 0.5);
    if radius <= 0.0 {
        return Some(PathBuilder::from_rect(Rect::from_xywh(
            x, y, width, height,
        )?));
    }
    let (right, bottom) = (x + width, y + height);
    // Distance of a cubic's control points that makes a quarter circle.
    let k = radius * (1.0 - 0.552_285);
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.cubic_to(right - k, y, right, y + k, right, y + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - k, right - k, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.cubic_to(x + k, bottom, x, bottom - k, x, bottom - radius);
    path.line_to(x, y + radius);
    path.cubic_to(x, y + k, x + k, y, x + radius, y);
    path.close();
    path.finish()
}
