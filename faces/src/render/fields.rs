//! The smooth fields of one tile: coordinates, distances, lit skin, hair and clothes.

use crate::anatomy::head::{Features, Head};
use crate::math::colour::{Colour, scale, tint};
use crate::math::curve::smooth_step;
use crate::render::tile::{Grid, Plane, SIDE, plane};

/// The fields of one tile, reused by the next.
pub(crate) struct Fields {
    pub head: [Plane; 2],
    pub frontal: [Plane; 2],
    /// Frontal coordinates on the resting face of the skin that is seen.
    pub rest: [Plane; 2],
    pub height: Plane,
    /// Distances: bare head, hair, hair opening, body, ears.
    pub distance: [Plane; 5],
    pub lit: [Plane; 3],
    pub body: [Plane; 3],
    pub hair: [Plane; 3],
}

pub(crate) const HEAD: usize = 0;
pub(crate) const HAIR: usize = 1;
pub(crate) const OPENING: usize = 2;
pub(crate) const BODY: usize = 3;
pub(crate) const EAR: usize = 4;

/// What a tile contains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content {
    pub head: bool,
    pub hair: bool,
    pub body: bool,
    pub ear: bool,
    pub features: Features,
}

/// Which parts a tile may hold, from distances at its middle.
pub(crate) fn near_parts(head: &Head, x: usize, y: usize) -> [bool; 5] {
    let half = SIDE as f32 / 2.0;
    let (hx, hy) = head.frame.head_from_pixel(x as f32 + half, y as f32 + half);
    // From the middle to a corner, and a margin because distances are only nearly exact.
    let reach = half * 1.8 / head.frame.scale + 0.04;
    let hair = head.hair.outer(hx, hy) < reach;
    [
        head.outline.distance(hx, hy) < reach,
        hair,
        hair,
        head.body.distance(hx, hy) < reach,
        !head.hair.covers_ears() && head.ear_distance(hx, hy) < reach,
    ]
}

impl Fields {
    /// Empty fields.
    pub(crate) fn new() -> Self {
        Self {
            head: [plane(); 2],
            frontal: [plane(); 2],
            rest: [plane(); 2],
            height: plane(),
            distance: [plane(); 5],
            lit: [plane(); 3],
            body: [plane(); 3],
            hair: [plane(); 3],
        }
    }

    /// Fills the fields of a tile; nothing when the tile shows the background alone.
    pub(crate) fn fill(&mut self, head: &Head, grid: &Grid, near: [bool; 5]) -> Option<Content> {
        let n = grid.samples;
        let margin = 2.0 / head.frame.scale + 0.03;
        for j in 0..n {
            for i in 0..n {
                let k = grid.index(i, j);
                let (px, py) = grid.position(i, j);
                [self.head[0][k], self.head[1][k]] = head.frame.head_from_pixel(px, py).into();
            }
        }
        self.measure(HEAD, n * n, near[HEAD], |x, y| head.outline.distance(x, y));
        self.measure(HAIR, n * n, near[HAIR], |x, y| head.hair.outer(x, y));
        self.measure(BODY, n * n, near[BODY], |x, y| head.body.distance(x, y));
        self.measure(EAR, n * n, near[EAR], |x, y| head.ear_distance(x, y));
        let near = |index: usize| grid.range(&self.distance[index]).0 < margin;
        let mut content = Content {
            head: near(HEAD),
            hair: near(HAIR),
            body: near(BODY),
            ear: near(EAR),
            features: Features::default(),
        };
        if !(content.head || content.hair || content.body || content.ear) {
            return None;
        }
        if content.head || content.hair {
            let area = self.turn(head, grid);
            content.head &= (0..n * n).any(|k| self.shows_skin(k, margin));
            if content.head {
                content.features = head.features_in(area);
                let area = self.settle(head, grid, area);
                match &head.palette {
                    None => self.light_skin(head, grid, area, margin),
                    Some(palette) => self.flat_skin(head, palette, n * n, margin),
                }
            }
        }
        if content.hair {
            for k in 0..n * n {
                if self.shows_hair(k, margin) {
                    self.comb(head, k);
                }
            }
        }
        if content.body {
            for k in 0..n * n {
                if self.distance[BODY][k] > margin || self.distance[HEAD][k] < -margin {
                    continue;
                }
                if let Some(palette) = &head.palette {
                    self.flat_body(head, palette, k);
                    continue;
                }
                let (x, y) = (self.head[0][k], self.head[1][k]);
                let colour = head.body.colour(x, y, &head.shading, &head.outline);
                for (plane, value) in self.body.iter_mut().zip(colour) {
                    plane[k] = value;
                }
            }
        }
        Some(content)
    }

    /// Hair colour at a sample, and the strands' ragged edges.
    fn comb(&mut self, head: &Head, k: usize) {
        let (x, y) = (self.head[0][k], self.head[1][k]);
        let strands = head.hair.strands(x, y);
        // A drawing has its hair per pixel.
        if head.palette.is_none() {
            let (light, gloss) = head.hair.light(x, y, &head.shading);
            let colour = head.hair.colour(strands, light, gloss);
            for (plane, value) in self.hair.iter_mut().zip(colour) {
                plane[k] = value;
            }
        }
        let ragged = head.hair.ends(strands);
        self.distance[HAIR][k] += ragged;
        let behind = head.body.shoulders(x, y) * 0.5;
        self.distance[OPENING][k] = (self.distance[OPENING][k] - ragged).min(behind);
    }

    /// Fills one field of distances; a part that is not near is simply far away.
    fn measure(&mut self, part: usize, all: usize, near: bool, from: impl Fn(f32, f32) -> f32) {
        let [x, y] = &self.head;
        let places = x[..all].iter().zip(&y[..all]);
        for (distance, (x, y)) in self.distance[part][..all].iter_mut().zip(places) {
            *distance = if near { from(*x, *y) } else { 9.0 };
        }
    }

    /// Whether bare skin of the head may be seen near a sample.
    #[inline]
    fn shows_skin(&self, k: usize, margin: f32) -> bool {
        let covered = self.distance[OPENING][k] > margin && self.distance[HAIR][k] < -margin;
        self.distance[HEAD][k] < margin && !covered
    }

    /// Whether hair may be seen near a sample.
    #[inline]
    fn shows_hair(&self, k: usize, margin: f32) -> bool {
        let free = self.distance[OPENING][k] < -margin && self.distance[HEAD][k] < -margin;
        self.distance[HAIR][k] < margin && !free
    }

    /// Frontal coordinates and the ball's height; returns the rectangle of the former.
    fn turn(&mut self, head: &Head, grid: &Grid) -> [f32; 4] {
        for k in 0..grid.samples * grid.samples {
            let (x, y) = (self.head[0][k], self.head[1][k]);
            let depth = head.frame.depth(x, y);
            self.height[k] = depth;
            [self.frontal[0][k], self.frontal[1][k]] =
                head.frame.frontal_from_head(x, y, depth).into();
        }
        let [fx, fy] = &self.frontal;
        let all = grid.samples * grid.samples;
        let places = fx[..all].iter().zip(&fy[..all]);
        for (opening, (x, y)) in self.distance[OPENING][..all].iter_mut().zip(places) {
            *opening = head.hair.opening(*x, *y);
        }
        let (x0, x1) = grid.range(&self.frontal[0]);
        let (y0, y1) = grid.range(&self.frontal[1]);
        [x0, y0, x1, y1]
    }

    /// Brings the skin back to the resting face; returns the rectangle of its coordinates there.
    fn settle(&mut self, head: &Head, grid: &Grid, area: [f32; 4]) -> [f32; 4] {
        let all = grid.samples * grid.samples;
        if head.finer.is_none() {
            for (rest, frontal) in self.rest.iter_mut().zip(&self.frontal) {
                rest[..all].copy_from_slice(&frontal[..all]);
            }
            return area;
        }
        for k in 0..all {
            [self.rest[0][k], self.rest[1][k]] =
                head.rest(self.frontal[0][k], self.frontal[1][k]).into();
        }
        let (x0, x1) = grid.range(&self.rest[0]);
        let (y0, y1) = grid.range(&self.rest[1]);
        [x0, y0, x1, y1]
    }

    fn light_skin(&mut self, head: &Head, grid: &Grid, area: [f32; 4], margin: f32) {
        let n = grid.samples;
        let all = n * n;
        let [fx, fy] = &self.rest;
        let (fx, fy) = (&fx[..all], &fy[..all]);
        for (bump, ()) in head.relief.touching(area) {
            let places = fx.iter().zip(fy);
            for (height, (x, y)) in self.height[..all].iter_mut().zip(places) {
                *height += bump.at(*x, *y);
            }
        }
        for k in 0..all {
            let seen = self.distance[HEAD][k] < margin;
            let pattern = if seen {
                head.pattern(fx[k], fy[k])
            } else {
                [1.0; 3]
            };
            let pattern = match &head.finer {
                Some(finer) if seen => {
                    self.height[k] -= 0.0035 * finer.marks.lines(fx[k], fy[k]);
                    tint(pattern, finer.marks.colour(fx[k], fy[k]))
                }
                _ => pattern,
            };
            for (plane, value) in self.lit.iter_mut().zip(pattern) {
                plane[k] = value;
            }
        }
        for (bump, absorbed) in head.stains.touching(area) {
            let [red, green, blue] = &mut self.lit;
            let places = fx.iter().zip(fy);
            let colours = red[..all]
                .iter_mut()
                .zip(&mut green[..all])
                .zip(&mut blue[..all]);
            for (((r, g), b), (x, y)) in colours.zip(places) {
                let amount = bump.at(*x, *y);
                *r *= 1.0 - amount * absorbed[0];
                *g *= 1.0 - amount * absorbed[1];
                *b *= 1.0 - amount * absorbed[2];
            }
        }
        let albedo = head.shading.albedo();
        let slope = head.frame.scale / (2.0 * grid.step());
        for j in 1..n - 1 {
            for i in 1..n - 1 {
                let k = grid.index(i, j);
                if !self.shows_skin(k, margin) {
                    continue;
                }
                let dx = (self.height[k + 1] - self.height[k - 1]) * slope;
                let dy = (self.height[k + n] - self.height[k - n]) * slope;
                let length = (dx * dx + dy * dy + 1.0).sqrt();
                let normal = [-dx / length, -dy / length, 1.0 / length];
                let stain: Colour = std::array::from_fn(|c| self.lit[c][k]);
                let light = head.shading.irradiance(normal);
                let gloss = head.shading.gloss(normal) * stain[1].min(1.0);
                // Hair shades the skin it hangs over.
                let fringe = 0.70 + 0.30 * smooth_step(0.01, -0.08, self.distance[OPENING][k]);
                let skin = scale(tint(tint(albedo, stain), light), fringe);
                for (plane, value) in self.lit.iter_mut().zip(skin) {
                    plane[k] = value + gloss;
                }
            }
        }
    }
}
