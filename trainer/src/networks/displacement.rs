//! The head that moves pixels: a smooth displacement field of the decoder's features.
//!
//! Dorta et al., "The GAN that Warped: Semantic Attribute Editing With Unpaired Data", CVPR 2020. Not in Yang
//! et al. 2021.

use super::layers::{Convolution, enlarged, leaky_relu};
use model_spec::{Architecture, network::FIELD_CHANNELS};
use tch::{Kind, Tensor, nn};

/// `u = m tanh(conv(conv(f)))` of the decoder's features `f` at the field's size.
#[derive(Debug)]
pub(super) struct Displacement {
    first: Convolution,
    last: Convolution,
    largest: f64,
}

impl Displacement {
    /// Makes the head under `path`; at first nothing moves.
    pub(super) fn new(path: &nn::Path<'_>, architecture: &Architecture) -> Self {
        let mut last = Convolution::new(&(path / 1), FIELD_CHANNELS, 2, 3);
        last.set_zero();
        let features = architecture.field_features();
        Self {
            first: Convolution::new(&(path / 0), features, FIELD_CHANNELS, 3),
            last,
            largest: f64::from(architecture.largest_displacement),
        }
    }

    /// `f [N,C',32,32]` -> `u [N,2,32,32]`: right and down, in shares of the image's side.
    pub(super) fn forward(&self, f: &Tensor) -> Tensor {
        let h = self.first.forward(&leaky_relu(f));
        let u = self.last.forward(&leaky_relu(&h));
        u.to_kind(Kind::Float).tanh() * self.largest
    }
}

/// Images moved by a displacement field: the pixel at `p` shows what was at `p + u(p)`, the border repeats. The
/// tensor form of [`model_spec::displacement::apply`].
///
/// # Shapes
/// `x [N,C,H,H]`, `u [N,2,h,h]` (right, down; shares of the side), enlarged bicubically -> `[N,C,H,H]`.
pub fn warp(x: &Tensor, u: &Tensor) -> Tensor {
    const BILINEAR: i64 = 0;
    const BORDER: i64 = 1;
    let identity = Tensor::eye(3, (Kind::Float, x.device())).narrow(0, 0, 2);
    let identity = identity.unsqueeze(0).expand([x.size()[0], 2, 3], false);
    let grid = Tensor::affine_grid_generator(&identity, x.size(), false);
    // Grid coordinates run from -1 to 1: a share of the side is twice that.
    let shift = enlarged(u, x.size()[2]).permute([0, 2, 3, 1]) * 2.0;
    x.grid_sampler(&(grid + shift), BILINEAR, BORDER, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    #[test]
    fn warping_is_what_the_contract_says() {
        tch::manual_seed(3);
        let kind = (Kind::Float, Device::Cpu);
        let x = Tensor::rand([1, 3, 64, 64], kind) * 2.0 - 1.0;
        let coarse = (Tensor::rand([1, 2, 4, 4], kind) - 0.5) * 0.1;
        let u = coarse.upsample_bilinear2d([32, 32], false, None, None);
        let flat = |t: &Tensor| Vec::<f32>::try_from(t.contiguous().reshape([-1])).unwrap();
        let zeros = vec![0.0; 3 * 64 * 64];
        let expected = model_spec::displacement::apply(&flat(&x), &zeros, &flat(&u), 64, 1.0);
        let found = flat(&warp(&x, &u));
        let pairs = found.iter().zip(&expected);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{worst}");
    }
}
