//! What the discriminator minimises.

use super::{Objective, adversarial_examples, adversarial_fake, r1_penalty};
use crate::{config::LossWeights, data::Batch, networks::Discriminator};
use tch::Tensor;

/// What the discriminator says of real images.
#[derive(Debug)]
pub struct RealVerdict {
    /// `[N]`, above 0 = real.
    pub logits: Tensor,
    /// The R1 penalty where it was asked for, scalar.
    pub r1: Option<Tensor>,
}

/// Section 3.3, Yang et al. 2021: the discriminator's side of the full objective.
///
/// `r1_interval` adds the R1 penalty, multiplied by the interval to make up for the steps without it
/// ("lazy" R1, Karras et al. 2020). `on_real` runs what the penalty differentiates, in the precision
/// it chooses.
///
/// # Shapes
/// `fake [N,C,S,S]`: edited faces of the batch's target domains.
///
/// # Deviations
/// Faces that are no examples of their domain do not count as real: see `off_without` in the settings.
#[must_use]
pub fn discriminator_objective(
    discriminator: &Discriminator,
    batch: &Batch,
    fake: &Tensor,
    weights: &LossWeights,
    r1_interval: Option<u64>,
    on_real: impl FnOnce(&dyn Fn() -> RealVerdict) -> RealVerdict,
) -> Objective {
    let x = batch.x.detach().set_requires_grad(r1_interval.is_some());
    let real = on_real(&|| {
        let logits = discriminator.forward(&x, &batch.source);
        let r1 = r1_interval.map(|_| r1_penalty(&logits, &x, &batch.examples, &batch.group));
        RealVerdict { logits, r1 }
    });
    let logits_fake = discriminator.forward(&fake.detach(), &batch.target);

    let mut objective = Objective::new(
        "real",
        1.0,
        adversarial_examples(&real.logits, &batch.examples, &batch.group),
    );
    objective.add("fake", 1.0, adversarial_fake(&logits_fake));
    if let (Some(interval), Some(penalty)) = (r1_interval, real.r1) {
        objective.add("r1", weights.r1 * interval as f64, penalty);
    }
    objective
}
