//! The attribute classifier: finds the source domain of a live face, and judges edits.
//!
//! A plain network of this project; no paper has it.

use super::layers::{BatchNorm, Convolution, Linear, reduced};
use model_spec::{Architecture, network::CLASSIFIER_LAYERS};
use tch::{Device, Tensor, nn};

/// Images per forward pass when a whole set is classified.
const AT_ONCE: i64 = 256;

/// Five `conv3x3, batch norm, ReLU`, global average, one logit per attribute.
#[derive(Debug)]
pub struct Classifier {
    layers: Vec<(Convolution, BatchNorm)>,
    head: Linear,
    image_size: i64,
}

impl Classifier {
    /// Makes the network under `path`.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, architecture: &Architecture, attributes: usize) -> Self {
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
        Self {
            layers: layers.collect(),
            head: Linear::new(&(path / "head"), width(CLASSIFIER_LAYERS - 1), attributes),
            image_size: architecture.image_size as i64,
        }
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
        let mut h = reduced(x, self.image_size);
        for (i, (convolution, norm)) in self.layers.iter().enumerate() {
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
