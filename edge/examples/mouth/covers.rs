//! Things in front of a mouth, drawn over pictures: what the mirror's judgement is fitted to, and measured with.
//!
//! Places are shares of the model's crop, from its upper left corner; the mouth lies about (0.5, 0.7).

use aligner::Square;
use edge::picture::frame::Frame;
use rand::{Rng, RngExt};

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A face mask over nose and mouth.
    Mask,
    /// Fingers, in the colour of a cheek.
    Fingers,
    /// A rounded box: a telephone, a cup, a microphone.
    Thing,
    /// A piece of another picture.
    Piece,
    /// A scarf or a collar, from the nose down and past the face.
    Scarf,
    /// A flat hand or a fist, in the colour of a cheek.
    Palm,
    /// A book, a paper, a sign: straight edges, print.
    Print,
}

impl Kind {
    /// Those that the weights are fitted to.
    pub const FITTED: [Self; 4] = [Self::Mask, Self::Fingers, Self::Thing, Self::Piece];
    /// Those that the weights have never seen.
    pub const HELD_OUT: [Self; 3] = [Self::Scarf, Self::Palm, Self::Print];
}

/// The mouth's rectangle in a crop: left, top, right, bottom.
const MOUTH: [f32; 4] = [0.35, 0.62, 0.65, 0.78];
const CHEEKS: [[f32; 2]; 2] = [[0.3, 0.56], [0.7, 0.56]];

/// Signed distance, below 0 inside, and shading, -1 to 1.
type Shape = Box<dyn Fn([f32; 2]) -> (f32, f32)>;

/// Draws a cover over the face at `crop`; returns the share of the mouth's rectangle that it hides.
pub fn draw(rng: &mut impl Rng, kind: Kind, frame: &mut Frame, crop: Square, donor: &Frame) -> f32 {
    let shapes = shapes(rng, kind);
    let colour = match kind {
        Kind::Fingers | Kind::Palm => skin(rng, frame, crop),
        Kind::Mask | Kind::Thing | Kind::Piece | Kind::Scarf | Kind::Print => cloth(rng),
    };
    let cloth = Cloth::random(rng, kind);
    let contrast = rng.random_range(0.1..0.35_f32);
    let softness = rng.random_range(0.006..0.02_f32);
    let away = [0, 1].map(|i| {
        let room = [donor.width, donor.height][i] as f32;
        rng.random_range(0.0..room)
    });
    let bounds = crop.scaled(2.2).bounds();
    let edge = |at: f32, limit: usize| at.clamp(0.0, limit as f32) as usize;
    let [left, top] = [0, 1].map(|i| bounds.centre[i] - 0.5 * bounds.side);
    let (columns, rows) = (
        edge(left, frame.width)..edge(left + bounds.side, frame.width),
        edge(top, frame.height)..edge(top + bounds.side, frame.height),
    );
    let (mut hidden, mut count) = (0.0, 0.0);
    for y in rows {
        for x in columns.clone() {
            let at = crop.crop_from_frame([x as f32 + 0.5, y as f32 + 0.5]);
            let at = at.map(|part| part + 0.5);
            let nearest = shapes.iter().map(|shape| shape(at));
            let (distance, shade) =
                nearest.fold((f32::MAX, 0.0), |a, b| if b.0 < a.0 { b } else { a });
            let coverage = (0.5 - distance / softness).clamp(0.0, 1.0);
            if at[0] > MOUTH[0] && at[0] < MOUTH[2] && at[1] > MOUTH[1] && at[1] < MOUTH[3] {
                hidden += coverage;
                count += 1.0;
            }
            if coverage == 0.0 {
                continue;
            }
            let from = [0, 1].map(|i| {
                let room = [donor.width, donor.height][i];
                (away[i] + [x, y][i] as f32) as usize % room.max(1)
            });
            let shade = (1.0 + contrast * shade) * cloth.at(at);
            let donor = &donor.rgb[3 * (from[1] * donor.width + from[0])..];
            let bytes = &mut frame.rgb[3 * (y * frame.width + x)..][..3];
            for ((byte, donor), colour) in bytes.iter_mut().zip(donor).zip(colour) {
                let drawn = match kind {
                    Kind::Piece => f32::from(*donor),
                    _ => colour * shade,
                };
                let mixed = f32::from(*byte) * (1.0 - coverage) + drawn * coverage;
                *byte = mixed.clamp(0.0, 255.0) as u8;
            }
        }
    }
    hidden / f32::max(count, 1.0)
}

/// What is printed on or woven into a cover.
struct Cloth {
    stripes: [f32; 2],
    depth: f32,
    checks: bool,
}

impl Cloth {
    fn random(rng: &mut impl Rng, kind: Kind) -> Self {
        let depth = match kind {
            Kind::Fingers | Kind::Palm => rng.random_range(0.0..0.04),
            Kind::Print => rng.random_range(0.2..0.7),
            Kind::Scarf => rng.random_range(0.0..0.5),
            Kind::Mask | Kind::Thing | Kind::Piece => rng.random_range(0.0..0.25_f32).powi(2) * 4.0,
        };
        Self {
            stripes: [rng.random_range(-90.0..90.0), rng.random_range(-90.0..90.0)],
            depth,
            checks: rng.random_bool(0.5),
        }
    }

    fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let [a, b] = self.stripes;
        let wave = (a * x + b * y).sin();
        let wave = if self.checks {
            wave * (b * x - a * y).sin()
        } else {
            wave
        };
        1.0 - self.depth * (0.5 + 0.5 * wave)
    }
}

fn shapes(rng: &mut impl Rng, kind: Kind) -> Vec<Shape> {
    match kind {
        Kind::Mask => vec![mask(rng)],
        Kind::Fingers => fingers(rng),
        Kind::Thing | Kind::Print => vec![thing(rng, kind)],
        Kind::Piece => vec![match rng.random_range(0..3) {
            0 => mask(rng),
            1 => scarf(rng),
            _ => thing(rng, kind),
        }],
        Kind::Scarf => vec![scarf(rng)],
        Kind::Palm => palm(rng),
    }
}

fn segment(at: [f32; 2], [a, b]: [[f32; 2]; 2]) -> f32 {
    let (ab, ap) = ([b[0] - a[0], b[1] - a[1]], [at[0] - a[0], at[1] - a[1]]);
    let t = ((ab[0] * ap[0] + ab[1] * ap[1]) / (ab[0] * ab[0] + ab[1] * ab[1]).max(1e-9))
        .clamp(0.0, 1.0);
    (ap[0] - t * ab[0]).hypot(ap[1] - t * ab[1])
}

fn mask(rng: &mut impl Rng) -> Shape {
    let mut about = |middle: f32, range: f32| middle + rng.random_range(-range..=range);
    let (top, nose) = (about(0.54, 0.06), about(0.48, 0.08));
    let (half, chin) = (about(0.40, 0.06), about(0.98, 0.08));
    let folds = about(30.0, 15.0);
    Box::new(move |[x, y]| {
        let side = (x - 0.5).abs();
        let rim = nose + (top - nose) * (side / half).powf(0.8);
        let width = half * (1.0 - ((y - top) / (chin - top)).clamp(0.0, 1.0).powi(3) * 0.5);
        let distance = (rim - y).max(side - width).max(y - chin);
        let shade =
            0.5 * (y * folds).sin() * f32::from(y > top) - 1.6 * (side / half).powi(2) + 0.3;
        (distance, shade)
    })
}

fn scarf(rng: &mut impl Rng) -> Shape {
    let (top, bend) = (
        rng.random_range(0.5..0.72_f32),
        rng.random_range(-0.5..0.5_f32),
    );
    let (tilt, folds) = (
        rng.random_range(-0.15..0.15_f32),
        rng.random_range(8.0..40.0_f32),
    );
    Box::new(move |[x, y]| {
        let rim = top + bend * (x - 0.5).powi(2) + tilt * (x - 0.5);
        (rim - y, 0.7 * ((y + 0.3 * x) * folds).sin())
    })
}

fn fingers(rng: &mut impl Rng) -> Vec<Shape> {
    let tip = [
        rng.random_range(0.3..0.7_f32),
        rng.random_range(0.5..0.8_f32),
    ];
    let angle = rng.random_range(-3.6..0.5_f32);
    let (sin, cos) = angle.sin_cos();
    let count = rng.random_range(2..=4);
    let radius = rng.random_range(0.045..0.075_f32);
    let mut shapes: Vec<Shape> = Vec::new();
    for finger in 0..count {
        let across =
            (finger as f32 - (count as f32 - 1.0) / 2.0) * radius * rng.random_range(1.8..2.1);
        let start = [tip[0] - sin * across, tip[1] + cos * across];
        let lead = rng.random_range(-0.06..0.06_f32);
        let start = [start[0] + cos * lead, start[1] - sin * lead];
        let end = [start[0] - cos * 0.8, start[1] - sin * 0.8];
        shapes.push(Box::new(move |at| {
            let distance = segment(at, [start, end]);
            (distance - radius, 0.5 - 2.2 * (distance / radius).powi(2))
        }));
    }
    shapes
}

fn palm(rng: &mut impl Rng) -> Vec<Shape> {
    let centre = [
        rng.random_range(0.38..0.62_f32),
        rng.random_range(0.66..0.82_f32),
    ];
    let half = [
        rng.random_range(0.14..0.22_f32),
        rng.random_range(0.12..0.2_f32),
    ];
    let (sin, cos) = rng.random_range(-0.8..0.8_f32).sin_cos();
    let knuckles = rng.random_range(20.0..32.0_f32);
    let arm = [centre[0] + rng.random_range(-0.3..0.3_f32), 1.6];
    vec![
        Box::new(move |at: [f32; 2]| {
            let (dx, dy) = (at[0] - centre[0], at[1] - centre[1]);
            let (u, v) = (
                (dx * cos + dy * sin) / half[0],
                (dy * cos - dx * sin) / half[1],
            );
            let far = (u.powi(4) + v.powi(4)).powf(0.25);
            (
                (far - 1.0) * half[1],
                0.5 * (knuckles * (u * half[0])).cos() - 0.6 * far,
            )
        }),
        Box::new(move |at| {
            let distance = segment(at, [centre, arm]);
            (distance - 0.11, 0.3 - distance / 0.11)
        }),
    ]
}

fn thing(rng: &mut impl Rng, kind: Kind) -> Shape {
    let centre = [
        rng.random_range(0.25..0.75_f32),
        rng.random_range(0.55..0.95_f32),
    ];
    let half = [
        rng.random_range(0.08..0.25_f32),
        rng.random_range(0.1..0.35_f32),
    ];
    let half = if kind == Kind::Print {
        half.map(|side| 1.3 * side)
    } else {
        half
    };
    let (sin, cos) = rng.random_range(-0.6..0.6_f32).sin_cos();
    let round = if kind == Kind::Print {
        0.0
    } else {
        rng.random_range(0.01..0.08_f32)
    };
    Box::new(move |at| {
        let (dx, dy) = (at[0] - centre[0], at[1] - centre[1]);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let (du, dv) = (u.abs() - half[0], v.abs() - half[1]);
        let distance = du.max(0.0).hypot(dv.max(0.0)) + du.max(dv).min(0.0) - round;
        (distance, u / half[0] * 0.8 + 0.2 * v / half[1])
    })
}

fn cloth(rng: &mut impl Rng) -> [f32; 3] {
    let light = rng.random_range(0.5..1.0_f32);
    match rng.random_range(0..5) {
        0 => [235.0, 235.0, 232.0].map(|c| c * light),
        1 => [150.0, 195.0, 215.0].map(|c| c * light),
        2 => [45.0, 45.0, 48.0].map(|c| c * light),
        _ => std::array::from_fn(|_| rng.random_range(20.0..235.0)),
    }
}

/// The mean colour of a cheek, a little lighter or darker.
fn skin(rng: &mut impl Rng, frame: &Frame, crop: Square) -> [f32; 3] {
    let cheek = CHEEKS[rng.random_range(0..2)];
    let light = rng.random_range(0.8..1.15_f32);
    let at = crop.frame_from_crop(cheek.map(|part| part - 0.5));
    let reach = (crop.side / 20.0) as isize;
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for y in at[1] as isize - reach..=at[1] as isize + reach {
        for x in at[0] as isize - reach..=at[0] as isize + reach {
            let (x, y) = (
                x.clamp(0, frame.width as isize - 1) as usize,
                y.clamp(0, frame.height as isize - 1) as usize,
            );
            for (sum, byte) in sum.iter_mut().zip(&frame.rgb[3 * (y * frame.width + x)..]) {
                *sum += f32::from(*byte);
            }
            count += 1.0;
        }
    }
    sum.map(|sum| sum / count * light)
}
