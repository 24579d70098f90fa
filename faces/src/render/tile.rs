//! A square of the picture with smooth fields sampled on a grid.

/// Pixels per tile side.
pub(crate) const SIDE: usize = 32;
/// Most grid samples per tile side: one per pixel and a border.
const MOST: usize = SIDE + 3;

/// A field on the grid.
pub(crate) type Plane = [f32; MOST * MOST];
/// A field on the pixels.
pub(crate) type Pixels = [f32; SIDE * SIDE];

/// Where the samples of a tile lie: every `step` pixels, one sample around the tile as border.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    step: usize,
    /// Samples per side.
    pub samples: usize,
    x0: f32,
    y0: f32,
}

impl Grid {
    /// The grid of the tile whose first pixel is `(x, y)`; `step` is 1 or 2.
    pub(crate) fn new(x: usize, y: usize, step: usize) -> Self {
        Self {
            step,
            samples: SIDE / step + 3,
            x0: x as f32 + 0.5 - step as f32,
            y0: y as f32 + 0.5 - step as f32,
        }
    }

    /// Pixels between samples.
    pub(crate) fn step(&self) -> f32 {
        self.step as f32
    }

    /// Pixel position of a sample.
    #[inline]
    pub(crate) fn position(&self, i: usize, j: usize) -> (f32, f32) {
        (
            self.x0 + (i * self.step) as f32,
            self.y0 + (j * self.step) as f32,
        )
    }

    /// Index of a sample in a [`Plane`].
    #[inline]
    pub(crate) fn index(&self, i: usize, j: usize) -> usize {
        j * self.samples + i
    }

    /// Smallest and largest value of a field.
    pub(crate) fn range(&self, plane: &Plane) -> (f32, f32) {
        plane[..self.samples * self.samples]
            .iter()
            .fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)))
    }

    /// The field at every pixel.
    pub(crate) fn spread(&self, plane: &Plane, pixels: &mut Pixels) {
        for y in 0..SIDE {
            let out = &mut pixels[y * SIDE..(y + 1) * SIDE];
            let row = |j: usize| &plane[j * self.samples + 1..(j + 1) * self.samples];
            if self.step == 1 {
                out.copy_from_slice(&row(y + 1)[..SIDE]);
                continue;
            }
            let a = &row(y / 2 + 1)[..=(SIDE / 2)];
            let b = &row(y.div_ceil(2) + 1)[..=(SIDE / 2)];
            for (i, pair) in out.chunks_exact_mut(2).enumerate() {
                let (here, next) = (0.5 * (a[i] + b[i]), 0.5 * (a[i + 1] + b[i + 1]));
                pair[0] = here;
                pair[1] = 0.5 * (here + next);
            }
        }
    }
}

/// An empty field.
pub(crate) const fn plane() -> Plane {
    [0.0; MOST * MOST]
}

/// Empty pixels.
pub(crate) const fn pixels() -> Pixels {
    [0.0; SIDE * SIDE]
}
