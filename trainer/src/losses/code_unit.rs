//! What losses on style codes are measured in.

use crate::{config::CodeScale, ranks::Group};
use tch::{Kind, Tensor};

/// Keeps a relative loss finite for codes that are all zero.
const SMALLEST_MAGNITUDE: f64 = 1e-6;

/// What to divide a loss by that has `codes` in it once: 1, or the codes' mean magnitude over the whole batch.
///
/// # Shapes
/// `codes [N,d]` -> scalar.
pub(crate) fn code_unit(scale: CodeScale, codes: &Tensor, group: &Group) -> Tensor {
    match scale {
        CodeScale::Absolute => Tensor::ones([], (codes.kind(), codes.device())),
        CodeScale::Relative => group.mean(codes.abs().mean(Kind::Float)) + SMALLEST_MAGNITUDE,
    }
}
