//! One training step, the same for `fit`, its dry run and `bench`.

use super::{FrozenNetworks, Trainee, health::CHANGE};
use crate::{
    config::{Config, LossWeights},
    data::Batch,
    device::{Speed, in_float32},
    losses::{EditedBatch, NamedLoss, discriminator_objective, editor_objective},
    optimiser::update_average,
};
use tch::Kind;

/// What a step does with its batch.
#[derive(Debug, Clone, Copy)]
pub struct StepPlan {
    /// Weights of the losses.
    pub loss: LossWeights,
    /// Factor of the learning rates.
    pub rate: f64,
    /// What makes it faster.
    pub speed: Speed,
    /// Which networks it updates.
    pub updates: Updates,
    /// Adds the R1 penalty, for so many steps at once.
    pub r1_interval: Option<u64>,
    /// Decay of the moving average.
    pub average_decay: f64,
}

/// Which networks a step updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updates {
    /// The discriminator alone: its head start.
    Discriminator,
    /// The discriminator, and then the editor.
    Both,
}

impl StepPlan {
    /// The plan of `step`, counted from 1.
    #[must_use]
    pub fn at(config: &Config, step: u64) -> Self {
        let schedule = &config.schedule;
        let price = schedule.price(step);
        let loss = config.loss;
        let interval = schedule.r1_interval;
        Self {
            loss: LossWeights {
                residual: loss.residual * price,
                fringes: loss.fringes * price,
                displacement: loss.displacement * price,
                roughness: loss.roughness * price,
                bending: loss.bending * price,
                stretch: loss.stretch * price,
                ..loss
            },
            rate: schedule.rate(step),
            speed: config.speed,
            updates: if step <= schedule.discriminator_head_start {
                Updates::Discriminator
            } else {
                Updates::Both
            },
            r1_interval: step.is_multiple_of(interval).then_some(interval),
            average_decay: schedule.average_decay,
        }
    }
}

impl Trainee {
    /// Updates the discriminator, the editor and the moving average, in this order; returns the losses
    /// without waiting for the device to compute them.
    pub fn step(
        &mut self,
        batch: Batch,
        plan: &StepPlan,
        frozen: &FrozenNetworks<'_>,
    ) -> Vec<NamedLoss> {
        self.editor_adam.set_rate(plan.rate);
        self.discriminator_adam.set_rate(plan.rate);
        let batch = frozen.masked(batch.arranged(plan.speed));
        // The discriminator's update does not change the editor, so one edit serves both.
        let edited = self.edit(&batch, plan);
        let mut losses = if plan.loss.adversarial > 0.0 {
            self.update_discriminator(&batch, &edited, plan)
        } else {
            Vec::new()
        };
        if plan.updates == Updates::Both {
            // No loss of its own: what the watch over the run's health looks at.
            let value = (edited.fake.detach() - &batch.x).abs().mean(Kind::Float);
            losses.push(NamedLoss {
                name: CHANGE,
                value,
            });
            losses.extend(self.update_editor(&batch, &edited, plan, frozen));
        }
        update_average(&self.average.store, &self.editor.store, plan.average_decay);
        losses
    }

    /// Moves the batch to its target domains, with gradients only if the editor's update needs them.
    fn edit(&self, batch: &Batch, plan: &StepPlan) -> EditedBatch {
        let _no_grad = (plan.updates == Updates::Discriminator).then(tch::no_grad_guard);
        plan.speed.mixed(batch.x.device(), || {
            EditedBatch::new(&self.editor.networks, batch)
        })
    }

    fn update_discriminator(
        &mut self,
        batch: &Batch,
        edited: &EditedBatch,
        plan: &StepPlan,
    ) -> Vec<NamedLoss> {
        let device = batch.x.device();
        let objective = plan.speed.mixed(device, || {
            discriminator_objective(
                &self.discriminator,
                batch,
                &edited.fake,
                &plan.loss,
                plan.r1_interval,
                // A second derivative through bfloat16 has no digits left.
                |work| match plan.r1_interval {
                    Some(_) => in_float32(device, work),
                    None => work(),
                },
            )
        });
        self.discriminator_adam
            .descend_together(&objective.total, &batch.group);
        objective.losses
    }

    fn update_editor(
        &mut self,
        batch: &Batch,
        edited: &EditedBatch,
        plan: &StepPlan,
        frozen: &FrozenNetworks<'_>,
    ) -> Vec<NamedLoss> {
        // The gradients of the discriminator's own weights would be wasted work.
        self.discriminator_store.freeze();
        let objective = plan.speed.mixed(batch.x.device(), || {
            editor_objective(
                &self.editor.networks,
                &self.discriminator,
                batch,
                edited,
                &plan.loss,
                |x| frozen.features(x),
                |x| frozen.attribute_logits(x),
            )
        });
        self.editor_adam
            .descend_together(&objective.total, &batch.group);
        self.discriminator_store.unfreeze();
        objective.losses
    }
}
