//! What losses of several kinds share: means of absolute values, and the steps between neighbours.

use tch::{Kind, Tensor};

/// `||a - b||_1`, as a mean over all elements: two tensors of one shape -> scalar.
pub(super) fn mean_absolute(a: &Tensor, b: &Tensor) -> Tensor {
    (a - b).abs().mean(Kind::Float)
}

/// The difference of each element to its neighbour along a side, which has one element less.
pub(super) fn step(x: &Tensor, side: i64) -> Tensor {
    let count = x.size()[side as usize] - 1;
    x.narrow(side, 1, count) - x.narrow(side, 0, count)
}

/// The mean absolute difference of neighbours, over both directions: `[N,C,h,w]` -> scalar.
pub(super) fn total_variation(x: &Tensor) -> Tensor {
    let steepness = |side| step(x, side).abs().mean(Kind::Float);
    steepness(2) + steepness(3)
}
