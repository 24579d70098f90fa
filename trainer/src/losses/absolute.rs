//! The norm that the paper's reconstruction losses share.

use tch::{Kind, Tensor};

/// `||a - b||_1`, as a mean over all elements: two tensors of one shape -> scalar.
pub(super) fn mean_absolute(a: &Tensor, b: &Tensor) -> Tensor {
    (a - b).abs().mean(Kind::Float)
}
