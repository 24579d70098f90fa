//! The attribute classifier: finds the source domain of a live face, and judges edits.

use super::{
    layers::{BatchNorm, Convolution, Linear, reduced},
    resnet18::{self, imagenet_normalised},
};
use clap::ValueEnum;
use model_spec::{Architecture, network::CLASSIFIER_LAYERS};
use std::fmt;
use tch::{
    Device, Tensor,
    nn::{self, FuncT, ModuleT},
    vision::resnet,
};

/// Images per forward pass when a whole set is classified.
const AT_ONCE: i64 = 256;

/// What a classifier's features come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClassifierNetwork {
    /// Five convolutions: small enough for the mirror; no paper has it. Those of models are all of this kind.
    Plain,
    /// ResNet18 (He et al. 2016), by which Yang et al. judge edits.
    #[value(name = "resnet18")]
    ResNet18,
}

impl ClassifierNetwork {
    /// As on the command line and in files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::ResNet18 => "resnet18",
        }
    }
}

enum Trunk {
    /// `conv3x3, batch norm, ReLU`, five times, and a global average.
    Plain(Vec<(Convolution, BatchNorm)>),
    ResNet18(FuncT<'static>),
}

impl fmt::Debug for Trunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(layers) => f.debug_tuple("Plain").field(layers).finish(),
            Self::ResNet18(_) => f.debug_tuple("ResNet18").finish_non_exhaustive(),
        }
    }
}

/// Pooled features, and one logit per attribute.
#[derive(Debug)]
pub struct Classifier {
    trunk: Trunk,
    head: Linear,
    image_size: i64,
}

impl Classifier {
    /// Makes the network under `path`.
    #[must_use]
    pub(crate) fn new(
        path: &nn::Path<'_>,
        network: ClassifierNetwork,
        architecture: &Architecture,
        attributes: usize,
    ) -> Self {
        let (trunk, features) = match network {
            ClassifierNetwork::Plain => Self::plain(path, architecture),
            ClassifierNetwork::ResNet18 => {
                let network = resnet::resnet18_no_final_layer(path);
                (Trunk::ResNet18(network), resnet18::FEATURES)
            }
        };
        Self {
            trunk,
            head: Linear::new(&(path / "head"), features, attributes),
            image_size: architecture.image_size as i64,
        }
    }

    /// The convolutions, and the number of their features.
    fn plain(path: &nn::Path<'_>, architecture: &Architecture) -> (Trunk, usize) {
        let width = |layer| architecture.classifier_width(layer);
        let layers = (0..CLASSIFIER_LAYERS).map(|i| {
            let from = if i == 0 {
                architecture.colour.channels()
            } else {
                width(i - 1)
            };
            let path = path / i;
            (
                Convolution::without_bias(&(&path / "conv"), from, width(i), 3),
                BatchNorm::new(&(&path / "norm"), width(i)),
            )
        });
        (Trunk::Plain(layers.collect()), width(CLASSIFIER_LAYERS - 1))
    }

    /// `x [N,C,S,S]` in [-1, 1], or `k` times as large -> logits `[N,A]`, above 0 = the attribute's `on` value.
    pub fn forward(&self, x: &Tensor, training: bool) -> Tensor {
        self.head.forward(&self.pooled(x, training))
    }

    /// Logits of any number of images, wherever they are: `images [N,C,S,S]` -> `[N,A]` on the CPU,
    /// without gradients.
    pub(crate) fn logits_of_all(&self, images: &Tensor, device: Device) -> Tensor {
        in_parts(images, device, |part| self.forward(part, false))
    }

    /// [`Self::features`] of any number of images, likewise: `[N,width]` on the CPU.
    pub(crate) fn features_of_all(&self, images: &Tensor, device: Device) -> Tensor {
        in_parts(images, device, |part| self.features(part))
    }

    /// Features for the perceptual loss, `[N,width]`: the head's input, with running statistics.
    pub(crate) fn features(&self, x: &Tensor) -> Tensor {
        self.pooled(x, false)
    }

    fn pooled(&self, x: &Tensor, training: bool) -> Tensor {
        let x = reduced(x, self.image_size);
        let layers = match &self.trunk {
            Trunk::Plain(layers) => layers,
            Trunk::ResNet18(network) => {
                let pooled = network.forward_t(&imagenet_normalised(&x), training);
                return pooled.flatten(1, -1);
            }
        };
        let mut h = x;
        for (i, (convolution, norm)) in layers.iter().enumerate() {
            h = if i == 0 {
                convolution.forward(&h)
            } else {
                convolution.forward_stride2(&h)
            };
            h = norm.forward(&h, training).relu();
        }
        h.mean_dim([2, 3].as_slice(), false, tch::Kind::Float)
    }
}

/// `of` some hundred images at a time, without gradients: `[N,…]` on the CPU.
pub(super) fn in_parts(images: &Tensor, device: Device, of: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let parts: Vec<Tensor> = tch::no_grad(|| {
        let parts = images.split(AT_ONCE, 0);
        let parts = parts.iter().map(|part| of(&part.to_device(device)));
        parts.map(|part| part.to_device(Device::Cpu)).collect()
    });
    Tensor::cat(&parts, 0)
}
