//! What generator, style encoder and style transformer minimise.

use super::{
    EditedBatch, Objective, adversarial_real, bending, classification, code_unit, counterfactual,
    covered, cycle, displacement, hinged_classification, orthogonality, perceptual, related_share,
    residual, roughness, style_reconstruction, true_displacement, unseen,
};
use crate::{
    config::{LossWeights, OrthogonalityForm},
    data::Batch,
    networks::{Discriminator, Editor},
};
use tch::{Kind, Tensor};

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
    let EditedBatch {
        style,
        split,
        drawing,
        fake,
    } = edited;
    let style_target = split.target();
    let unit = code_unit(weights.code_scale, &style_target, &batch.group);

    // Adversarial: the edit looks real in its new domain.
    let mut objective = Objective::empty(fake.device());
    objective.add_weighted("adversarial", weights.adversarial, || {
        adversarial_real(&discriminator.forward(fake, &batch.target))
    });

    // Cycle: the edit can be undone.
    objective.add_weighted("cycle", weights.cycle, || {
        let x_again = editor.generator.forward(fake, style, batch.masks.as_ref());
        cycle(&batch.x, &x_again)
    });

    // Style reconstruction: the edit has the code it was drawn with.
    objective.add_weighted("style", weights.style, || {
        let style_again = editor.style_encoder.forward(fake, &batch.target);
        style_reconstruction(&style_target, &style_again, &unit, &batch.group)
    });

    // Perceptual: the edit keeps the features of the original.
    objective.add_weighted("perceptual", weights.perceptual, || {
        perceptual(&features(&batch.x), &features(fake))
    });

    // Attribute classification: the edit has the target values.
    objective.add_weighted("classification", weights.classification, || {
        let logits = attribute_logits(fake);
        match weights.classification_margin {
            0.0 => classification(&logits, &batch.target),
            margin => {
                let expressive = batch.covers.as_ref().map(|covers| &covers.expressive);
                hinged_classification(&logits, &batch.target, margin, expressive)
            }
        }
    });

    // Residual: the edit changes no more than it has to.
    objective.add_weighted("residual", weights.residual, || {
        match drawing.displacement {
            Some(_) => drawing.net.abs().mean(Kind::Float),
            None => residual(&batch.x, fake),
        }
    });

    // Unseen: the edit adds nothing where the discriminator does not look.
    objective.add_weighted("unseen", weights.unseen, || {
        let added = match drawing.displacement {
            Some(_) => drawing.net.shallow_clone(),
            None => fake - &batch.x,
        };
        unseen(
            &added,
            &discriminator.unseen(added.size()[2], added.device()),
        )
    });

    // Displacement: the edit moves no more than it has to, and smoothly.
    if let Some(u) = &drawing.displacement {
        objective.add_weighted("displacement", weights.displacement, || displacement(u));
        objective.add_weighted("roughness", weights.roughness, || roughness(u));
        objective.add_weighted("bending", weights.bending, || bending(u));
    }

    // Counterfactual: the edit is what is known of it.
    if let Some(truth) = &batch.truth {
        objective.add_weighted("counterfactual", weights.counterfactual, || {
            counterfactual(fake, &truth.x)
        });
        if let Some(u) = &drawing.displacement {
            objective.add_weighted("true_displacement", weights.true_displacement, || {
                true_displacement(u, &truth.displacement, &truth.skin)
            });
        }
    }

    // Covered: the edit leaves alone what is in front of the face.
    if let Some(covers) = &batch.covers {
        objective.add_weighted("covered", weights.covered, || {
            covered(&batch.x, fake, &covers.coverage)
        });
    }

    // Related share: what the attributes do not need stays unrelated.
    objective.add_weighted("related_share", weights.related_share, || {
        related_share(split, &batch.group)
    });

    // Orthogonality: the two parts of a code have nothing in common.
    if weights.orthogonality_form != OrthogonalityForm::None {
        let loss = orthogonality(split, weights.orthogonality_form, &unit, &batch.group);
        objective.add("orthogonality", weights.orthogonality, loss);
    }
    objective
}
