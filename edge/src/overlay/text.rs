//! Text in Inter, drawn into pixmaps.

use crate::error::EdgeError;
use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont};
use std::collections::HashMap;
use tiny_skia::{Pixmap, PremultipliedColorU8};

const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");

/// Weight of the strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For values and hints.
    Regular,
    /// For titles and labels.
    SemiBold,
}

/// Where a line stands relative to its `x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `x` is its left end.
    Left,
    /// `x` is its middle.
    Centre,
    /// `x` is its right end.
    Right,
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Weight of the strokes.
    pub weight: Weight,
    /// Size in pixels.
    pub pixels: f32,
    /// RGB and opacity, 0..=255.
    pub colour: [u8; 4],
    /// Alignment.
    pub align: Align,
}

/// The fonts, and the glyphs drawn so far.
pub struct Text {
    regular: FontRef<'static>,
    semi_bold: FontRef<'static>,
    glyphs: HashMap<(Weight, u32, u16), Coverage>,
}

struct Coverage {
    left: i32,
    top: i32,
    width: usize,
    values: Vec<u8>,
}

/// Glyphs kept; a screen uses about 100, and a resized window must not grow the rest.
const KEPT_GLYPHS: usize = 2000;

impl Text {
    /// Reads the built-in fonts.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the program was built with broken fonts.
    pub fn new() -> Result<Self, EdgeError> {
        let read = |bytes| {
            FontRef::try_from_slice(bytes)
                .map_err(|error| EdgeError::Internal(format!("font: {error}")))
        };
        Ok(Self {
            regular: read(REGULAR)?,
            semi_bold: read(SEMI_BOLD)?,
            glyphs: HashMap::new(),
        })
    }

    fn font(&self, weight: Weight) -> &FontRef<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }

    /// Width of a line in pixels.
    #[must_use]
    pub fn width(&self, line: &str, weight: Weight, pixels: f32) -> f32 {
        let font = self.font(weight);
        let scaled = font.as_scaled(em(font, pixels));
        let mut last = None;
        let advances = line.chars().map(|character| {
            let glyph = scaled.glyph_id(character);
            let kern = last.map_or(0.0, |last| scaled.kern(last, glyph));
            last = Some(glyph);
            kern + scaled.h_advance(glyph)
        });
        advances.sum()
    }

    /// Draws one line with its baseline at `y`; returns its width.
    pub fn draw(&mut self, pixmap: &mut Pixmap, line: &str, x: f32, y: f32, style: Style) -> f32 {
        let width = self.width(line, style.weight, style.pixels);
        let mut pen = match style.align {
            Align::Left => x,
            Align::Centre => x - width * 0.5,
            Align::Right => x - width,
        };
        if self.glyphs.len() > KEPT_GLYPHS {
            self.glyphs.clear();
        }
        let font = self.font(style.weight).clone();
        let scale = em(&font, style.pixels);
        let scaled = font.as_scaled(scale);
        let mut last = None;
        for character in line.chars() {
            let id = scaled.glyph_id(character);
            if let Some(last) = last {
                pen += scaled.kern(last, id);
            }
            let key = (style.weight, style.pixels.to_bits(), id.0);
            let coverage = self
                .glyphs
                .entry(key)
                .or_insert_with(|| rasterise(&font, id.with_scale(scale)));
            blend(
                pixmap,
                coverage,
                pen.round() as i32,
                y.round() as i32,
                style.colour,
            );
            pen += scaled.h_advance(id);
            last = Some(id);
        }
        width
    }
}

/// ab_glyph scales by ascent to descent; designers count the em.
fn em(font: &FontRef<'static>, pixels: f32) -> PxScale {
    let units = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(pixels * font.height_unscaled() / units)
}

fn rasterise(font: &FontRef<'static>, glyph: Glyph) -> Coverage {
    let Some(outline) = font.outline_glyph(glyph) else {
        return Coverage {
            left: 0,
            top: 0,
            width: 1,
            values: Vec::new(),
        };
    };
    let bounds = outline.px_bounds();
    let width = bounds.width() as usize;
    let mut values = vec![0; width * bounds.height() as usize];
    outline.draw(|x, y, coverage| {
        if let Some(value) = values.get_mut(y as usize * width + x as usize) {
            *value = (coverage * 255.0 + 0.5) as u8;
        }
    });
    Coverage {
        left: bounds.min.x as i32,
        top: bounds.min.y as i32,
        width: width.max(1),
        values,
    }
}

fn blend(pixmap: &mut Pixmap, coverage: &Coverage, pen: i32, baseline: i32, colour: [u8; 4]) {
    let (width, height) = (pixmap.width() as i32, pixmap.height() as i32);
    let pixels = pixmap.pixels_mut();
    for (row, values) in coverage.values.chunks(coverage.width).enumerate() {
        let y = baseline + coverage.top + row as i32;
        if !(0..height).contains(&y) {
            continue;
        }
        for (column, &value) in values.iter().enumerate() {
            let x = pen + coverage.left + column as i32;
            if value == 0 || !(0..width).contains(&x) {
                continue;
            }
            let pixel = &mut pixels[(y * width + x) as usize];
            let alpha = u32::from(value) * u32::from(colour[3]) / 255;
            let over = |new: u8, old: u8| {
                ((u32::from(new) * alpha + u32::from(old) * (255 - alpha) + 127) / 255) as u8
            };
            let opacity = over(255, pixel.alpha());
            // Rounding could lift a colour above its opacity, which premultiplied pixels forbid.
            let channel = |new, old| over(new, old).min(opacity);
            let mixed = PremultipliedColorU8::from_rgba(
                channel(colour[0], pixel.red()),
                channel(colour[1], pixel.green()),
                channel(colour[2], pixel.blue()),
                opacity,
            );
            *pixel = mixed.unwrap_or(*pixel);
        }
    }
}
