//! The losses of L2M-GAN (Yang et al. 2021, section 3.3), each a mean over its batch.

pub mod objective;

use serde::{Deserialize, Serialize};
use tch::{Kind, Reduction, Tensor};

/// Adversarial loss, non-saturating, in logits: `mean(softplus(-D))` for images that should be
/// judged real. `logits [N]` -> scalar.
pub fn judged_real(logits: &Tensor) -> Tensor {
    (-logits).softplus().mean(Kind::Float)
}

/// The discriminator's loss on drawn images: `mean(softplus(D))`. `logits [N]` -> scalar.
pub fn judged_drawn(logits: &Tensor) -> Tensor {
    logits.softplus().mean(Kind::Float)
}

/// R1 penalty (Mescheder et al. 2018): `0.5 |d D(x) / d x|^2`, summed over pixels, mean over images.
///
/// `logits [N]` of real images `x [N,C,S,S]` that require a gradient -> scalar, differentiable.
pub fn r1_penalty(logits: &Tensor, x: &Tensor) -> Tensor {
    let gradients = Tensor::run_backward(&[logits.sum(Kind::Float)], &[x], true, true);
    let squares = gradients[0].square().flatten(1, -1);
    squares
        .sum_dim_intlist([1].as_slice(), false, Kind::Float)
        .mean(Kind::Float)
        * 0.5
}

/// Mean absolute difference: the cycle loss on images, the style loss on codes, the perceptual loss
/// on features.
pub fn mean_absolute(a: &Tensor, b: &Tensor) -> Tensor {
    (a - b).abs().mean(Kind::Float)
}

/// Attribute classification loss: binary cross-entropy in logits.
///
/// `logits [N,A]`, one per attribute; `domains [N]` int64 -> scalar.
pub fn classification(logits: &Tensor, domains: &Tensor) -> Tensor {
    let values: Vec<Tensor> = (0..logits.size()[1])
        .map(|bit| {
            let shifted = domains.divide_scalar_mode((1_i64 << bit) as f64, "floor");
            shifted.remainder(2.0)
        })
        .collect();
    let labels = Tensor::stack(&values, 1).to_kind(Kind::Float);
    logits.binary_cross_entropy_with_logits::<Tensor>(&labels, None, None, Reduction::Mean)
}

/// Which parts of the code are kept orthogonal, and how (the rows of the paper's ablation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orthogonality {
    /// No orthogonality loss.
    None,
    /// `|s_un * s_re|` only.
    Single,
    /// Inner products instead of elementwise ones.
    Inner,
    /// The paper's: `|s_un * s_re| + |s_un * s~_re|`, elementwise.
    Full,
}

/// Whether losses on style codes see the codes' length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeScale {
    /// The paper's: plain means.
    Absolute,
    /// Divided by the mean magnitude of the codes (once per factor).
    ///
    /// # Deviations
    /// The paper's losses on codes fall to zero when the codes do. A generator that draws the whole
    /// image needs its codes and opposes that; one that draws a difference starts without needing
    /// them, and the codes vanish before it has learnt to read them.
    Relative,
}

impl CodeScale {
    /// What to divide a loss by that has `codes [N,d]` in it once.
    pub fn unit(self, codes: &Tensor) -> Tensor {
        match self {
            Self::Absolute => Tensor::ones([], (codes.kind(), codes.device())),
            Self::Relative => codes.abs().mean(Kind::Float) + SMALLEST_MAGNITUDE,
        }
    }
}

/// Keeps a relative loss finite for codes that are all zero.
const SMALLEST_MAGNITUDE: f64 = 1e-6;

/// Orthogonality of the unrelated code to the related ones. All `[N,d]` -> scalar.
pub fn orthogonality(
    unrelated: &Tensor,
    related: &Tensor,
    related_target: &Tensor,
    form: Orthogonality,
) -> Tensor {
    let elementwise = |related: &Tensor| (unrelated * related).abs().mean(Kind::Float);
    let inner = |related: &Tensor| {
        (unrelated * related)
            .sum_dim_intlist([1].as_slice(), false, Kind::Float)
            .abs()
            .mean(Kind::Float)
    };
    match form {
        Orthogonality::None => Tensor::zeros([], (Kind::Float, unrelated.device())),
        Orthogonality::Single => elementwise(related),
        Orthogonality::Inner => inner(related) + inner(related_target),
        Orthogonality::Full => elementwise(related) + elementwise(related_target),
    }
}
