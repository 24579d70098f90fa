//! The identity encoder: whether two faces are of one person.
//!
//! A small residual network of this project, ended as in ArcFace (Deng et al., CVPR 2019, option E): batch norm,
//! a linear layer over all places (faces are framed alike, so places mean something), batch norm.

use super::{
    classifier::in_parts,
    layers::{BatchNorm, Convolution, Linear, average_pool2, reduced},
};
use tch::{Device, Kind, Tensor, nn};

/// Channels after the stem and after each block.
const WIDTHS: [usize; 4] = [24, 48, 96, 192];
/// Side of the last block's pictures: the stem and every block halve it.
const LAST_SIDE: usize = IdentityEncoder::SIZE >> WIDTHS.len();

/// Stem and three residual blocks, then an embedding of unit length.
#[derive(Debug)]
pub(crate) struct IdentityEncoder {
    stem: Convolution,
    stem_norm: BatchNorm,
    blocks: Vec<Block>,
    norm: BatchNorm,
    embedding: Linear,
    embedding_norm: BatchNorm,
}

impl IdentityEncoder {
    /// Side in pixels of the faces that it sees.
    pub(crate) const SIZE: usize = 64;
    /// Numbers of an embedding.
    pub(crate) const EMBEDDING: usize = 128;

    /// Makes the network under `path`.
    #[must_use]
    pub(crate) fn new(path: &nn::Path<'_>) -> Self {
        let last = WIDTHS[WIDTHS.len() - 1];
        let blocks = WIDTHS.windows(2).enumerate();
        Self {
            stem: Convolution::without_bias(&(path / "stem"), 3, WIDTHS[0], 3),
            stem_norm: BatchNorm::new(&(path / "stem_norm"), WIDTHS[0]),
            blocks: blocks
                .map(|(i, width)| Block::new(&(path / "blocks" / i), width[0], width[1]))
                .collect(),
            norm: BatchNorm::new(&(path / "norm"), last),
            embedding: Linear::new(
                &(path / "embedding"),
                last * LAST_SIDE * LAST_SIDE,
                Self::EMBEDDING,
            ),
            embedding_norm: BatchNorm::new(&(path / "embedding_norm"), Self::EMBEDDING),
        }
    }

    /// `x [N,3,64,64]` in [-1, 1], or `k` times as large -> `[N,128]`, each of length 1; `training` uses and
    /// accumulates the batch's own statistics.
    pub(crate) fn forward(&self, x: &Tensor, training: bool) -> Tensor {
        let h = self.stem.forward_stride2(&reduced(x, Self::SIZE as i64));
        let mut h = self.stem_norm.forward(&h, training).relu();
        for block in &self.blocks {
            h = block.forward(&h, training);
        }
        let h = self.norm.forward(&h, training).flatten(1, -1);
        let h = self.embedding.forward(&h).unsqueeze(-1).unsqueeze(-1);
        let h = self.embedding_norm.forward(&h, training).flatten(1, -1);
        unit(&h)
    }

    /// Embeddings of any number of faces, wherever they are: `faces [N,3,S,S]` -> `[N,128]` on the CPU, without
    /// gradients. Each is the mean over the face and its mirror image, again of length 1: who it is does not
    /// depend on left and right.
    pub(crate) fn embeddings(&self, faces: &Tensor, device: Device) -> Tensor {
        in_parts(faces, device, |part| {
            unit(&(self.forward(part, false) + self.forward(&part.flip([3]), false)))
        })
    }
}

/// Rows of length 1: `[N,d] -> [N,d]`.
pub(crate) fn unit(rows: &Tensor) -> Tensor {
    let lengths = rows.square().sum_dim_intlist(1, true, Kind::Float).sqrt();
    rows / lengths.clamp_min(1e-8)
}

/// `conv3x3 (half the size), norm, ReLU, conv3x3, norm`, plus a shortcut, then ReLU.
#[derive(Debug)]
struct Block {
    conv1: Convolution,
    norm1: BatchNorm,
    conv2: Convolution,
    norm2: BatchNorm,
    shortcut: Convolution,
    shortcut_norm: BatchNorm,
}

impl Block {
    fn new(path: &nn::Path<'_>, from: usize, to: usize) -> Self {
        Self {
            conv1: Convolution::without_bias(&(path / "conv1"), from, to, 3),
            norm1: BatchNorm::new(&(path / "norm1"), to),
            conv2: Convolution::without_bias(&(path / "conv2"), to, to, 3),
            norm2: BatchNorm::new(&(path / "norm2"), to),
            shortcut: Convolution::without_bias(&(path / "shortcut"), from, to, 1),
            shortcut_norm: BatchNorm::new(&(path / "shortcut_norm"), to),
        }
    }

    /// `[N,from,H,W] -> [N,to,H/2,W/2]`.
    fn forward(&self, x: &Tensor, training: bool) -> Tensor {
        let h = self.conv1.forward_stride2(x);
        let h = self.norm1.forward(&h, training).relu();
        let h = self.norm2.forward(&self.conv2.forward(&h), training);
        let shortcut = self.shortcut.forward(&average_pool2(x));
        (h + self.shortcut_norm.forward(&shortcut, training)).relu()
    }
}
