//! The two objectives of a training step, as one reads them in the paper's section 3.3.

use crate::device::speed::Speed;
use crate::{
    losses::{
        CodeScale, Orthogonality, classification, judged_drawn, judged_real, mean_absolute,
        orthogonality, r1_penalty,
    },
    networks::{Discriminator, Editor, Masks, SplitStyle},
};
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Weights of the losses, `lambda` in the paper, and the form of the orthogonality loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossWeights {
    /// Adversarial loss of the generator.
    pub adversarial: f64,
    /// R1 penalty on real images.
    pub r1: f64,
    /// Cycle loss.
    pub cycle: f64,
    /// Style reconstruction loss.
    pub style: f64,
    /// Perceptual loss; 0 leaves the feature network out.
    pub perceptual: f64,
    /// Attribute classification loss: the run's classifier has to see the target value in the edit.
    ///
    /// # Deviations
    /// Not in the paper (it is StarGAN's and AttGAN's); 0 leaves it out. It shortens small runs.
    pub classification: f64,
    /// Residual loss: the mean absolute change of the edit, which keeps it to where it is needed.
    ///
    /// # Deviations
    /// Not in the paper (it is the pixel loss of Shen & Liu 2017, "Learning residual images for face
    /// attribute manipulation"); 0 leaves it out.
    pub residual: f64,
    /// Orthogonality loss.
    pub orthogonality: f64,
    /// Form of the orthogonality loss.
    pub orthogonality_form: Orthogonality,
    /// Scale of the style and orthogonality losses.
    pub code_scale: CodeScale,
}

impl Default for LossWeights {
    fn default() -> Self {
        Self {
            adversarial: 1.0,
            r1: 1.0,
            cycle: 1.0,
            style: 1.0,
            perceptual: 1.0,
            classification: 0.0,
            residual: 0.0,
            orthogonality: 1.0,
            orthogonality_form: Orthogonality::Full,
            code_scale: CodeScale::Absolute,
        }
    }
}

/// Real faces with the domain each is in and the one it is to be moved to.
#[derive(Debug)]
pub struct Batch {
    /// `[N,C,S,S]` in [-1, 1].
    pub x: Tensor,
    /// `y`, `[N]` int64.
    pub source: Tensor,
    /// `y~`, `[N]` int64.
    pub target: Tensor,
    /// Face masks, for generators with `w_hpf > 0`.
    pub masks: Option<Masks>,
}

impl Batch {
    /// The same with the images in the memory order that `speed` wants.
    #[must_use]
    pub fn arranged(self, speed: Speed) -> Self {
        Self {
            x: speed.arranged(self.x),
            ..self
        }
    }
}

/// A named loss, before its weight.
pub type NamedLoss = (&'static str, Tensor);

/// Losses with their names and their weighted sum.
#[derive(Debug)]
pub struct Objective {
    /// What to differentiate.
    pub total: Tensor,
    /// The parts, unweighted.
    pub parts: Vec<NamedLoss>,
}

impl Objective {
    fn new(parts: Vec<(&'static str, Tensor, f64)>) -> Self {
        let mut weighted = parts.iter().map(|(_, loss, weight)| loss * *weight);
        let first = weighted
            .next()
            .unwrap_or_else(|| unreachable!("an objective has at least one loss"));
        let total = weighted.fold(first, |sum, loss| sum + loss);
        let parts = parts.into_iter().map(|(name, loss, _)| (name, loss));
        Self {
            total,
            parts: parts.collect(),
        }
    }
}

/// The discriminator's logits `[N]` on real images, and the R1 penalty if it is wanted.
pub type JudgedReal = (Tensor, Option<Tensor>);

/// A face and what the editor made of it.
#[derive(Debug)]
pub struct Edit {
    /// `s = SE_y(x)`, `[N,d]`.
    pub style: Tensor,
    /// Its parts, and the target domain's.
    pub split: SplitStyle,
    /// `G(x, s~)`, `[N,C,S,S]`.
    pub image: Tensor,
}

/// Moves every face of the batch to its target domain.
#[must_use]
pub fn edit(editor: &Editor, batch: &Batch) -> Edit {
    let style = editor.style_encoder.forward(&batch.x, &batch.source);
    let split = editor.style_transformer.forward(&style, &batch.target);
    let image = editor
        .generator
        .forward(&batch.x, &split.target(), batch.masks.as_ref());
    Edit {
        style,
        split,
        image,
    }
}

/// The discriminator's objective; `drawn [N,C,S,S]` are edited faces, `with_r1` adds the penalty,
/// multiplied by `r1_interval` to make up for the steps without it ("lazy" R1, Karras et al. 2020).
/// `on_real` runs what the penalty takes, in the precision it chooses.
#[must_use]
pub fn discriminator_objective(
    discriminator: &Discriminator,
    batch: &Batch,
    drawn: &Tensor,
    weights: &LossWeights,
    r1_interval: Option<u64>,
    on_real: impl FnOnce(&dyn Fn() -> JudgedReal) -> JudgedReal,
) -> Objective {
    let x = batch.x.detach().set_requires_grad(r1_interval.is_some());
    let (logits, penalty) = on_real(&|| {
        let logits = discriminator.forward(&x, &batch.source);
        let penalty = r1_interval.map(|_| r1_penalty(&logits, &x));
        (logits, penalty)
    });
    let logits_drawn = discriminator.forward(&drawn.detach(), &batch.target);
    let mut parts = vec![
        ("real", judged_real(&logits), 1.0),
        ("fake", judged_drawn(&logits_drawn), 1.0),
    ];
    if let (Some(interval), Some(penalty)) = (r1_interval, penalty) {
        parts.push(("r1", penalty, weights.r1 * interval as f64));
    }
    Objective::new(parts)
}

/// The objective of generator, style encoder and style transformer.
///
/// `features` maps images to the features of the perceptual loss, `attribute_logits` to one logit
/// per attribute; each is called only when its loss has a weight.
pub fn editor_objective(
    editor: &Editor,
    discriminator: &Discriminator,
    batch: &Batch,
    edit: &Edit,
    weights: &LossWeights,
    features: impl Fn(&Tensor) -> Tensor,
    attribute_logits: impl Fn(&Tensor) -> Tensor,
) -> Objective {
    let logits = discriminator.forward(&edit.image, &batch.target);
    let style_again = editor.style_encoder.forward(&edit.image, &batch.target);
    let image_again = editor
        .generator
        .forward(&edit.image, &edit.style, batch.masks.as_ref());
    let target = edit.split.target();
    let unit = weights.code_scale.unit(&target);
    let mut parts = vec![
        ("adversarial", judged_real(&logits), weights.adversarial),
        (
            "cycle",
            mean_absolute(&batch.x, &image_again),
            weights.cycle,
        ),
        (
            "style",
            mean_absolute(&target, &style_again) / &unit,
            weights.style,
        ),
    ];
    if weights.perceptual != 0.0 {
        let loss = mean_absolute(&features(&batch.x), &features(&edit.image));
        parts.push(("perceptual", loss, weights.perceptual));
    }
    if weights.classification != 0.0 {
        let loss = classification(&attribute_logits(&edit.image), &batch.target);
        parts.push(("classification", loss, weights.classification));
    }
    if weights.residual != 0.0 {
        let loss = mean_absolute(&edit.image, &batch.x);
        parts.push(("residual", loss, weights.residual));
    }
    if weights.orthogonality_form != Orthogonality::None {
        let SplitStyle {
            unrelated,
            related,
            related_target,
        } = &edit.split;
        let loss = orthogonality(
            unrelated,
            related,
            related_target,
            weights.orthogonality_form,
        );
        let loss = loss / unit.square();
        parts.push(("orthogonality", loss, weights.orthogonality));
    }
    Objective::new(parts)
}
