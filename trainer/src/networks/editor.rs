//! Style encoder, style transformer and generator together: what edits a face.

use super::{ConvolutionForm, Generator, Masks, StyleEncoder, StyleTransformer};
use model_spec::{Architecture, EditWeights, strength::whole_edit};
use tch::{Tensor, nn};

/// Faces with the domain that all of them are in.
#[derive(Debug, Clone, Copy)]
pub struct Face<'a> {
    /// `[N,C,S,S]` in [-1, 1].
    pub x: &'a Tensor,
    /// `y`.
    pub domain: usize,
}

/// The three networks that the mirror needs.
///
/// ```
/// use model_spec::{Architecture, ColourMode, OutputForm};
/// use tch::{Device, Tensor, nn::VarStore};
/// use trainer::networks::{ConvolutionForm, Editor};
///
/// let architecture = Architecture {
///     image_size: 32,
///     colour: ColourMode::Luma,
///     style_dim: 8,
///     stem_channels: 2,
///     max_conv_dim: 4,
///     w_hpf: 0.0,
///     output: OutputForm::Difference,
///     largest_displacement: 0.0,
///     classifier_channels: 0,
/// };
/// let store = VarStore::new(Device::Cpu);
/// // Two domains: one attribute, off and on.
/// let editor = Editor::new(&store.root(), &architecture, 2, ConvolutionForm::Rewritten);
/// let face = Tensor::zeros([1, 1, 32, 32], tch::kind::FLOAT_CPU);
/// let smiling = editor.edit(&face, 0, &[1.0], None);
/// // A fresh difference generator changes nothing.
/// assert_eq!(smiling, face);
/// ```
#[derive(Debug)]
pub struct Editor {
    /// `G`.
    pub generator: Generator,
    /// `SE`.
    pub style_encoder: StyleEncoder,
    /// `P` and every `T_y`.
    pub style_transformer: StyleTransformer,
}

impl Editor {
    /// Makes the networks under `path / generator`, `path / style_encoder`, …
    #[must_use]
    pub fn new(
        path: &nn::Path<'_>,
        architecture: &Architecture,
        domains: usize,
        form: ConvolutionForm,
    ) -> Self {
        Self {
            generator: Generator::new(&(path / "generator"), architecture, form),
            style_encoder: StyleEncoder::new(
                &(path / "style_encoder"),
                architecture,
                domains,
                form,
            ),
            style_transformer: StyleTransformer::new(
                &(path / "style_transformer"),
                architecture.style_dim,
                domains,
            ),
        }
    }

    /// Changes how resampled convolutions are computed.
    pub(crate) fn set_form(&mut self, form: ConvolutionForm) {
        self.generator.set_form(form);
        self.style_encoder.set_form(form);
    }

    /// Style code of an edit: the related part of `s [N,d]` mixed as `weights` say, `[N,d]`.
    ///
    /// `s~(a) = s_un + s_re + a (s~_re - s_re)` for one attribute; see [`EditWeights`].
    pub(crate) fn edited_style(&self, s: &Tensor, weights: &EditWeights) -> Tensor {
        let (unrelated, related) = self.style_transformer.split(s);
        let towards = Tensor::from_slice(&weights.towards)
            .to_device(s.device())
            .reshape([1, -1, 1]);
        let moved = (self.style_transformer.all_targets(&related) * towards).sum_dim_intlist(
            [1].as_slice(),
            false,
            s.kind(),
        );
        unrelated + related * f64::from(weights.keep) + moved
    }

    /// Gives faces the attributes of other ones: `s_un(x) + s_re(x) + a (s_re(x_ref) - s_re(x))` for
    /// strength `a`; beyond 1 as [`whole_edit`] says.
    ///
    /// # Shapes
    /// Faces `[N,C,S,S]` in [-1, 1] -> `[N,C,S,S]`, not clamped.
    pub fn transfer(
        &self,
        face: Face<'_>,
        reference: Face<'_>,
        strength: f32,
        masks: Option<&Masks>,
    ) -> Tensor {
        let split = |Face { x, domain }: Face<'_>| {
            let kind = (tch::Kind::Int64, x.device());
            let domains = Tensor::full([x.size()[0]], domain as i64, kind);
            let s = self.style_encoder.forward(x, &domains);
            self.style_transformer.split(&s)
        };
        let (unrelated, related) = split(face);
        let (_, wanted) = split(reference);
        let part = whole_edit(&[strength], self.generator.output(), &mut Vec::new()).max(1.0);
        let code = unrelated + &related + (wanted - &related) * f64::from(strength / part);
        let drawing = self.generator.draw(face.x, &code, masks);
        self.generator
            .apply_in_part(face.x, &drawing, f64::from(part))
    }

    /// Edits faces that are all in domain `source` by signed `strengths`, one per attribute, of which a part of
    /// the whole edit is shown, see [`whole_edit`].
    ///
    /// # Shapes
    /// `x [N,C,S,S]` in [-1, 1] -> `[N,C,S,S]`, not clamped.
    pub fn edit(
        &self,
        x: &Tensor,
        source: usize,
        strengths: &[f32],
        masks: Option<&Masks>,
    ) -> Tensor {
        let domains = Tensor::full([x.size()[0]], source as i64, (tch::Kind::Int64, x.device()));
        let s = self.style_encoder.forward(x, &domains);
        let mut whole = Vec::new();
        let part = whole_edit(strengths, self.generator.output(), &mut whole);
        let weights = EditWeights::new(&whole, source);
        if weights.is_identity() {
            return x.shallow_clone();
        }
        let drawing = self
            .generator
            .draw(x, &self.edited_style(&s, &weights), masks);
        self.generator.apply_in_part(x, &drawing, f64::from(part))
    }
}
