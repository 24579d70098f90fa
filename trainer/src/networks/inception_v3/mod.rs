//! Inception v3 up to its pooled features, in which the Fréchet inception distance is measured.
//!
//! Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016.

mod branch;
mod modules;

use crate::{
    error::TrainError,
    weights::{self, Source, Weights},
};
use branch::{Branch, Layer, Pool, Unit, mixed, same, valid};
use modules::{module_a, module_b, module_c, module_d, module_e};
use std::path::Path;
use tch::{Device, Tensor, nn::VarStore};

/// Side in pixels of the images the network reads.
pub(crate) const SIDE: i64 = 299;
/// Tensors of the classification heads, which features do not need.
const HEADS: [&str; 2] = ["AuxLogits.", "fc."];

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
    pub(crate) fn load(path: &Path, device: Device) -> Result<Self, TrainError> {
        Self::from_weights(Source::open(path)?.network(&["state_dict"])?, path, device)
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
