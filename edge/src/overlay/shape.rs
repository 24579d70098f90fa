//! Rounded rectangles, circles and colours of the overlay.

use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder,
    Pixmap, Point, Rect, SpreadMode, Stroke, Transform,
};

/// RGB and opacity, 0..=255.
pub type Colour = [u8; 4];

/// Ground of panels.
pub const PANEL: Colour = [14, 17, 24, 206];
/// Ground of cards that are read for longer.
pub const CARD: Colour = [14, 17, 24, 236];
/// Thin line around panels.
pub const OUTLINE: Colour = [255, 255, 255, 36];
/// Text.
pub const WHITE: Colour = [255, 255, 255, 255];
/// Secondary text.
pub const FAINT: Colour = [255, 255, 255, 168];
/// The one accent.
pub const ACCENT: Colour = [112, 120, 255, 255];
/// Text in the accent's hue, light enough to be read on panels.
pub const ACCENT_TEXT: Colour = [172, 184, 255, 255];
/// Text on the accent.
pub const ON_ACCENT: Colour = [255, 255, 255, 255];
/// Grooves of sliders.
pub const GROOVE: Colour = [255, 255, 255, 46];
/// Quiet buttons.
pub const QUIET: Colour = [255, 255, 255, 28];
/// Something needs attention: a slower provider than hoped for, a camera that is away.
pub const AMBER: Colour = [255, 190, 60, 255];
/// All is well.
pub const GREEN: Colour = [94, 214, 140, 255];
/// A recording runs.
pub const RED: Colour = [232, 52, 60, 255];
/// Ends of the accent's gradient.
const GRADIENT: [Colour; 2] = [[70, 130, 255, 255], [190, 90, 255, 255]];

/// A rectangle in pixels: left, top, width, height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Whether a point lies inside, with `margin` pixels to spare around: fingers are wide.
    #[must_use]
    pub fn contains(&self, [x, y]: [f32; 2], margin: f32) -> bool {
        (self.x - margin..self.x + self.width + margin).contains(&x)
            && (self.y - margin..self.y + self.height + margin).contains(&y)
    }

    /// A rectangle of this size at the origin.
    #[must_use]
    pub fn sized([width, height]: [f32; 2]) -> Self {
        Self {
            width,
            height,
            ..Self::default()
        }
    }

    /// The middle.
    #[must_use]
    pub fn middle(&self) -> [f32; 2] {
        [self.x + self.width * 0.5, self.y + self.height * 0.5]
    }

    /// Moved by an offset.
    #[must_use]
    pub fn moved(self, [x, y]: [f32; 2]) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }
}

/// Fills a rectangle with round corners.
pub fn rounded(pixmap: &mut Pixmap, area: Area, radius: f32, colour: Colour) {
    if let Some(path) = rounded_path(area, radius) {
        let paint = paint(colour);
        pixmap.fill_path(
            &path,
            &paint,
            FillRule::Winding,
            Transform::identity(),
            None,
        );
    }
}

/// Fills a rectangle with round corners with the accent's gradient, which runs from `from` to `to`.
pub fn gradient(pixmap: &mut Pixmap, area: Area, radius: f32, [from, to]: [f32; 2]) {
    let Some(path) = rounded_path(area, radius) else {
        return;
    };
    if let Some(paint) = gradient_paint([from, 0.0], [to, 0.0]) {
        let (rule, still) = (FillRule::Winding, Transform::identity());
        pixmap.fill_path(&path, &paint, rule, still, None);
    }
}

/// Draws a line along a path with the accent's gradient between two points.
pub fn gradient_line(pixmap: &mut Pixmap, path: &Path, width: f32, from: [f32; 2], to: [f32; 2]) {
    if let Some(paint) = gradient_paint(from, to) {
        pixmap.stroke_path(path, &paint, &pen(width), Transform::identity(), None);
    }
}

fn gradient_paint(from: [f32; 2], to: [f32; 2]) -> Option<Paint<'static>> {
    let stop = |at, [red, green, blue, alpha]: Colour| {
        GradientStop::new(at, Color::from_rgba8(red, green, blue, alpha))
    };
    let [from, to] = [from, to].map(|[x, y]| Point::from_xy(x, y));
    let stops = vec![stop(0.0, GRADIENT[0]), stop(1.0, GRADIENT[1])];
    let (pad, still) = (SpreadMode::Pad, Transform::identity());
    Some(Paint {
        shader: LinearGradient::new(from, to, stops, pad, still)?,
        anti_alias: true,
        ..Paint::default()
    })
}

/// Draws a line along a path.
pub fn line(pixmap: &mut Pixmap, path: &Path, width: f32, colour: Colour) {
    let paint = paint(colour);
    pixmap.stroke_path(path, &paint, &pen(width), Transform::identity(), None);
}

/// Fills a path.
pub fn filled(pixmap: &mut Pixmap, path: &Path, colour: Colour) {
    let (rule, still) = (FillRule::Winding, Transform::identity());
    pixmap.fill_path(path, &paint(colour), rule, still, None);
}

fn pen(width: f32) -> Stroke {
    Stroke {
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

/// The ground of panels and chips: translucent, with a thin light edge.
pub fn ground(pixmap: &mut Pixmap, size: [f32; 2], radius: f32, colour: Colour) {
    rounded(pixmap, Area::sized(size), radius, colour);
    outlined(pixmap, Area::sized(size), radius, 1.0, OUTLINE);
}

/// Draws the outline of a rectangle with round corners, inside it.
pub fn outlined(pixmap: &mut Pixmap, area: Area, radius: f32, width: f32, colour: Colour) {
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
        let paint = paint(colour);
        pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}

/// Fills a circle.
pub fn disc(pixmap: &mut Pixmap, [x, y]: [f32; 2], radius: f32, colour: Colour) {
    if let Some(path) = PathBuilder::from_circle(x, y, radius) {
        let paint = paint(colour);
        pixmap.fill_path(
            &path,
            &paint,
            FillRule::Winding,
            Transform::identity(),
            None,
        );
    }
}

fn paint([red, green, blue, alpha]: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, alpha);
    paint.anti_alias = true;
    paint
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
