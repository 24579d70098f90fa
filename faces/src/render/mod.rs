//! Puts a head over a picture, tile by tile.
//!
//! Smooth fields are computed on a grid of one or two pixels and spread; edges, eyes, brows and mouth
//! are computed for every pixel.

pub(crate) mod drawn;
pub(crate) mod fields;
pub(crate) mod layers;
pub(crate) mod picture;
pub(crate) mod tile;

use crate::anatomy::head::Head;
use crate::anatomy::palette::line_width;
use crate::math::colour::{Colour, blend, byte_from_linear, linear_from_byte};
use crate::math::curve::coverage;
use crate::render::fields::{BODY, Content, EAR, Fields, HAIR, HEAD, OPENING, near_parts};
use crate::render::layers::{Layers, Pixel};
use crate::render::tile::{Grid, Pixels, Plane, SIDE, pixels};

/// Faces higher than this many pixels are lit on every second pixel.
const FINE_BELOW_PIXELS: f32 = 100.0;

/// The same at the pixels.
struct Spread {
    head: [Pixels; 2],
    frontal: [Pixels; 2],
    /// For drawings alone.
    rest: [Pixels; 2],
    distance: [Pixels; 5],
    lit: [Pixels; 3],
    body: [Pixels; 3],
    hair: [Pixels; 3],
}

/// Draws the head over the `rgb` bytes of a picture.
pub(crate) fn draw(head: &Head, width: usize, height: usize, rgb: &mut [u8]) {
    draw_layers(head, width, height, rgb, None);
}

/// The same, and says of every pixel what was drawn there.
pub(crate) fn draw_layers(
    head: &Head,
    width: usize,
    height: usize,
    rgb: &mut [u8],
    mut layers: Option<&mut Layers>,
) {
    let step = if head.frame.scale < FINE_BELOW_PIXELS {
        1
    } else {
        2
    };
    let mut fields = Fields::new();
    let mut spread = Spread {
        head: [pixels(); 2],
        frontal: [pixels(); 2],
        rest: [pixels(); 2],
        distance: [pixels(); 5],
        lit: [pixels(); 3],
        body: [pixels(); 3],
        hair: [pixels(); 3],
    };
    for y in (0..height).step_by(SIDE) {
        for x in (0..width).step_by(SIDE) {
            let near = near_parts(head, x, y);
            if !near.contains(&true) {
                continue;
            }
            let grid = Grid::new(x, y, step);
            let Some(content) = fields.fill(head, &grid, near) else {
                continue;
            };
            spread.fill(head, &fields, &grid, content);
            for row in 0..SIDE.min(height - y) {
                let start = 3 * ((y + row) * width + x);
                let count = SIDE.min(width - x);
                for (i, pixel) in rgb[start..start + 3 * count]
                    .chunks_exact_mut(3)
                    .enumerate()
                {
                    let k = row * SIDE + i;
                    if spread.is_empty(content, k) {
                        continue;
                    }
                    let under: Colour = std::array::from_fn(|c| linear_from_byte(pixel[c]));
                    let colour = match &head.palette {
                        None => spread.colour(head, content, k, under),
                        Some(palette) => spread.drawn(head, palette, content, k, under),
                    };
                    if let Some(layers) = layers.as_deref_mut() {
                        layers.pixels[(y + row) * width + x + i] = spread.pixel(head, content, k);
                    }
                    let noise = head.dither(x + i, y + row);
                    for (byte, value) in pixel.iter_mut().zip(colour) {
                        *byte = byte_from_linear(value, noise);
                    }
                }
            }
        }
    }
}

impl Spread {
    fn fill(&mut self, head: &Head, fields: &Fields, grid: &Grid, content: Content) {
        let copy = |from: &[Plane], to: &mut [Pixels], wanted: bool| {
            if wanted {
                for (plane, pixels) in from.iter().zip(to) {
                    grid.spread(plane, pixels);
                }
            }
        };
        let drawn = head.palette.is_some();
        copy(&fields.head, &mut self.head, content.ear || drawn);
        copy(&fields.rest, &mut self.rest, content.head && drawn);
        copy(&fields.frontal, &mut self.frontal, content.head);
        let near = [
            content.head,
            content.hair,
            content.hair,
            content.body,
            content.ear,
        ];
        for (part, near) in near.into_iter().enumerate() {
            if near || part == HEAD {
                grid.spread(&fields.distance[part], &mut self.distance[part]);
            }
        }
        copy(&fields.lit, &mut self.lit, content.head);
        copy(&fields.body, &mut self.body, content.body);
        copy(&fields.hair, &mut self.hair, content.hair && !drawn);
    }

    /// Whether a pixel surely shows the background alone.
    #[inline]
    fn is_empty(&self, content: Content, k: usize) -> bool {
        let far = |near: bool, part: usize| !near || self.distance[part][k] > 0.02;
        far(content.head, HEAD)
            && far(content.hair, HAIR)
            && far(content.body, BODY)
            && far(content.ear, EAR)
    }

    /// What a pixel shows.
    fn pixel(&self, head: &Head, content: Content, k: usize) -> Pixel {
        let unit = head.frame.scale;
        let soft = unit.min(110.0);
        let mut pixel = Pixel {
            drawn: true,
            ..Pixel::default()
        };
        let (mut front, mut back) = (0.0, 0.0);
        if content.hair {
            back = coverage(self.distance[HAIR][k] * soft);
            let hairline = if head.palette.is_some() {
                soft
            } else {
                soft.min(30.0)
            };
            front = back.min(coverage(-self.distance[OPENING][k] * hairline));
        }
        let mut head_share = 0.0;
        if content.head {
            head_share = coverage(self.distance[HEAD][k] * soft);
            let (x, y) = (self.frontal[0][k], self.frontal[1][k]);
            pixel.frontal = [x, y];
            let seen = head_share * (1.0 - front);
            let [lips, gap] = head.mouth.coverage(x, y, unit);
            let eyes = head.eyes[0].coverage(x, y, unit);
            let eyes = eyes.max(head.eyes[1].coverage(x, y, unit));
            let glasses = head.finer.as_ref().and_then(|finer| finer.eyewear.as_ref());
            pixel.glasses = seen * glasses.map_or(0.0, |glasses| glasses.coverage(x, y, unit));
            pixel.face = seen;
            pixel.mouth = seen * lips;
            pixel.eyes = seen * eyes;
            // The outline of a drawn face is no skin: it stays where skin below it moves.
            let inner = match &head.palette {
                None => 1.0,
                Some(_) => coverage((self.distance[HEAD][k] + line_width(unit)) * soft),
            };
            pixel.skin = seen * inner * (1.0 - gap) * (1.0 - eyes);
        }
        let mut body = 0.0;
        if content.body {
            body = coverage(self.distance[BODY][k] * soft);
        }
        if content.ear && !head.hair.covers_ears() {
            let ear = coverage(self.distance[EAR][k] * soft) * (1.0 - head_share) * (1.0 - front);
            pixel.face = pixel.face.max(ear);
        }
        pixel.body = body * (1.0 - head_share) * (1.0 - front);
        pixel.hair = front.max(back * (1.0 - head_share) * (1.0 - body));
        pixel
    }

    #[inline]
    fn colour(&self, head: &Head, content: Content, k: usize, under: Colour) -> Colour {
        let unit = head.frame.scale;
        let soft = unit.min(110.0);
        let at = |planes: &[Pixels; 3]| -> Colour { std::array::from_fn(|c| planes[c][k]) };
        let mut hair = [0.0; 3];
        let (mut front, mut back) = (0.0, 0.0);
        if content.hair {
            back = coverage(self.distance[HAIR][k] * soft);
            if back > 0.0 {
                hair = at(&self.hair);
                // The hairline is softer than the hair's outer edge.
                front = back.min(coverage(-self.distance[OPENING][k] * soft.min(30.0)));
                if front >= 1.0 {
                    return hair;
                }
            }
        }
        let face = if content.head {
            coverage(self.distance[HEAD][k] * soft)
        } else {
            0.0
        };
        let mut colour = under;
        if face < 1.0 {
            // Behind the face the hair lies in its own shadow.
            colour = blend(colour, hair.map(|v| v * 0.55), back);
            if content.body {
                colour = blend(
                    colour,
                    at(&self.body),
                    coverage(self.distance[BODY][k] * soft),
                );
            }
            if content.ear && !head.hair.covers_ears() {
                let ear = head.ear_colour(self.head[0][k], self.head[1][k]);
                colour = blend(colour, ear, coverage(self.distance[EAR][k] * soft));
            }
        }
        if face > 0.0 {
            let (x, y) = (self.frontal[0][k], self.frontal[1][k]);
            let skin = head.features(x, y, at(&self.lit), content.features, unit);
            colour = blend(colour, skin, face);
        }
        blend(colour, hair, front)
    }
}
