//! Where a resampled convolution pays in another form: every shape of the paper's networks, at several
//! batch sizes.
//!
//! ```sh
//! GOMP_SPINCOUNT=0 cargo bench -p trainer --bench forms --profile dev
//! ```
//!
//! All forms run in turns and the shortest time of each counts. Two ratios to the plain form: forward, and
//! forward and backward together.

use std::time::{Duration, Instant};
use tch::{Device, Kind, Tensor, nn::VarStore};
use trainer::networks::{ConvolutionForm, Rewrite, layers::Convolution};

const ROUNDS: usize = 9;
/// The plain one first.
const FORMS: [ConvolutionForm; 3] = [
    ConvolutionForm::Plain,
    ConvolutionForm::Always(Rewrite::SpreadKernel),
    ConvolutionForm::Always(Rewrite::BoxFilter),
];

/// A layer next to a resampling.
#[derive(Clone, Copy)]
struct Shape {
    from: usize,
    to: usize,
    /// Side of the smaller image in pixels.
    side: i64,
}

const fn shape(from: usize, to: usize, side: i64) -> Shape {
    Shape { from, to, side }
}

const POOLED: [Shape; 6] = [
    shape(64, 64, 64),
    shape(128, 128, 32),
    shape(256, 256, 16),
    shape(512, 512, 8),
    shape(512, 512, 4),
    shape(512, 512, 2),
];
const UPSAMPLED: [Shape; 4] = [
    shape(512, 512, 8),
    shape(512, 256, 16),
    shape(256, 128, 32),
    shape(128, 64, 64),
];

type Run = fn(&Convolution, &Tensor, ConvolutionForm) -> Tensor;

fn main() {
    println!(
        "| layer | channels | to or from, px | batch | smaller pixels | spread kernel | box filter | chosen |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for batch in [2, 8] {
        for shape in POOLED {
            row(
                "conv3x3, pool",
                shape,
                batch,
                2,
                Convolution::forward_pooled,
            );
        }
        for shape in UPSAMPLED {
            row(
                "up, conv3x3",
                shape,
                batch,
                1,
                Convolution::forward_upsampled,
            );
        }
    }
}

/// Times one layer, whose input is `scale` times the smaller side, forward, and forward and backward.
fn row(name: &str, shape: Shape, batch: i64, scale: i64, run: Run) {
    let Shape { from, to, side } = shape;
    let store = VarStore::new(Device::Cpu);
    let convolution = Convolution::new(&store.root(), from, to, 3);
    let weight = &store.variables()["weight"];
    let size = [batch, from as i64, scale * side, scale * side];
    let x = Tensor::randn(size, (Kind::Float, Device::Cpu)).set_requires_grad(true);
    let mut shortest = [[Duration::MAX; 2]; FORMS.len()];
    for _ in 0..ROUNDS {
        for (form, times) in FORMS.into_iter().zip(&mut shortest) {
            let started = Instant::now();
            let _ = tch::no_grad(|| run(&convolution, &x, form));
            times[0] = times[0].min(started.elapsed());
            let started = Instant::now();
            let y = run(&convolution, &x, form).sum(Kind::Float);
            let _ = Tensor::run_backward(&[y], &[&x, weight], false, false);
            times[1] = times[1].min(started.elapsed());
        }
    }
    let [plain, spread, boxed] = shortest;
    let ratios = |times: [Duration; 2]| {
        let [forward, both] = [0, 1].map(|i| times[i].as_secs_f64() / plain[i].as_secs_f64());
        format!("{forward:.2}, {both:.2}")
    };
    let pixels = batch * side * side;
    let chosen = match ConvolutionForm::Rewritten.rewrite(from as i64, pixels) {
        None => "plain",
        Some(Rewrite::SpreadKernel) => "spread kernel",
        Some(Rewrite::BoxFilter) => "box filter",
    };
    println!(
        "| {name} | {from} to {to} | {side} | {batch} | {pixels} | {} | {} | {chosen} |",
        ratios(spread),
        ratios(boxed)
    );
}
