//! What generator, style encoder and style transformer minimise.

use super::{
    EditedBatch, Objective, adversarial_real, bending, classification, code_unit, counterfactual,
    cycle, displacement, fringes, hinged_classification, orthogonality, perceptual, related_share,
    residual, roughness, stretch, style_reconstruction, true_displacement, weighted_change,
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

    // Marks where the discriminator does not look would tell the next losses what they want to hear, as cycle consistency
    // is known for (Chu et al., "CycleGAN, a Master of Steganography", 2017). They see the original there.
    let judged = &discriminator.judged_part(fake, &batch.x);

    // Cycle: the edit can be undone.
    objective.add_weighted("cycle", weights.cycle, || {
        let x_again = editor
            .generator
            .forward(judged, style, batch.masks.as_ref());
        cycle(&batch.x, &x_again)
    });

    // Style reconstruction: the edit has the code it was drawn with.
    objective.add_weighted("style", weights.style, || {
        let style_again = editor.style_encoder.forward(judged, &batch.target);
        style_reconstruction(&style_target, &style_again, &unit, &batch.group)
    });

    // Perceptual: the edit keeps the features of the original.
    objective.add_weighted("perceptual", weights.perceptual, || {
        perceptual(&features(&batch.x), &features(judged))
    });

    // Attribute classification: the edit has the target values.
    objective.add_weighted("classification", weights.classification, || {
        let logits = attribute_logits(judged);
        match weights.classification_margin {
            0.0 => classification(&logits, &batch.target),
            margin => {
                let expressive = batch.covers.as_ref().map(|covers| &covers.expressive);
                hinged_classification(&logits, &batch.target, margin, expressive)
            }
        }
    });

    // What the edit adds, beside moving pixels.
    let added = || match drawing.displacement {
        Some(_) => drawing.net.shallow_clone(),
        None => fake - &batch.x,
    };

    // Residual: the edit adds no more than it has to.
    objective.add_weighted("residual", weights.residual, || residual(&added()));

    // Fringes: what is added changes its colour no more often than it has to.
    objective.add_weighted("fringes", weights.fringes, || fringes(&added()));

    // Unseen: the edit changes nothing where the discriminator does not look.
    objective.add_weighted("unseen", weights.unseen, || {
        let outside = discriminator.unseen(fake.size()[2], fake.device());
        weighted_change(&batch.x, fake, &outside)
    });

    // Displacement: the edit moves no more than it has to, and smoothly.
    if let Some(u) = &drawing.displacement {
        objective.add_weighted("displacement", weights.displacement, || displacement(u));
        objective.add_weighted("roughness", weights.roughness, || roughness(u));
        objective.add_weighted("bending", weights.bending, || bending(u));
        objective.add_weighted("stretch", weights.stretch, || stretch(u));
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
            weighted_change(&batch.x, fake, &covers.coverage)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::ConvolutionForm;
    use model_spec::{Architecture, ColourMode, OutputForm};
    use tch::{Device, Kind, nn::VarStore};

    #[test]
    fn what_asks_for_an_edit_sees_no_mark_outside_the_judged_square() {
        let architecture = |image_size| Architecture {
            image_size,
            colour: ColourMode::Luma,
            style_dim: 8,
            stem_channels: 2,
            max_conv_dim: 4,
            w_hpf: 0.0,
            output: OutputForm::Image,
            largest_displacement: 0.0,
            classifier_channels: 0,
        };
        let store = VarStore::new(Device::Cpu);
        let form = ConvolutionForm::Plain;
        let editor = Editor::new(&store.root(), &architecture(64), 2, form);
        let judge = &store.root() / "discriminator";
        let discriminator =
            Discriminator::new(&judge, &architecture(32), 2, form).looking_at([0.25, 0.25, 0.5]);
        let batch = Batch::of_faces(
            Tensor::rand([2, 1, 64, 64], (Kind::Float, Device::Cpu)),
            Tensor::from_slice(&[0_i64, 1]),
            Tensor::from_slice(&[1_i64, 0]),
        );
        let mut edited = EditedBatch::new(&editor, &batch);
        edited.fake = edited.fake.detach().set_requires_grad(true);
        let asked = LossWeights {
            perceptual: 1.0,
            classification: 1.0,
            residual: 0.0,
            ..LossWeights::default()
        };
        let outside = discriminator.unseen(64, Device::Cpu);
        for (unseen, expected) in [(0.0, false), (1.0, true)] {
            let weights = LossWeights { unseen, ..asked };
            let mean = |x: &Tensor| x.mean_dim([1, 2, 3].as_slice(), false, Kind::Float);
            let objective = editor_objective(
                &editor,
                &discriminator,
                &batch,
                &edited,
                &weights,
                |x| mean(&x.square()).unsqueeze(1),
                |x| mean(x).unsqueeze(1),
            );
            let gradient = Tensor::run_backward(&[&objective.total], &[&edited.fake], true, false)
                .remove(0)
                .abs();
            let sum = |x: Tensor| x.sum(Kind::Float).double_value(&[]);
            assert!(sum(&gradient * (1.0 - &outside)) > 0.0);
            assert_eq!(sum(&gradient * &outside) > 0.0, expected);
        }
    }
}
