//! Rounded rectangles, circles and colours of the overlay.

use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

/// RGB and opacity, 0..=255.
pub type Colour = [u8; 4];

/// Ground of panels.
pub const PANEL: Colour = [16, 18, 24, 196];
/// Thin line around panels.
pub const OUTLINE: Colour = [255, 255, 255, 34];
/// Text.
pub const WHITE: Colour = [255, 255, 255, 255];
/// Secondary text.
pub const FAINT: Colour = [255, 255, 255, 158];
/// The one accent.
pub const ACCENT: Colour = [255, 176, 66, 255];
/// Text on the accent.
pub const ON_ACCENT: Colour = [40, 24, 0, 255];
/// Grooves of sliders and quiet buttons.
pub const GROOVE: Colour = [255, 255, 255, 40];

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
