//! ResNet18 up to its pooled features: the feature network `F` of the perceptual loss.
//!
//! He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.

use crate::{
    error::TrainError,
    weights::{self, Source, Weights},
};
use std::{fmt, path::Path};
use tch::{
    Device, Tensor,
    nn::{FuncT, ModuleT, VarStore},
    vision::resnet,
};

/// Mean and standard deviation per channel of the ImageNet pictures that ResNet18 learnt from.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Number of the pooled features.
pub(crate) const FEATURES: usize = 512;

/// The classification head, which features do not need.
const HEAD: &str = "fc.";

/// ResNet18 (He et al. 2016) up to its pooled features.
pub struct ResNet18 {
    network: FuncT<'static>,
    // Owns the weights that the network refers to.
    store: VarStore,
}

impl fmt::Debug for ResNet18 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResNet18").finish_non_exhaustive()
    }
}

impl ResNet18 {
    /// Weights of a torchvision `resnet18` state dictionary, `.pth` or imported safetensors.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming every missing, extra or misshapen tensor.
    pub fn load(path: &Path, device: Device) -> Result<Self, TrainError> {
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
        tensors.retain(|name, _| !name.starts_with(HEAD));
        let mut store = VarStore::new(device);
        let network = resnet::resnet18_no_final_layer(&store.root());
        weights::copy_exactly(&weights::of_store(&store, ""), &tensors, path)?;
        store.freeze();
        Ok(Self { network, store })
    }

    /// The weights, by torchvision's tensor names, without the classification head's.
    #[must_use]
    pub(crate) fn weights(&self) -> Weights {
        weights::of_store(&self.store, "")
    }

    /// `F(x)`: `x [N,C,S,S]` in [-1, 1], one or three channels -> `[N,FEATURES]`.
    pub fn features(&self, x: &Tensor) -> Tensor {
        self.network
            .forward_t(&imagenet_normalised(x), false)
            .flatten(1, -1)
    }
}

/// From [-1, 1], one or three channels, to what ImageNet's networks read: `[N,C,S,S] -> [N,3,S,S]`.
pub(crate) fn imagenet_normalised(x: &Tensor) -> Tensor {
    let size = x.size();
    let rgb = x.expand([size[0], MEAN.len() as i64, size[2], size[3]], false);
    let channel = |values: &[f32]| {
        Tensor::from_slice(values)
            .to_device(x.device())
            .reshape([1, -1, 1, 1])
    };
    // From [-1, 1] to [0, 1], the range ImageNet's statistics are for.
    let unit = rgb * 0.5 + 0.5;
    (unit - channel(&MEAN)) / channel(&DEVIATION)
}
