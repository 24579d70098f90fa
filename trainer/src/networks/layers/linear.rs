//! The linear layer.

use super::{HE, multiply_adds};
use tch::{Tensor, nn, nn::Init};

/// `y = W x + b`.
#[derive(Debug)]
pub(crate) struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    /// `[N,from] -> [N,to]`.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, from: usize, to: usize) -> Self {
        Self {
            weight: path.var("weight", &[to as i64, from as i64], HE),
            bias: path.var("bias", &[to as i64], Init::Const(0.0)),
        }
    }

    /// `[N,from] -> [N,to]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
        multiply_adds::add(x.size()[0] * self.weight.numel() as i64);
        x.linear(&self.weight, Some(&self.bias))
    }
}
