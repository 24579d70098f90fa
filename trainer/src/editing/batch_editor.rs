//! An editor applied to faces: with the masks it needs, in portions that fit into memory.

use crate::networks::{Editor, Face, FaceMask};
use tch::{Device, Kind, Tensor};

/// Images per forward pass.
const AT_ONCE: i64 = 64;

/// An editor with everything that editing needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchEditor<'a> {
    /// The networks.
    pub editor: &'a Editor,
    /// Makes the masks of generators with `w_hpf > 0`.
    pub face_mask: Option<&'a FaceMask>,
    /// Where they run.
    pub device: Device,
}

impl BatchEditor<'_> {
    /// Edits faces that are all in domain `source` by signed `strengths`, one per attribute.
    ///
    /// # Shapes
    /// `faces [N,C,S,S]` in [-1, 1] -> the same on the CPU, clamped.
    pub(crate) fn edit(&self, faces: &Tensor, source: usize, strengths: &[f32]) -> Tensor {
        self.portions(faces, |part| {
            let masks = self.face_mask.map(|network| network.masks(part));
            self.editor.edit(part, source, strengths, masks.as_ref())
        })
    }

    /// Gives faces of domain `source` the attributes of `references`, one each, of domain `target`.
    ///
    /// # Shapes
    /// two of `[N,C,S,S]` in [-1, 1] -> the same on the CPU, clamped.
    pub(crate) fn transfer(
        &self,
        [faces, references]: [&Tensor; 2],
        [source, target]: [usize; 2],
    ) -> Tensor {
        let pairs = Tensor::stack(&[faces, references], 1);
        self.portions(&pairs, |part| {
            let [x, reference] = [0, 1].map(|of| part.select(1, of));
            let masks = self.face_mask.map(|network| network.masks(&x));
            let face = |x, domain| Face { x, domain };
            let (from, to) = (face(&x, source), face(&reference, target));
            self.editor.transfer(from, to, 1.0, masks.as_ref())
        })
    }

    /// `|s_un|^2 / (|s_un|^2 + |s_re|^2)` of faces that are all in domain `source`: the share of each style
    /// code that is unrelated to the attributes.
    ///
    /// # Shapes
    /// `faces [N,C,S,S]` in [-1, 1] -> `[N]` in [0, 1], on the CPU.
    pub(crate) fn unrelated_shares(&self, faces: &Tensor, source: usize) -> Tensor {
        self.portions(faces, |part| {
            let domains = Tensor::full([part.size()[0]], source as i64, (Kind::Int64, self.device));
            let s = self.editor.style_encoder.forward(part, &domains);
            let (unrelated, related) = self.editor.style_transformer.split(&s);
            unrelated_share(&unrelated, &related)
        })
    }

    /// Runs `work` on portions of `faces`, without gradients; the results are joined on the CPU.
    pub(crate) fn portions(&self, faces: &Tensor, work: impl Fn(&Tensor) -> Tensor) -> Tensor {
        let parts: Vec<Tensor> = tch::no_grad(|| {
            faces
                .split(AT_ONCE, 0)
                .iter()
                .map(|part| {
                    let result = work(&part.to_device(self.device)).clamp(-1.0, 1.0);
                    result.to_device(Device::Cpu)
                })
                .collect()
        });
        Tensor::cat(&parts, 0)
    }
}

/// `|s_un|^2 / (|s_un|^2 + |s_re|^2)`, 0 where both are zero: codes `[N,d]` -> `[N]`.
pub fn unrelated_share(unrelated: &Tensor, related: &Tensor) -> Tensor {
    let energy = |code: &Tensor| {
        let squares = code.square();
        squares.sum_dim_intlist([1].as_slice(), false, Kind::Float)
    };
    let (unrelated, related) = (energy(unrelated), energy(related));
    &unrelated / (&unrelated + related).clamp_min(f64::from(f32::MIN_POSITIVE))
}
