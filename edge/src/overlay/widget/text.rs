//! Text in Inter, or Noto Sans SC for characters that Inter lacks.

use super::colour::Colour;
use crate::error::EdgeError;
use ab_glyph::{Font, FontArc, Glyph, GlyphId, PxScale, ScaleFont};
use std::{collections::HashMap, fs, path::Path};
use tiny_skia::{Pixmap, PremultipliedColorU8};

/// A character is drawn with the first font of its weight that has it.
const REGULAR: [&[u8]; 2] = [
    include_bytes!("../../../fonts/Inter-Regular.otf"),
    include_bytes!("../../../fonts/NotoSansSC-Regular.otf"),
];
const SEMI_BOLD: [&[u8]; 2] = [
    include_bytes!("../../../fonts/Inter-SemiBold.otf"),
    include_bytes!("../../../fonts/NotoSansSC-Bold.otf"),
];

/// Weight of a font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Weight {
    /// For values and hints.
    Regular,
    /// For titles and labels.
    SemiBold,
}

/// Which part of a line its `x` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    /// Font size (em), in pixels.
    pub(crate) pixels: f32,
    pub(crate) colour: Colour,
    pub(crate) align: Align,
}

/// Shorthand of a [`Style`].
pub(crate) fn style(weight: Weight, pixels: f32, colour: Colour, align: Align) -> Style {
    Style {
        weight,
        pixels,
        colour,
        align,
    }
}

/// The fonts, and a cache of rasterised glyphs.
pub(crate) struct Text {
    regular: Vec<FontArc>,
    semi_bold: Vec<FontArc>,
    glyphs: HashMap<GlyphKey, Coverage>,
}

/// What a rasterised glyph depends on.
#[derive(PartialEq, Eq, Hash)]
struct GlyphKey {
    weight: Weight,
    /// Bits of the font size.
    pixels: u32,
    /// Index of the font among those of its weight.
    font: usize,
    glyph: GlyphId,
}

/// A rasterised glyph: how much of each pixel it covers, 0..=255.
struct Coverage {
    left: i32,
    top: i32,
    width: usize,
    values: Vec<u8>,
}

/// Limit of the cache: a screen uses about 200 glyphs, and resizing the window adds new sizes.
const MAX_GLYPHS: usize = 2000;

impl Text {
    /// Reads the built-in fonts.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] if the program was built with broken fonts.
    pub(crate) fn new() -> Result<Self, EdgeError> {
        let read = |fonts: [&'static [u8]; 2]| {
            let fonts = fonts.into_iter().map(|bytes| {
                FontArc::try_from_slice(bytes)
                    .map_err(|error| EdgeError::Internal(format!("built-in font: {error}")))
            });
            fonts.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            regular: read(REGULAR)?,
            semi_bold: read(SEMI_BOLD)?,
            glyphs: HashMap::new(),
        })
    }

    /// Adds a font file, TrueType or OpenType, for characters that the built-in fonts lack.
    ///
    /// # Errors
    /// [`EdgeError::File`] if it cannot be read or is no font.
    pub(crate) fn add(&mut self, path: &Path) -> Result<(), EdgeError> {
        let bytes = fs::read(path).map_err(|error| EdgeError::file(path, error))?;
        let font = FontArc::try_from_vec(bytes).map_err(|_| {
            EdgeError::file(path, "found no font in it, expected TrueType or OpenType")
        })?;
        self.regular.push(font.clone());
        self.semi_bold.push(font);
        Ok(())
    }

    /// The first character of `line` that no font has.
    pub(crate) fn missing(&self, line: &str) -> Option<char> {
        let drawable = |character| {
            let can = |font: &FontArc| font.glyph_id(character) != GlyphId::default();
            self.regular.iter().any(can) && self.semi_bold.iter().any(can)
        };
        line.chars().find(|&character| !drawable(character))
    }

    fn fonts(&self, weight: Weight) -> &[FontArc] {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }

    /// Calls `place` with font index, font, glyph and pen position of every character. Returns the width.
    fn lay_out(
        fonts: &[FontArc],
        line: &str,
        pixels: f32,
        mut place: impl FnMut(usize, &FontArc, Glyph, f32),
    ) -> f32 {
        let (mut pen, mut last) = (0.0, None);
        for character in line.chars() {
            let has = |font: &FontArc| font.glyph_id(character) != GlyphId::default();
            let index = fonts.iter().position(has).unwrap_or(0);
            let font = &fonts[index];
            let scaled = font.as_scaled(em(font, pixels));
            let id = scaled.glyph_id(character);
            if let Some((_, before)) = last.filter(|(font, _)| *font == index) {
                pen += scaled.kern(before, id);
            }
            place(index, font, id.with_scale(scaled.scale()), pen);
            pen += scaled.h_advance(id);
            last = Some((index, id));
        }
        pen
    }

    /// Width of a line in pixels.
    pub(crate) fn width(&self, line: &str, weight: Weight, pixels: f32) -> f32 {
        Self::lay_out(self.fonts(weight), line, pixels, |_, _, _, _| {})
    }

    /// The largest font size, at most `pixels`, at which `line` is at most `width` pixels wide.
    pub(crate) fn fitting(&self, line: &str, weight: Weight, pixels: f32, width: f32) -> f32 {
        let wanted = self.width(line, weight, pixels);
        if wanted > width {
            (pixels * width / wanted).max(1.0)
        } else {
            pixels
        }
    }

    /// Draws one line with its baseline at `y`. Returns its width.
    pub(crate) fn draw(
        &mut self,
        pixmap: &mut Pixmap,
        line: &str,
        x: f32,
        y: f32,
        style: Style,
    ) -> f32 {
        let Style {
            weight,
            pixels,
            colour,
            align,
        } = style;
        let width = self.width(line, weight, pixels);
        let begin = match align {
            Align::Left => x,
            Align::Centre => x - width * 0.5,
            Align::Right => x - width,
        };
        if self.glyphs.len() > MAX_GLYPHS {
            self.glyphs.clear();
        }
        let fonts = match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        };
        let glyphs = &mut self.glyphs;
        Self::lay_out(fonts, line, pixels, |index, font, glyph, pen| {
            let key = GlyphKey {
                weight,
                pixels: pixels.to_bits(),
                font: index,
                glyph: glyph.id,
            };
            let coverage = glyphs.entry(key).or_insert_with(|| rasterise(font, glyph));
            let pen = (begin + pen).round() as i32;
            blend(pixmap, coverage, pen, y.round() as i32, colour);
        })
    }
}

/// ab_glyph scales the height from ascent to descent; font sizes mean the em.
fn em(font: &FontArc, pixels: f32) -> PxScale {
    let units = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(pixels * font.height_unscaled() / units)
}

fn rasterise(font: &FontArc, glyph: Glyph) -> Coverage {
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

fn blend(pixmap: &mut Pixmap, coverage: &Coverage, pen: i32, baseline: i32, colour: Colour) {
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
