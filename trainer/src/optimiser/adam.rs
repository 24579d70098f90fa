//! Adam with its state in tensors, so that a run resumes with the same bytes.

use crate::ranks::Group;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tch::{Tensor, nn::VarStore};

/// Settings of Adam (Kingma and Ba 2015) with weight decay added to the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamSettings {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// L2 penalty, as a multiple of the parameters added to their gradients.
    pub weight_decay: f64,
}

/// Added to the root of the second moment.
const EPSILON: f64 = 1e-8;

#[derive(Debug)]
struct Slot {
    parameter: Tensor,
    first_moment: Tensor,
    second_moment: Tensor,
}

/// Adam over the trainable variables of a store.
///
/// ```
/// use tch::{Device, Kind, nn::{Init, VarStore}};
/// use trainer::optimiser::{Adam, AdamSettings};
///
/// let store = VarStore::new(Device::Cpu);
/// let x = store.root().var("x", &[1], Init::Const(1.0));
/// let settings = AdamSettings {
///     learning_rate: 0.1,
///     beta1: 0.9,
///     beta2: 0.99,
///     weight_decay: 0.0,
/// };
/// let mut adam = Adam::new(&store, settings);
/// for _ in 0..10 {
///     adam.descend(&x.square().sum(Kind::Float));
/// }
/// assert!(x.double_value(&[0]) < 0.5);
/// ```
#[derive(Debug)]
pub struct Adam {
    settings: AdamSettings,
    /// Factor of the settings' step size.
    rate: f64,
    steps: i64,
    slots: BTreeMap<String, Slot>,
}

impl Adam {
    /// Moments at zero.
    #[must_use]
    pub fn new(store: &VarStore, settings: AdamSettings) -> Self {
        let slots = store
            .variables()
            .into_iter()
            .filter(|(_, parameter)| parameter.requires_grad())
            .map(|(name, parameter)| {
                let slot = Slot {
                    first_moment: parameter.zeros_like(),
                    second_moment: parameter.zeros_like(),
                    parameter,
                };
                (name, slot)
            });
        Self {
            settings,
            rate: 1.0,
            steps: 0,
            slots: slots.collect(),
        }
    }

    /// One update down the gradient of `loss`; parameters that it does not depend on stay.
    ///
    /// Gradients are used as they are returned: accumulated in the parameters, they would have to be
    /// cleared and added to at every step.
    pub fn descend(&mut self, loss: &Tensor) {
        self.descend_together(loss, &Group::alone());
    }

    /// The same down the mean of the gradients of all ranks: each has the loss of its part of a batch.
    pub(crate) fn descend_together(&mut self, loss: &Tensor, group: &Group) {
        self.steps += 1;
        let AdamSettings {
            learning_rate,
            beta1,
            beta2,
            weight_decay,
        } = self.settings;
        let correction1 = 1.0 - beta1.powi(self.steps as i32);
        let correction2 = 1.0 - beta2.powi(self.steps as i32);
        let parameters: Vec<&Tensor> = self.slots.values().map(|slot| &slot.parameter).collect();
        let gradients = Tensor::run_backward(&[loss], &parameters, false, false);
        let gradients = group.averaged(gradients);
        tch::no_grad(|| {
            for (slot, gradient) in self.slots.values_mut().zip(gradients) {
                if !gradient.defined() {
                    continue;
                }
                let mut gradient = gradient + &slot.parameter * weight_decay;
                let _ = slot.first_moment.lerp_(&gradient, 1.0 - beta1);
                let _ = slot.second_moment.lerp_(&gradient.square_(), 1.0 - beta2);
                let mut root = (&slot.second_moment / correction2).sqrt_();
                let _ = root.g_add_scalar_(EPSILON);
                let update = &slot.first_moment * (-learning_rate * self.rate / correction1);
                let _ = slot.parameter.addcdiv_(&update, &root);
            }
        });
    }

    /// Numbers of a gradient of all parameters.
    #[must_use]
    pub(crate) fn gradient_size(&self) -> usize {
        self.slots.values().map(|slot| slot.parameter.numel()).sum()
    }

    /// Changes the step size of the updates to come.
    pub(crate) fn set_learning_rate(&mut self, learning_rate: f64) {
        self.settings.learning_rate = learning_rate;
    }

    /// Multiplies the settings' step size in the updates to come.
    pub(crate) fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
    }

    /// The moments by name: `first.<parameter>` and `second.<parameter>`.
    #[must_use]
    pub(crate) fn moments(&self) -> Vec<(String, Tensor)> {
        let pairs = self.slots.iter().flat_map(|(name, slot)| {
            [
                (format!("first.{name}"), slot.first_moment.shallow_clone()),
                (format!("second.{name}"), slot.second_moment.shallow_clone()),
            ]
        });
        pairs.collect()
    }

    /// Continues after `steps` updates; the moments themselves are restored through
    /// [`Adam::moments`], whose tensors share their memory with this optimiser.
    pub(crate) fn set_steps(&mut self, steps: i64) {
        self.steps = steps;
    }
}
