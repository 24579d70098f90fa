//! The landmark network of generators with high-pass skips, and the face masks made of its heat maps.
//!
//! Wang et al., "Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression", ICCV 2019: one
//! hourglass (Newell et al., ECCV 2016) with coordinate channels (Liu et al., NeurIPS 2018) finds 98
//! landmarks. The masks say where the encoder's fine detail is passed on to the decoder.

mod masks;

pub use masks::masks_from_heat_maps;

use super::{
    generator::Masks,
    layers::{BatchNorm, Convolution, average_pool2, nearest_up2},
};
use crate::{
    error::TrainError,
    weights::{self, Source, Weights},
};
use model_spec::{
    network::face_mask::{HOURGLASS_DEPTH, HOURGLASS_WIDTH, LANDMARKS},
    tensor::MASK_SIZE,
};
use std::path::Path;
use tch::{
    Device, Kind, Tensor,
    nn::{self, VarStore},
};

/// Side in pixels of the images the network reads, and of the masks.
const SIDE: i64 = MASK_SIZE as i64;

/// Three convolutions `norm, ReLU, conv3x3` of widths 1/2, 1/4, 1/4, concatenated, plus the input.
#[derive(Debug)]
struct Block {
    layers: [(BatchNorm, Convolution); 3],
    shortcut: Option<(BatchNorm, Convolution)>,
}

impl Block {
    fn new(path: &nn::Path<'_>, from: usize, to: usize) -> Self {
        let layer = |i: usize, from, to| {
            let norm = BatchNorm::new(&(path / format!("bn{i}")), from);
            let path = path / format!("conv{i}");
            (norm, Convolution::without_bias(&path, from, to, 3))
        };
        let shortcut = || {
            let path = path / "downsample";
            let norm = BatchNorm::new(&(&path / 0), from);
            (norm, Convolution::without_bias(&(&path / 2), from, to, 1))
        };
        Self {
            layers: [
                layer(1, from, to / 2),
                layer(2, to / 2, to / 4),
                layer(3, to / 4, to / 4),
            ],
            shortcut: (from != to).then(shortcut),
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let apply = |(norm, convolution): &(BatchNorm, Convolution), x: &Tensor| {
            convolution.forward(&norm.forward(x, false).relu())
        };
        let mut parts: Vec<Tensor> = Vec::new();
        for layer in &self.layers {
            let part = apply(layer, parts.last().unwrap_or(x));
            parts.push(part);
        }
        let sum = Tensor::cat(&parts, 1);
        match &self.shortcut {
            Some(shortcut) => sum + apply(shortcut, x),
            None => sum + x,
        }
    }
}

/// One level: its skip, the block before the next level and the one behind it.
#[derive(Debug)]
struct Level {
    skip: Block,
    down: Block,
    up: Block,
}

/// The network with its weights.
#[derive(Debug)]
pub struct FaceMask {
    store: VarStore,
    stem: Convolution,
    stem_norm: BatchNorm,
    blocks: [Block; 3],
    coordinates: Convolution,
    /// Outermost first.
    levels: Vec<Level>,
    innermost: Block,
    top: Block,
    last: Convolution,
    last_norm: BatchNorm,
    heat: Convolution,
}

impl FaceMask {
    /// Fresh weights.
    #[must_use]
    pub fn new(device: Device) -> Self {
        let store = VarStore::new(device);
        let root = store.root();
        let hourglass = &root / "m0";
        let block =
            |name: String| Block::new(&(&hourglass / name), HOURGLASS_WIDTH, HOURGLASS_WIDTH);
        let level = |n| Level {
            skip: block(format!("b1_{n}")),
            down: block(format!("b2_{n}")),
            up: block(format!("b3_{n}")),
        };
        Self {
            stem: Convolution::new(&(&root / "conv1" / "conv"), 6, 64, 7),
            stem_norm: BatchNorm::new(&(&root / "bn1"), 64),
            blocks: [
                Block::new(&(&root / "conv2"), 64, 128),
                Block::new(&(&root / "conv3"), 128, 128),
                Block::new(&(&root / "conv4"), 128, HOURGLASS_WIDTH),
            ],
            coordinates: Convolution::new(
                &(&hourglass / "coordconv" / "conv"),
                HOURGLASS_WIDTH + 3,
                HOURGLASS_WIDTH,
                1,
            ),
            levels: (1..=HOURGLASS_DEPTH).rev().map(level).collect(),
            innermost: block("b2_plus_1".into()),
            top: Block::new(&(&root / "top_m_0"), HOURGLASS_WIDTH, HOURGLASS_WIDTH),
            last: Convolution::new(&(&root / "conv_last0"), HOURGLASS_WIDTH, HOURGLASS_WIDTH, 1),
            last_norm: BatchNorm::new(&(&root / "bn_end0"), HOURGLASS_WIDTH),
            heat: Convolution::new(&(&root / "l0"), HOURGLASS_WIDTH, LANDMARKS + 1, 1),
            store,
        }
    }

    /// Weights by the names of `wing.ckpt`; `path` is named in errors.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming every missing, extra or misshapen tensor.
    pub fn from_weights(
        tensors: &Weights,
        path: &Path,
        device: Device,
    ) -> Result<Self, TrainError> {
        let mut network = Self::new(device);
        weights::copy_exactly(&network.weights(), tensors, path)?;
        network.store.freeze();
        Ok(network)
    }

    /// Weights of `wing.ckpt`, of an official `nets_ema.ckpt` (its `fan`), or of an imported
    /// checkpoint's `face_mask.safetensors`.
    ///
    /// # Errors
    /// [`TrainError::Weights`].
    pub fn load(path: &Path, device: Device) -> Result<Self, TrainError> {
        let tensors = Source::open(path)?.network(&["fan", "state_dict"])?;
        Self::from_weights(&tensors, path, device)
    }

    /// The weights, by the names of `wing.ckpt`.
    #[must_use]
    pub fn weights(&self) -> Weights {
        weights::of_store(&self.store, "")
    }

    /// Heat maps of the landmarks.
    ///
    /// # Shapes
    /// `x [N,C,S,S]` in [-1, 1], one or three channels -> `[N,98,64,64]`.
    pub fn heat_maps(&self, x: &Tensor) -> Tensor {
        let size = x.size();
        let rgb = x.expand([size[0], 3, size[2], size[3]], false) * 0.5 + 0.5;
        let rgb = rgb.upsample_bilinear2d([SIDE, SIDE], false, None, None);
        let h = self.stem.forward_stride2(&with_coordinates(&rgb));
        let h = self.blocks[0].forward(&self.stem_norm.forward(&h, false).relu());
        let h = self.blocks[1].forward(&average_pool2(&h));
        let h = self.blocks[2].forward(&h);
        let h = self.coordinates.forward(&with_coordinates(&h));
        let h = self.top.forward(&self.hourglass(&h, &self.levels));
        let h = self.last_norm.forward(&self.last.forward(&h), false).relu();
        self.heat.forward(&h).narrow(1, 0, LANDMARKS as i64)
    }

    fn hourglass(&self, x: &Tensor, levels: &[Level]) -> Tensor {
        let Some((level, inner)) = levels.split_first() else {
            return self.innermost.forward(x);
        };
        let h = level.down.forward(&average_pool2(x));
        let h = level.up.forward(&self.hourglass(&h, inner));
        level.skip.forward(x) + nearest_up2(&h)
    }

    /// Masks of faces, never differentiated: `x [N,C,S,S]` in [-1, 1] -> two `[N,1,256,256]`.
    #[must_use]
    pub fn masks(&self, x: &Tensor) -> Masks {
        tch::no_grad(|| masks_from_heat_maps(&self.heat_maps(x)))
    }
}

/// Appends row and column, -1 to 1, and radius, 0 to 1: `[N,C,H,W] -> [N,C+3,H,W]`.
fn with_coordinates(x: &Tensor) -> Tensor {
    let size = x.size();
    let (height, width) = (size[2], size[3]);
    let line = |count: i64| Tensor::linspace(-1.0, 1.0, count, (Kind::Float, x.device()));
    let rows = line(height).reshape([1, 1, height, 1]);
    let columns = line(width).reshape([1, 1, 1, width]);
    let radius = (rows.square() + columns.square()).sqrt();
    let radius = &radius / radius.max();
    let whole = |t: Tensor| t.expand([size[0], 1, height, width], false);
    Tensor::cat(
        &[
            x.shallow_clone(),
            whole(rows),
            whole(columns),
            whole(radius),
        ],
        1,
    )
}
