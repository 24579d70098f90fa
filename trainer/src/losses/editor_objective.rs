//! What generator, style encoder and style transformer minimise.

use super::{
    EditedBatch, Objective, adversarial_real, classification, code_unit, cycle, orthogonality,
    perceptual, residual, style_reconstruction,
};
use crate::{
    config::{LossWeights, OrthogonalityForm},
    data::Batch,
    networks::{Discriminator, Editor},
};
use tch::Tensor;

/// Section 3.3, Yang et al. 2021: the editor's side of the full objective.
///
/// `features` maps images to the features of the perceptual loss, `attribute_logits` to one logit
/// per attribute; each is called only when its loss has a weight.
pub fn editor_objective(
    editor: &Editor,
    discriminator: &Discriminator,
    batch: &Batch,
    edited: &EditedBatch,
    weights: &LossWeights,
    features: impl Fn(&Tensor) -> Tensor,
    attribute_logits: impl Fn(&Tensor) -> Tensor,
) -> Objective {
    let EditedBatch { style, split, fake } = edited;
    let logits = discriminator.forward(fake, &batch.target);
    let style_again = editor.style_encoder.forward(fake, &batch.target);
    let x_again = editor.generator.forward(fake, style, batch.masks.as_ref());
    let style_target = split.target();
    let unit = code_unit(weights.code_scale, &style_target);

    // Adversarial: the edit looks real in its new domain.
    let mut objective = Objective::new(
        "adversarial",
        weights.adversarial,
        adversarial_real(&logits),
    );

    // Cycle: the edit can be undone.
    objective.add("cycle", weights.cycle, cycle(&batch.x, &x_again));

    // Style reconstruction: the edit has the code it was drawn with.
    objective.add(
        "style",
        weights.style,
        style_reconstruction(&style_target, &style_again, &unit),
    );

    // Perceptual: the edit keeps the features of the original.
    objective.add_weighted("perceptual", weights.perceptual, || {
        perceptual(&features(&batch.x), &features(fake))
    });

    // Attribute classification: the edit has the target values.
    objective.add_weighted("classification", weights.classification, || {
        classification(&attribute_logits(fake), &batch.target)
    });

    // Residual: the edit changes no more than it has to.
    objective.add_weighted("residual", weights.residual, || residual(&batch.x, fake));

    // Orthogonality: the two parts of a code have nothing in common.
    if weights.orthogonality_form != OrthogonalityForm::None {
        let loss = orthogonality(split, weights.orthogonality_form, &unit);
        objective.add("orthogonality", weights.orthogonality, loss);
    }
    objective
}
