//! The discriminator `D`: real or fake, per domain.
//!
//! Yang et al., "L2M-GAN", CVPR 2021, section 3.3; the network is that of Choi et al., "StarGAN v2",
//! CVPR 2020.

use super::{ConvolutionForm, layers::Convolution, style_encoder::select_domain, trunk::Trunk};
use model_spec::Architecture;
use tch::{Device, Kind, Tensor, nn};

/// `D` of the paper: the encoder's trunk with one logit per domain.
#[derive(Debug)]
pub struct Discriminator {
    trunk: Trunk,
    logits: Convolution,
    /// What it looks at: left, top and side in shares of a picture's side.
    square: [f64; 3],
}

impl Discriminator {
    /// Makes the network under `path`.
    #[must_use]
    pub fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        domains: usize,
        form: ConvolutionForm,
    ) -> Self {
        let main = path / "main";
        let width = architecture.channels_at(architecture.encoder_downsamplings());
        let index = Trunk::next_index(architecture);
        Self {
            trunk: Trunk::new(&main, architecture, form),
            logits: Convolution::new(&(&main / index), width, domains, 1),
            square: [0.0, 0.0, 1.0],
        }
    }

    /// Judges pictures by a square part: left, top and side in shares of a picture's side. Its side in pixels is that
    /// of the architecture.
    #[must_use]
    pub fn looking_at(self, square: [f64; 3]) -> Self {
        Self { square, ..self }
    }

    /// Left, top and side in pixels of what it looks at, in images of side `size`.
    fn square_in(&self, size: i64) -> [i64; 3] {
        let [left, top, side] = self
            .square
            .map(|share| (share * size as f64).round() as i64);
        // Halves that are both rounded up end outside.
        [left, top, side.min(size - left).min(size - top)]
    }

    /// 0 where it looks and 1 around that, in images of side `size`: `[1,1,size,size]`.
    pub(crate) fn unseen(&self, size: i64, device: Device) -> Tensor {
        let [left, top, side] = self.square_in(size);
        let unseen = Tensor::ones([1, 1, size, size], (Kind::Float, device));
        let _ = unseen.narrow(2, top, side).narrow(3, left, side).zero_();
        unseen
    }

    /// An edit with the original where it does not look: images `edited` and `x`, each `[N,C,H,W]` -> `[N,C,H,W]`.
    pub(crate) fn judged_part(&self, edited: &Tensor, x: &Tensor) -> Tensor {
        let [left, top, side] = self.square_in(x.size()[2]);
        if side == x.size()[2] {
            return edited.shallow_clone();
        }
        let judged = x.copy();
        let square = |images: &Tensor| images.narrow(2, top, side).narrow(3, left, side);
        square(&judged).copy_(&square(edited));
        judged
    }

    /// How the names of the last layer begin, which has one row per domain.
    pub(crate) fn logits_prefix(architecture: &Architecture) -> String {
        format!("main.{}.", Trunk::next_index(architecture))
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.trunk.set_form(form);
    }

    /// Logit of each face in its domain, above 0 = real: `x [N,C,H,W]`, `y [N]` int64 -> `[N]`.
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        let [left, top, side] = self.square_in(x.size()[2]);
        // A copy, for convolutions of a part of a tensor are slow; none of a whole one.
        let seen = x.narrow(2, top, side).narrow(3, left, side).contiguous();
        let features = self.trunk.forward(&seen);
        let logits = self.logits.forward(&features).flatten(1, -1);
        select_domain(&logits, y)
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use model_spec::{ColourMode, OutputForm};
    use tch::{Device, Kind, nn::VarStore};

    #[test]
    fn only_the_square_that_it_looks_at_counts() {
        let architecture = Architecture {
            image_size: 32,
            colour: ColourMode::Luma,
            style_dim: 4,
            stem_channels: 4,
            max_conv_dim: 8,
            w_hpf: 0.0,
            output: OutputForm::Displacement,
            largest_displacement: 0.1,
            classifier_channels: 4,
        };
        let store = VarStore::new(Device::Cpu);
        let form = ConvolutionForm::Plain;
        let discriminator = Discriminator::new(&store.root(), &architecture, 2, form)
            .looking_at([0.125, 0.3125, 0.5]);
        let y = Tensor::from_slice(&[0_i64]);
        let x = Tensor::rand([1, 1, 64, 64], (Kind::Float, Device::Cpu));
        let logit = |x: &Tensor| discriminator.forward(x, &y).double_value(&[0]);
        let changed = |row: i64, column: i64| {
            let other = x.copy();
            let _ = other.get(0).get(0).get(row).get(column).fill_(-5.0);
            (logit(&other) - logit(&x)).abs() > 1e-6
        };
        for (row, column) in [(20, 8), (51, 39), (35, 20)] {
            assert!(changed(row, column), "{row} {column}");
        }
        for (row, column) in [(19, 8), (20, 7), (52, 39), (51, 40), (0, 0), (63, 63)] {
            assert!(!changed(row, column), "{row} {column}");
        }
        let edited = Tensor::zeros([1, 1, 64, 64], (Kind::Float, Device::Cpu));
        let judged = discriminator.judged_part(&edited, &x);
        let outside = discriminator.unseen(64, Device::Cpu);
        assert!(judged.equal(&(&x * &outside)));
        assert!(outside.sum(Kind::Float).double_value(&[]) == 64.0 * 64.0 - 32.0 * 32.0);
    }
}
