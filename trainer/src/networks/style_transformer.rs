//! The style transformer: splits a style code and moves the part that is related to the attributes.
//!
//! Yang et al., "L2M-GAN: Learning to Manipulate Latent Space Semantics for Facial Attribute Editing",
//! CVPR 2021, section 3.2.

use super::{layers::Linear, style_encoder::select_domain};
use tch::{Tensor, nn};

/// Linear layers per multi-layer perceptron.
const LAYERS: usize = 3;

/// `d-d-d-d` with ReLU between.
#[derive(Debug)]
struct Perceptron([Linear; LAYERS]);

impl Perceptron {
    fn new(path: &nn::Path<'_>, style_dim: usize) -> Self {
        // Layers are numbered as in a sequence in which every ReLU counts.
        Self([0, 2, 4].map(|i| Linear::new(&(path / i), style_dim, style_dim)))
    }

    fn forward(&self, s: &Tensor) -> Tensor {
        let [first, second, third] = &self.0;
        third.forward(&second.forward(&first.forward(s).relu()).relu())
    }
}

/// A style code in its two parts, and the related part moved to another domain; each `[N,d]`.
#[derive(Debug)]
pub struct SplitStyle {
    /// `s_un = P(s)`: all that has nothing to do with the attributes.
    pub unrelated: Tensor,
    /// `s_re = s - s_un`.
    pub related: Tensor,
    /// `s~_re = T_y~(s_re)`.
    pub related_target: Tensor,
}

impl SplitStyle {
    /// Section 3.2, Yang et al. 2021: `s~ = s_un + s~_re`.
    ///
    /// # Shapes
    /// -> `[N,d]`.
    pub(crate) fn target(&self) -> Tensor {
        &self.unrelated + &self.related_target
    }
}

/// `P` and every `T_y` of the paper (section 3.2).
#[derive(Debug)]
pub struct StyleTransformer {
    unrelated: Perceptron,
    related: Vec<Perceptron>,
}

impl StyleTransformer {
    /// Makes the network under `path`.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>, style_dim: usize, domains: usize) -> Self {
        let transform = |y| Perceptron::new(&(path / "related" / y), style_dim);
        Self {
            unrelated: Perceptron::new(&(path / "unrelated"), style_dim),
            related: (0..domains).map(transform).collect(),
        }
    }

    /// Section 3.2, Yang et al. 2021: `s = s_un + s_re` with `s_un = P(s)`; returns `(s_un, s_re)`.
    ///
    /// # Shapes
    /// `s [N,d]` -> two of `[N,d]`.
    pub fn split(&self, s: &Tensor) -> (Tensor, Tensor) {
        let unrelated = self.unrelated.forward(s);
        let related = s - &unrelated;
        (unrelated, related)
    }

    /// Section 3.2, Yang et al. 2021: `s~_re = T_y~(s_re)`, for every domain.
    ///
    /// # Shapes
    /// `s_re [N,d]` -> `[N,Y,d]`.
    pub(crate) fn all_targets(&self, related: &Tensor) -> Tensor {
        let targets: Vec<Tensor> = self.related.iter().map(|t| t.forward(related)).collect();
        Tensor::stack(&targets, 1)
    }

    /// Splits codes and moves them to their target domains.
    ///
    /// # Shapes
    /// `s [N,d]`, `y~ [N]` int64 -> three of `[N,d]`.
    #[must_use]
    pub fn forward(&self, s: &Tensor, y_target: &Tensor) -> SplitStyle {
        let (unrelated, related) = self.split(s);
        let related_target = select_domain(&self.all_targets(&related), y_target);
        SplitStyle {
            unrelated,
            related,
            related_target,
        }
    }
}
