//! What is known of a portrait: masks, landmarks, and where every point of the skin was with another expression.

use crate::anatomy::head::Head;
use crate::anatomy::landmarks::nose_y;
use crate::math::curve::mix;
use crate::portrait::Portrait;
use crate::render::layers::{Layers, Pixel};
use crate::scene::Scene;
use crate::scene::attributes::Attribute;
use image::{GrayImage, Luma, RgbImage};

/// A part of the picture with a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Head and ears with all that is on them, without hair.
    Face,
    /// Hair of the head; a beard is face.
    Hair,
    /// What shows between the lids.
    Eyes,
    /// Lips and what shows between them.
    Mouth,
    /// Frame, lenses and their shadow.
    Glasses,
    /// Neck and clothes.
    Body,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Face,
        Self::Hair,
        Self::Eyes,
        Self::Mouth,
        Self::Glasses,
        Self::Body,
    ];

    /// Name, e.g. `face`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Hair => "hair",
            Self::Eyes => "eyes",
            Self::Mouth => "mouth",
            Self::Glasses => "glasses",
            Self::Body => "body",
        }
    }

    fn share(self, pixel: &Pixel) -> f32 {
        match self {
            Self::Face => pixel.face,
            Self::Hair => pixel.hair,
            Self::Eyes => pixel.eyes,
            Self::Mouth => pixel.mouth,
            Self::Glasses => pixel.glasses,
            Self::Body => pixel.body,
        }
    }
}

/// A picture with all that is known of it.
pub struct Shot {
    /// The picture.
    pub picture: RgbImage,
    portrait: Portrait,
    scene: Scene,
    head: Head,
    layers: Layers,
    /// Share of each pixel that something before the face covers.
    covered: Vec<f32>,
}

/// Where the skin of one picture was in another: [`Shot::displacement`].
#[derive(Clone, Debug, PartialEq)]
pub struct Displacement {
    /// Side of both pictures in pixels.
    pub side: u32,
    /// Two planes of `side * side`, right and down, in shares of the side: the skin at pixel `p` of this picture
    /// was at `p + u(p)` of the other. 0 where `skin` is 0.
    pub field: Vec<f32>,
    /// 1 for pixels that show skin of the head in both pictures, else 0.
    pub skin: Vec<f32>,
}

impl Portrait {
    /// The picture with all that is known of it.
    #[must_use]
    pub fn shoot(&self) -> Shot {
        let side = self.side as usize;
        let (scene, head) = self.head();
        let mut layers = Layers::new(side, side);
        let both = (scene, head);
        let picture = self.photograph(&both, Some(&mut layers));
        let (scene, head) = both;
        let mut covered = Vec::new();
        if let Some(cover) = &self.cover {
            covered = (0..side * side)
                .map(|k| {
                    let (x, y) = ((k % side) as f32 + 0.5, (k / side) as f32 + 0.5);
                    cover.at(&head, x, y).map_or(0.0, |(share, _)| share)
                })
                .collect();
        }
        Shot {
            picture,
            portrait: *self,
            scene,
            head,
            layers,
            covered,
        }
    }
}

impl Shot {
    /// What was photographed.
    #[must_use]
    pub fn portrait(&self) -> &Portrait {
        &self.portrait
    }

    fn free(&self, k: usize) -> f32 {
        1.0 - self.covered.get(k).copied().unwrap_or(0.0)
    }

    /// How much of each pixel a part fills, 0 to 255; the camera's blur is not in it.
    #[must_use]
    pub fn mask(&self, part: Part) -> GrayImage {
        let side = self.portrait.side;
        GrayImage::from_fn(side, side, |x, y| {
            let k = (y * side + x) as usize;
            let share = part.share(&self.layers.pixels[k]) * self.free(k);
            Luma([(share * 255.0).ceil() as u8])
        })
    }

    /// Named points in pixels, hidden ones too; the pixel in the upper left corner has its middle at (0.5, 0.5).
    #[must_use]
    pub fn landmarks(&self) -> Vec<(&'static str, [f32; 2])> {
        let head = &self.head;
        let identity = &self.scene.identity;
        let mut points = Vec::new();
        let mut put = |name: &'static str, [x, y]: [f32; 2]| {
            let (hx, hy) = head.frame.head_from_frontal(x, y, (x, y));
            points.push((name, head.frame.pixel_from_head(hx, hy)));
        };
        let corners = [
            [
                "left-eye-outer",
                "left-eye-inner",
                "left-eye-top",
                "left-eye-bottom",
                "left-iris",
            ],
            [
                "right-eye-outer",
                "right-eye-inner",
                "right-eye-top",
                "right-eye-bottom",
                "right-iris",
            ],
        ];
        for (names, eye) in corners.into_iter().zip(&head.eyes) {
            let half = eye.half_width();
            let [_, top, low] = eye.lids(0.0);
            put(names[0], eye.face([half, 0.0]));
            put(names[1], eye.face([-half, 0.0]));
            put(names[2], eye.face([0.0, top]));
            put(names[3], eye.face([0.0, low]));
            put(names[4], eye.face(eye.iris_place()));
        }
        let mouth = &head.mouth;
        let half = mouth.half_width();
        let [upper, top, bottom, lower] = mouth.edges(0.0);
        let corner = mouth.edges(1.0)[0];
        put("mouth-left", [-half, corner]);
        put("mouth-right", [half, corner]);
        put("upper-lip-top", [0.0, upper]);
        put("upper-lip-bottom", [0.0, top]);
        put("lower-lip-top", [0.0, bottom]);
        put("lower-lip-bottom", [0.0, lower]);
        // The rest lie on the skin and are carried by it.
        let ny = nose_y(identity);
        let wing = 0.135 * identity.nose_width;
        let tip = head.parallax.shift(0.18);
        let side = head.parallax.shift(0.10);
        let brow = |t: f32| head.brows[1].point(t);
        let [inner, peak, outer] = [brow(0.0), brow(0.64), brow(1.0)];
        let mirrored = |[x, y]: [f32; 2]| [-x, y];
        let at = |[x, y]: [f32; 2], by: [f32; 2]| [x + by[0], y + by[1]];
        for (name, rest) in [
            ("nose-tip", at([0.0, ny - 0.05], tip)),
            ("nose-left", at([-wing, ny - 0.03], side)),
            ("nose-right", at([wing, ny - 0.03], side)),
            ("left-brow-inner", mirrored(inner)),
            ("left-brow-peak", mirrored(peak)),
            ("left-brow-outer", mirrored(outer)),
            ("right-brow-inner", inner),
            ("right-brow-peak", peak),
            ("right-brow-outer", outer),
            ("left-cheek", [-0.34, -0.04]),
            ("right-cheek", [0.34, -0.04]),
            ("chin", [0.0, 0.47 - identity.proportions.chin_rise]),
            ("forehead", [0.0, -0.66]),
        ] {
            let motion = head.finer.as_ref().map(|finer| &finer.motion);
            let posed = motion.and_then(|motion| motion.posed(rest, rest));
            put(name, posed.unwrap_or(rest));
        }
        points
    }

    /// Where the skin of this picture was in `other`, a picture of the same person, pose and camera with another
    /// expression: the image of `other`, moved by the field, is this one up to shading and what appears.
    ///
    /// # Errors
    /// The name of what differs although it must not.
    pub fn displacement(&self, other: &Self) -> Result<Displacement, &'static str> {
        let (here, there) = (&self.portrait, &other.portrait);
        for (differs, name) in [
            (here.style != there.style, "style"),
            (here.side != there.side, "side"),
            (here.pose != there.pose, "pose"),
            (here.person != there.person, "person"),
            (here.attributes.gender != there.attributes.gender, "gender"),
            (here.attributes.age != there.attributes.age, "age"),
        ] {
            if differs {
                return Err(name);
            }
        }
        let side = here.side as usize;
        let mut field = vec![0.0; 2 * side * side];
        let mut skin = vec![0.0; side * side];
        for k in 0..side * side {
            if !self.shows_skin(k) {
                continue;
            }
            let Some(by) = self.came(other, k) else {
                continue;
            };
            let at = [(k % side) as f32 + by[0], (k / side) as f32 + by[1]];
            let nearest = at.map(|v| (v + 0.5).floor());
            if nearest.iter().any(|v| !(0.0..side as f32).contains(v)) {
                continue;
            }
            if by != [0.0; 2] && !other.shows_skin(nearest[1] as usize * side + nearest[0] as usize)
            {
                continue;
            }
            skin[k] = 1.0;
            field[k] = by[0] / side as f32;
            field[side * side + k] = by[1] / side as f32;
        }
        Ok(Displacement {
            side: here.side,
            field,
            skin,
        })
    }

    fn shows_skin(&self, k: usize) -> bool {
        let pixel = &self.layers.pixels[k];
        let worn = if self.portrait.attributes.eyeglasses > 0.0 {
            pixel.glasses
        } else {
            0.0
        };
        pixel.skin * self.free(k) * (1.0 - worn) > 0.5
    }

    /// How far, in pixels, `other` shows the skin of a pixel from where this picture does.
    fn came(&self, other: &Self, k: usize) -> Option<[f32; 2]> {
        let [x, y] = self.layers.pixels[k].frontal;
        let motion = |shot: &Self| shot.head.finer.as_ref().map(|finer| finer.motion);
        let (here, there) = (motion(self)?, motion(other)?);
        let by = here.shift(x, y);
        if by == there.shift(x, y) {
            return Some([0.0; 2]);
        }
        let [tx, ty] = there.posed([x - by[0], y - by[1]], [x, y])?;
        // Differences of one and the same inverse, so that its error falls out.
        let frame = &self.head.frame;
        let (ax, ay) = frame.head_from_frontal(tx, ty, (tx, ty));
        let (bx, by) = frame.head_from_frontal(x, y, (x, y));
        let (a, b) = (frame.pixel_from_head(ax, ay), frame.pixel_from_head(bx, by));
        Some([a[0] - b[0], a[1] - b[1]])
    }
}

impl Displacement {
    /// How far, in pixels, the field carries a point, between the four pixels around it; none where one of
    /// them shows no skin.
    #[must_use]
    pub fn at(&self, [x, y]: [f32; 2]) -> Option<[f32; 2]> {
        let (x, y) = (x - 0.5, y - 0.5);
        let last = self.side as f32 - 1.0;
        if !(0.0..last).contains(&x) || !(0.0..last).contains(&y) {
            return None;
        }
        let side = self.side as usize;
        let first = y as usize * side + x as usize;
        let (s, t) = (x - x.floor(), y - y.floor());
        let corners = [first, first + 1, first + side, first + side + 1];
        if corners.iter().any(|k| self.skin[*k] == 0.0) {
            return None;
        }
        Some([0, side * side].map(|plane| {
            let [a, b, c, d] = corners.map(|k| self.field[plane + k]);
            mix(mix(a, b, s), mix(c, d, s), t) * self.side as f32
        }))
    }

    /// The picture moved by the field: pixel `p` shows what is at `p + u(p)`, the border repeats.
    #[must_use]
    pub fn warp(&self, picture: &RgbImage) -> RgbImage {
        let (width, height) = picture.dimensions();
        let side = self.side as usize;
        RgbImage::from_fn(width, height, |x, y| {
            let k = y as usize * side + x as usize;
            let by = [self.field[k], self.field[side * side + k]].map(|u| u * self.side as f32);
            let px = (x as f32 + by[0]).clamp(0.0, (width - 1) as f32);
            let py = (y as f32 + by[1]).clamp(0.0, (height - 1) as f32);
            let (column, row) = (px as u32, py as u32);
            let (s, t) = (px - column as f32, py - row as f32);
            let (right, low) = ((column + 1).min(width - 1), (row + 1).min(height - 1));
            image::Rgb(std::array::from_fn(|c| {
                let at = |x: u32, y: u32| f32::from(picture.get_pixel(x, y)[c]);
                let upper = mix(at(column, row), at(right, row), s);
                let below = mix(at(column, low), at(right, low), s);
                (mix(upper, below, t) + 0.5) as u8
            }))
        })
    }
}

impl Attribute {
    /// Which pixels may differ between two portraits that differ in this attribute alone: 255, else 0.
    ///
    /// The masks of the parts that it changes, in either picture, widened by the camera's blur and by the
    /// shadow that hair throws.
    #[must_use]
    pub fn region(self, a: &Shot, b: &Shot) -> GrayImage {
        let side = a.portrait.side as usize;
        let parts: &[Part] = match self {
            Self::Smile => &[Part::Face],
            Self::Gender | Self::Age => &[Part::Face, Part::Hair, Part::Body],
            Self::Bangs => &[Part::Hair],
            Self::Eyeglasses => &[Part::Glasses],
        };
        let shadow = match self {
            Self::Bangs => (0.10 * a.portrait.pose.face_height).ceil() as u32,
            _ => 0,
        };
        let reach = shadow + 1 + a.portrait.blur_reach().max(b.portrait.blur_reach());
        let changes = |k: usize| {
            let there = |shot: &Shot| {
                parts
                    .iter()
                    .any(|part| part.share(&shot.layers.pixels[k]) > 0.0)
            };
            let edge = a.layers.pixels[k].drawn != b.layers.pixels[k].drawn;
            there(a) || there(b) || edge
        };
        let mut region: Vec<bool> = (0..side * side).map(changes).collect();
        region = widened(&region, side, reach as usize, 1);
        region = widened(&region, side, reach as usize, side);
        GrayImage::from_fn(side as u32, side as u32, |x, y| {
            Luma([if region[y as usize * side + x as usize] {
                255
            } else {
                0
            }])
        })
    }
}

/// True within `reach` of a true value along a line: `step` is 1 for rows and the side for columns.
fn widened(region: &[bool], side: usize, reach: usize, step: usize) -> Vec<bool> {
    (0..side * side)
        .map(|k| {
            let i = (k / step) % side;
            let first = k - i * step;
            (i.saturating_sub(reach)..=(i + reach).min(side - 1)).any(|j| region[first + j * step])
        })
        .collect()
}
