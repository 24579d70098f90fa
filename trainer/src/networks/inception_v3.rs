//! Inception v3 up to its pooled features: what the Fréchet inception distance is measured in.

use crate::{
    error::TrainError,
    weights::pickle,
    weights::{self, Weights},
};
use std::path::Path;
use tch::{
    Device, Tensor,
    nn::{self, VarStore},
};

/// Added to the variance in this network's batch norms.
const NORM_EPSILON: f64 = 1e-3;
/// Side in pixels of the images the network reads.
pub const SIDE: i64 = 299;
/// Tensors of the classification heads, which features do not need.
const HEADS: [&str; 2] = ["AuxLogits.", "fc."];

/// Convolution without bias, batch norm, ReLU.
#[derive(Debug)]
struct Unit {
    weight: Tensor,
    norm: [Tensor; 4],
    stride: i64,
    padding: [i64; 2],
}

impl Unit {
    fn new(path: &nn::Path<'_>, from: i64, layer: &Layer) -> Self {
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

    fn forward(&self, x: &Tensor) -> Tensor {
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
struct Layer {
    name: &'static str,
    to: i64,
    kernel: [i64; 2],
    stride: i64,
    padded: bool,
}

/// A layer that keeps the image size.
const fn same(name: &'static str, to: i64, height: i64, width: i64) -> Layer {
    Layer {
        name,
        to,
        kernel: [height, width],
        stride: 1,
        padded: true,
    }
}

/// A 3x3 layer without padding.
const fn valid(name: &'static str, to: i64, stride: i64) -> Layer {
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
enum Pool {
    None,
    Average,
    Max,
}

impl Pool {
    fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Self::None => x.shallow_clone(),
            Self::Average => x.avg_pool2d([3, 3], [1, 1], [1, 1], false, true, None::<i64>),
            Self::Max => x.max_pool2d([3, 3], [2, 2], [0, 0], [1, 1], false),
        }
    }
}

/// A pool and units one after the other; the last two of a forked branch stand side by side.
#[derive(Debug)]
struct Branch {
    pool: Pool,
    units: Vec<Unit>,
    forked: bool,
}

impl Branch {
    fn forward(&self, x: &Tensor) -> Vec<Tensor> {
        let chained = self.units.len() - if self.forked { 2 } else { 0 };
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

type BranchPlan = (Pool, Vec<Layer>, bool);

fn mixed(path: &nn::Path<'_>, from: i64, plan: Vec<BranchPlan>) -> Vec<Branch> {
    let branch = |(pool, layers, forked): BranchPlan| {
        let mut width = from;
        let last_chained = layers.len() - if forked { 2 } else { 0 };
        let unit = |(i, layer): (usize, &Layer)| {
            let unit = Unit::new(path, width, layer);
            if i < last_chained {
                width = layer.to;
            }
            unit
        };
        let units = layers.iter().enumerate().map(unit).collect();
        Branch {
            pool,
            units,
            forked,
        }
    };
    plan.into_iter().map(branch).collect()
}

/// 35x35 modules.
fn module_a(pooled: i64) -> Vec<BranchPlan> {
    vec![
        (Pool::None, vec![same("branch1x1", 64, 1, 1)], false),
        (
            Pool::None,
            vec![same("branch5x5_1", 48, 1, 1), same("branch5x5_2", 64, 5, 5)],
            false,
        ),
        (
            Pool::None,
            vec![
                same("branch3x3dbl_1", 64, 1, 1),
                same("branch3x3dbl_2", 96, 3, 3),
                same("branch3x3dbl_3", 96, 3, 3),
            ],
            false,
        ),
        (
            Pool::Average,
            vec![same("branch_pool", pooled, 1, 1)],
            false,
        ),
    ]
}

/// From 35x35 to 17x17.
fn module_b() -> Vec<BranchPlan> {
    vec![
        (Pool::None, vec![valid("branch3x3", 384, 2)], false),
        (
            Pool::None,
            vec![
                same("branch3x3dbl_1", 64, 1, 1),
                same("branch3x3dbl_2", 96, 3, 3),
                valid("branch3x3dbl_3", 96, 2),
            ],
            false,
        ),
        (Pool::Max, vec![], false),
    ]
}

/// 17x17 modules with `narrow` channels inside.
fn module_c(narrow: i64) -> Vec<BranchPlan> {
    vec![
        (Pool::None, vec![same("branch1x1", 192, 1, 1)], false),
        (
            Pool::None,
            vec![
                same("branch7x7_1", narrow, 1, 1),
                same("branch7x7_2", narrow, 1, 7),
                same("branch7x7_3", 192, 7, 1),
            ],
            false,
        ),
        (
            Pool::None,
            vec![
                same("branch7x7dbl_1", narrow, 1, 1),
                same("branch7x7dbl_2", narrow, 7, 1),
                same("branch7x7dbl_3", narrow, 1, 7),
                same("branch7x7dbl_4", narrow, 7, 1),
                same("branch7x7dbl_5", 192, 1, 7),
            ],
            false,
        ),
        (Pool::Average, vec![same("branch_pool", 192, 1, 1)], false),
    ]
}

/// From 17x17 to 8x8.
fn module_d() -> Vec<BranchPlan> {
    vec![
        (
            Pool::None,
            vec![same("branch3x3_1", 192, 1, 1), valid("branch3x3_2", 320, 2)],
            false,
        ),
        (
            Pool::None,
            vec![
                same("branch7x7x3_1", 192, 1, 1),
                same("branch7x7x3_2", 192, 1, 7),
                same("branch7x7x3_3", 192, 7, 1),
                valid("branch7x7x3_4", 192, 2),
            ],
            false,
        ),
        (Pool::Max, vec![], false),
    ]
}

/// 8x8 modules.
fn module_e() -> Vec<BranchPlan> {
    vec![
        (Pool::None, vec![same("branch1x1", 320, 1, 1)], false),
        (
            Pool::None,
            vec![
                same("branch3x3_1", 384, 1, 1),
                same("branch3x3_2a", 384, 1, 3),
                same("branch3x3_2b", 384, 3, 1),
            ],
            true,
        ),
        (
            Pool::None,
            vec![
                same("branch3x3dbl_1", 448, 1, 1),
                same("branch3x3dbl_2", 384, 3, 3),
                same("branch3x3dbl_3a", 384, 1, 3),
                same("branch3x3dbl_3b", 384, 3, 1),
            ],
            true,
        ),
        (Pool::Average, vec![same("branch_pool", 192, 1, 1)], false),
    ]
}

/// The network with its weights.
#[derive(Debug)]
pub struct InceptionV3 {
    store: VarStore,
    stem: Vec<Unit>,
    modules: Vec<Vec<Branch>>,
}

impl InceptionV3 {
    /// Empty weights, by torchvision's tensor names.
    #[must_use]
    pub fn new(device: Device) -> Self {
        let store = VarStore::new(device);
        let root = store.root();
        let unit = |from, layer: Layer| Unit::new(&root, from, &layer);
        let stem = vec![
            unit(3, valid("Conv2d_1a_3x3", 32, 2)),
            unit(32, valid("Conv2d_2a_3x3", 32, 1)),
            unit(32, same("Conv2d_2b_3x3", 64, 3, 3)),
            unit(64, same("Conv2d_3b_1x1", 80, 1, 1)),
            unit(80, valid("Conv2d_4a_3x3", 192, 1)),
        ];
        let module = |name, from, plan| mixed(&(&root / name), from, plan);
        let modules = vec![
            module("Mixed_5b", 192, module_a(32)),
            module("Mixed_5c", 256, module_a(64)),
            module("Mixed_5d", 288, module_a(64)),
            module("Mixed_6a", 288, module_b()),
            module("Mixed_6b", 768, module_c(128)),
            module("Mixed_6c", 768, module_c(160)),
            module("Mixed_6d", 768, module_c(160)),
            module("Mixed_6e", 768, module_c(192)),
            module("Mixed_7a", 768, module_d()),
            module("Mixed_7b", 1280, module_e()),
            module("Mixed_7c", 2048, module_e()),
        ];
        Self {
            store,
            stem,
            modules,
        }
    }

    /// Weights of a torchvision `inception_v3` state dictionary, `.pth` or imported safetensors.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming every missing, extra or misshapen tensor.
    pub fn load(path: &Path, device: Device) -> Result<Self, TrainError> {
        Self::from_weights(pickle::read_any(path, &[])?, path, device)
    }

    /// Weights by torchvision's tensor names; `path` is named in errors.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming every missing, extra or misshapen tensor.
    pub fn from_weights(
        mut tensors: Weights,
        path: &Path,
        device: Device,
    ) -> Result<Self, TrainError> {
        tensors.retain(|name, _| !HEADS.iter().any(|head| name.starts_with(head)));
        let mut network = Self::new(device);
        weights::copy_exactly(&network.weights(), &tensors, path)?;
        network.store.freeze();
        Ok(network)
    }

    /// The weights, by torchvision's tensor names, without the classification heads'.
    #[must_use]
    pub fn weights(&self) -> Weights {
        weights::of_store(&self.store, "")
    }

    /// Pooled features: `x [N,3,299,299]`, normalised as the weights expect -> `[N,2048]`.
    pub fn features(&self, x: &Tensor) -> Tensor {
        let mut h = x.shallow_clone();
        for (i, unit) in self.stem.iter().enumerate() {
            h = unit.forward(&h);
            if i == 2 || i == 4 {
                h = Pool::Max.apply(&h);
            }
        }
        for branches in &self.modules {
            let parts: Vec<Tensor> = branches.iter().flat_map(|b| b.forward(&h)).collect();
            h = Tensor::cat(&parts, 1);
        }
        h.mean_dim([2, 3].as_slice(), false, tch::Kind::Float)
    }
}
