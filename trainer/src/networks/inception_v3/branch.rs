//! Units and branches, of which the modules are made.

use tch::{Tensor, nn};

/// Added to the variance in this network's batch norms.
const NORM_EPSILON: f64 = 1e-3;

/// Convolution without bias, batch norm, ReLU.
#[derive(Debug)]
pub(super) struct Unit {
    weight: Tensor,
    norm: [Tensor; 4],
    stride: i64,
    padding: [i64; 2],
}

impl Unit {
    pub(super) fn new(path: &nn::Path<'_>, from: i64, layer: &Layer) -> Self {
        let Layer {
            name,
            to,
            kernel,
            stride,
            padded,
        } = *layer;
        let path = path / name;
        let norm = &path / "bn";
        Self {
            weight: (&path / "conv").zeros("weight", &[to, from, kernel[0], kernel[1]]),
            norm: [
                norm.ones("weight", &[to]),
                norm.zeros("bias", &[to]),
                norm.zeros_no_train("running_mean", &[to]),
                norm.ones_no_train("running_var", &[to]),
            ],
            stride,
            padding: if padded {
                kernel.map(|side| side / 2)
            } else {
                [0, 0]
            },
        }
    }

    pub(super) fn forward(&self, x: &Tensor) -> Tensor {
        let stride = [self.stride; 2];
        let h = x.conv2d(
            &self.weight,
            None::<&Tensor>,
            stride,
            self.padding,
            [1, 1],
            1,
        );
        let [weight, bias, mean, variance] = &self.norm;
        h.batch_norm(
            Some(weight),
            Some(bias),
            Some(mean),
            Some(variance),
            false,
            0.0,
            NORM_EPSILON,
            true,
        )
        .relu()
    }
}

/// One unit of a branch, as the paper's tables list it (Szegedy et al. 2016).
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    name: &'static str,
    to: i64,
    kernel: [i64; 2],
    stride: i64,
    padded: bool,
}

/// A layer that keeps the image size.
pub(super) const fn same(name: &'static str, to: i64, height: i64, width: i64) -> Layer {
    Layer {
        name,
        to,
        kernel: [height, width],
        stride: 1,
        padded: true,
    }
}

/// A 3x3 layer without padding.
pub(super) const fn valid(name: &'static str, to: i64, stride: i64) -> Layer {
    Layer {
        name,
        to,
        kernel: [3, 3],
        stride,
        padded: false,
    }
}

/// What a branch starts with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pool {
    None,
    Average,
    Max,
}

impl Pool {
    pub(super) fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Self::None => x.shallow_clone(),
            Self::Average => x.avg_pool2d([3, 3], [1, 1], [1, 1], false, true, None::<i64>),
            Self::Max => x.max_pool2d([3, 3], [2, 2], [0, 0], [1, 1], false),
        }
    }
}

/// A pool and units one after the other; the last two may stand side by side.
#[derive(Debug)]
pub(super) struct Branch {
    pool: Pool,
    units: Vec<Unit>,
    end: End,
}

impl Branch {
    pub(super) fn forward(&self, x: &Tensor) -> Vec<Tensor> {
        let chained = self.units.len() - self.end.width();
        let (chain, fork) = self.units.split_at(chained);
        let h = chain
            .iter()
            .fold(self.pool.apply(x), |h, unit| unit.forward(&h));
        if fork.is_empty() {
            return vec![h];
        }
        fork.iter().map(|unit| unit.forward(&h)).collect()
    }
}

/// What a branch is made of.
pub(super) struct BranchPlan {
    pool: Pool,
    layers: Vec<Layer>,
    end: End,
}

/// How a branch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With its last unit.
    Single,
    /// With its last two units side by side.
    Forked,
}

impl End {
    /// Units that stand side by side at the end.
    fn width(self) -> usize {
        match self {
            Self::Single => 0,
            Self::Forked => 2,
        }
    }
}

/// Units one after the other.
pub(super) fn chain(layers: Vec<Layer>) -> BranchPlan {
    BranchPlan {
        pool: Pool::None,
        layers,
        end: End::Single,
    }
}

/// Units of which the last two stand side by side.
pub(super) fn forked(layers: Vec<Layer>) -> BranchPlan {
    BranchPlan {
        pool: Pool::None,
        layers,
        end: End::Forked,
    }
}

/// Units behind a pool.
pub(super) fn pooled(pool: Pool, layers: Vec<Layer>) -> BranchPlan {
    BranchPlan {
        pool,
        layers,
        end: End::Single,
    }
}

pub(super) fn mixed(path: &nn::Path<'_>, from: i64, plan: Vec<BranchPlan>) -> Vec<Branch> {
    let branch = |BranchPlan { pool, layers, end }: BranchPlan| {
        let mut width = from;
        let last_chained = layers.len() - end.width();
        let unit = |(i, layer): (usize, &Layer)| {
            let unit = Unit::new(path, width, layer);
            if i < last_chained {
                width = layer.to;
            }
            unit
        };
        let units = layers.iter().enumerate().map(unit).collect();
        Branch { pool, units, end }
    };
    plan.into_iter().map(branch).collect()
}
