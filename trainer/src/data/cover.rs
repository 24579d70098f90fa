//! Things in front of a face: masks, hands, objects. An edit has to stay away from what covers the face, and
//! a covered mouth cannot show a smile.

use rand::{Rng, RngExt};
use tch::{Device, Kind, Tensor};

/// What covers a face, drawn over an image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cover {
    /// Coverage `[S,S]`, 0 to 255.
    alpha: Vec<u8>,
    /// Share of the mouth's rectangle that is covered, 0 to 1.
    mouth: f32,
}

/// Share of the mouth's rectangle from which on a face cannot show what its mouth does.
const HIDDEN: f32 = 0.3;

/// What is in front of the faces of a batch, in main memory.
#[derive(Debug)]
pub struct HostCovers {
    side: usize,
    /// Coverage of every image, `[S,S]`, one behind the other.
    alpha: Vec<u8>,
    /// 1 for faces whose mouth can be seen, else 0.
    expressive: Vec<f32>,
}

impl HostCovers {
    /// None yet, for images of `side` pixels.
    pub(super) fn new(side: usize) -> Self {
        Self {
            side,
            alpha: Vec::new(),
            expressive: Vec::new(),
        }
    }

    /// Adds the next image's.
    pub(super) fn push(&mut self, cover: Option<Cover>) {
        let hidden = cover.as_ref().is_some_and(|cover| cover.mouth >= HIDDEN);
        self.expressive.push(f32::from(!hidden));
        match cover {
            Some(cover) => self.alpha.extend(cover.alpha),
            None => self
                .alpha
                .resize(self.alpha.len() + self.side * self.side, 0),
        }
    }

    /// Coverage `[N,1,S,S]` in [0, 1], and `[N]`, see [`super::Covers`].
    pub(super) fn tensors(&self, device: Device) -> (Tensor, Tensor) {
        let (count, side) = (self.expressive.len() as i64, self.side as i64);
        let alpha = Tensor::from_slice(&self.alpha).reshape([count, 1, side, side]);
        let coverage = alpha.to_device(device).to_kind(Kind::Float) / 255.0;
        (
            coverage,
            Tensor::from_slice(&self.expressive).to_device(device),
        )
    }
}

impl Cover {
    /// The bytes `[C,S,S]` of a `twin` behind the cover that was drawn over `face`, which made it `covered`.
    pub(super) fn over_twin<'a>(
        &'a self,
        twin: &'a [u8],
        face: &'a [u8],
        covered: &'a [u8],
    ) -> impl Iterator<Item = u8> + 'a {
        let pixels = twin.iter().zip(face).zip(covered);
        let alpha = self.alpha.iter().cycle();
        pixels
            .zip(alpha)
            .map(|(((&twin, &face), &covered), &alpha)| {
                let through = 1.0 - f32::from(alpha) / 255.0;
                let other = f32::from(twin) - f32::from(face);
                (f32::from(covered) + through * other)
                    .round()
                    .clamp(0.0, 255.0) as u8
            })
    }
}

/// The mouth's rectangle in a face crop: left, top, right, bottom, shares of the side.
const MOUTH: [f32; 4] = [0.3, 0.6, 0.7, 0.82];
/// Where the cheeks are, whose colour a hand takes: centres, shares of the side.
const CHEEKS: [[f32; 2]; 2] = [[0.27, 0.58], [0.73, 0.58]];

/// A shape: signed distance in shares of the side (below 0 inside), and shading, -1 to 1, at a point.
type Shape = Box<dyn Fn([f32; 2]) -> (f32, f32)>;

/// Draws a random cover over `image`, `[C,S,S]` bytes.
pub(super) fn draw(rng: &mut impl Rng, image: &mut [u8], size: usize) -> Cover {
    let channels = image.len() / (size * size);
    let (shapes, colour) = match rng.random_range(0..10) {
        0..4 => (vec![mask(rng)], cloth(rng)),
        4..8 => (hand(rng), skin(rng, image, size)),
        _ => (vec![object(rng)], cloth(rng)),
    };
    let contrast = rng.random_range(0.1..0.35_f32);
    let softness = rng.random_range(0.7..2.0_f32) / size as f32;
    let mut alpha = vec![0; size * size];
    let mut mouth = [0.0_f32, 0.0];
    for (index, alpha) in alpha.iter_mut().enumerate() {
        let at = [index % size, index / size].map(|i| (i as f32 + 0.5) / size as f32);
        let nearest = shapes.iter().map(|shape| shape(at));
        let (distance, shade) = nearest.fold((f32::MAX, 0.0), |a, b| if b.0 < a.0 { b } else { a });
        let coverage = (0.5 - distance / softness).clamp(0.0, 1.0);
        if at[0] > MOUTH[0] && at[0] < MOUTH[2] && at[1] > MOUTH[1] && at[1] < MOUTH[3] {
            mouth[0] += coverage;
            mouth[1] += 1.0;
        }
        *alpha = (coverage * 255.0) as u8;
        if coverage > 0.0 {
            for channel in 0..channels {
                let byte = &mut image[channel * size * size + index];
                let covered = colour[channel % 3] * (1.0 + contrast * shade);
                *byte = (f32::from(*byte) * (1.0 - coverage) + covered * coverage).clamp(0.0, 255.0)
                    as u8;
            }
        }
    }
    Cover {
        alpha,
        mouth: mouth[0] / f32::max(mouth[1], 1.0),
    }
}

/// Distance to a segment.
fn segment(at: [f32; 2], [a, b]: [[f32; 2]; 2]) -> f32 {
    let (ab, ap) = ([b[0] - a[0], b[1] - a[1]], [at[0] - a[0], at[1] - a[1]]);
    let t = ((ab[0] * ap[0] + ab[1] * ap[1]) / (ab[0] * ab[0] + ab[1] * ab[1]).max(1e-9))
        .clamp(0.0, 1.0);
    (ap[0] - t * ab[0]).hypot(ap[1] - t * ab[1])
}

/// A face mask over nose and mouth.
fn mask(rng: &mut impl Rng) -> Shape {
    let mut about = |middle: f32, range: f32| middle + rng.random_range(-range..=range);
    let (top, nose) = (about(0.52, 0.05), about(0.44, 0.05));
    let (half, chin) = (about(0.40, 0.05), about(0.98, 0.06));
    let folds = about(30.0, 12.0);
    Box::new(move |[x, y]| {
        let side = (x - 0.5).abs();
        // Upper rim: high at the nose; lower: narrows towards the chin.
        let rim = nose + (top - nose) * (side / half).powf(0.8);
        let width = half * (1.0 - ((y - top) / (chin - top)).clamp(0.0, 1.0).powi(3) * 0.5);
        let distance = (rim - y).max(side - width).max(y - chin);
        let shade =
            0.5 * (y * folds).sin() * f32::from(y > top) - 1.6 * (side / half).powi(2) + 0.3;
        (distance, shade)
    })
}

/// Fingers, and sometimes the back of the hand.
fn hand(rng: &mut impl Rng) -> Vec<Shape> {
    let tip = [
        rng.random_range(0.3..0.7_f32),
        rng.random_range(0.45..0.8_f32),
    ];
    let angle = rng.random_range(-2.6..-0.5_f32);
    let (sin, cos) = angle.sin_cos();
    let count = rng.random_range(2..=4);
    let radius = rng.random_range(0.045..0.075_f32);
    let mut shapes: Vec<Shape> = Vec::new();
    for finger in 0..count {
        let across =
            (finger as f32 - (count as f32 - 1.0) / 2.0) * radius * rng.random_range(1.9..2.2);
        let start = [tip[0] - sin * across, tip[1] + cos * across];
        let length = 0.8 + rng.random_range(-0.1..0.1_f32);
        let lead = rng.random_range(-0.06..0.06_f32);
        let start = [start[0] - cos * lead, start[1] + sin.abs() * lead];
        let end = [start[0] - cos * length, start[1] - sin * length];
        shapes.push(Box::new(move |at| {
            let distance = segment(at, [start, end]);
            (distance - radius, 0.5 - 2.2 * (distance / radius).powi(2))
        }));
    }
    if rng.random_bool(0.4) {
        let (centre, radius) = (
            [tip[0] - cos * 0.45, tip[1] - sin * 0.45],
            rng.random_range(0.16..0.25_f32),
        );
        shapes.push(Box::new(move |at| {
            let distance = (at[0] - centre[0]).hypot(at[1] - centre[1]);
            (distance - radius, 0.4 - distance / radius)
        }));
    }
    shapes
}

/// A rounded box: a telephone, a cup, a microphone.
fn object(rng: &mut impl Rng) -> Shape {
    let centre = [
        rng.random_range(0.2..0.8_f32),
        rng.random_range(0.5..1.0_f32),
    ];
    let half = [
        rng.random_range(0.06..0.22_f32),
        rng.random_range(0.1..0.35_f32),
    ];
    let (sin, cos) = rng.random_range(-0.6..0.6_f32).sin_cos();
    let round = rng.random_range(0.01..0.08_f32);
    Box::new(move |at| {
        let (dx, dy) = (at[0] - centre[0], at[1] - centre[1]);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let (du, dv) = (u.abs() - half[0], v.abs() - half[1]);
        let distance = du.max(0.0).hypot(dv.max(0.0)) + du.max(dv).min(0.0) - round;
        (distance, u / half[0] * 0.8 + 0.2 * v / half[1])
    })
}

/// Cloth and plastic: white, pale blue, black, any.
fn cloth(rng: &mut impl Rng) -> [f32; 3] {
    let light = rng.random_range(0.75..1.0_f32);
    match rng.random_range(0..4) {
        0 => [235.0, 235.0, 232.0].map(|c| c * light),
        1 => [150.0, 195.0, 215.0].map(|c| c * light),
        2 => [45.0, 45.0, 48.0].map(|c| c * light),
        _ => std::array::from_fn(|_| rng.random_range(20.0..235.0)),
    }
}

/// The mean colour of a cheek, a little lighter or darker.
fn skin(rng: &mut impl Rng, image: &[u8], size: usize) -> [f32; 3] {
    let channels = image.len() / (size * size);
    let cheek = CHEEKS[rng.random_range(0..2)];
    let light = rng.random_range(0.8..1.15_f32);
    let reach = size / 20 + 1;
    let [x, y] = cheek.map(|part| (part * size as f32) as usize);
    std::array::from_fn(|channel| {
        let plane = (channel % channels) * size * size;
        let (mut sum, mut count) = (0.0, 0.0);
        for row in y - reach..y + reach {
            for column in x - reach..x + reach {
                sum += f32::from(image[plane + row * size + column]);
                count += 1.0;
            }
        }
        sum / count * light
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_cover_changes_what_it_covers_and_nothing_else() {
        const SIDE: usize = 64;
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(3);
        let mut hidden = 0;
        for _ in 0..100 {
            let before = vec![128_u8; 3 * SIDE * SIDE];
            let mut image = before.clone();
            let cover = draw(&mut rng, &mut image, SIDE);
            assert!((0.0..=1.0).contains(&cover.mouth));
            hidden += usize::from(cover.mouth >= HIDDEN);
            for (index, (before, after)) in before.iter().zip(&image).enumerate() {
                let alpha = cover.alpha[index % (SIDE * SIDE)];
                // A coverage below a 255th is rounded away.
                assert!(alpha > 0 || before.abs_diff(*after) <= 1);
            }
        }
        assert!((20..=95).contains(&hidden), "{hidden}");
    }
}
