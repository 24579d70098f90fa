//! Adam with its state in tensors, so that a run resumes with the same bytes.

use crate::{
    libtorch::{self, AdamStep},
    ranks::Group,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tch::{Kind, Tensor, nn::VarStore};

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

impl Slot {
    /// Puts the moments into the memory order of the parameter, which `speed.channels_last` may have changed.
    fn follow_layout(&mut self) {
        for moment in [&mut self.first_moment, &mut self.second_moment] {
            if moment.stride() != self.parameter.stride() {
                let mut moved = self.parameter.detach().empty_like();
                moved.copy_(moment);
                moment.set_data(&moved);
            }
        }
    }
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
    /// The same on the device, where the fused update reads it.
    count: Tensor,
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
            count: Tensor::zeros([], (Kind::Float, store.device())),
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
        let parameters: Vec<&Tensor> = self.slots.values().map(|slot| &slot.parameter).collect();
        let gradients = Tensor::run_backward(&[loss], &parameters, false, false);
        self.update(&group.averaged(gradients));
    }

    /// One update along the gradients of all parameters, some of which may be undefined: a handful of operators for any
    /// number of parameters.
    fn update(&mut self, gradients: &[Tensor]) {
        self.steps += 1;
        let _ = self.count.fill_(self.steps);
        let moved = self.slots.values_mut().zip(gradients);
        let moved = moved.filter(|(_, gradient)| gradient.defined());
        let settings = self.settings;
        let mut step = AdamStep {
            parameters: Vec::new(),
            gradients: Vec::new(),
            first_moments: Vec::new(),
            second_moments: Vec::new(),
            count: &self.count,
            rate: settings.learning_rate * self.rate,
            beta1: settings.beta1,
            beta2: settings.beta2,
            weight_decay: settings.weight_decay,
            epsilon: EPSILON,
        };
        for (slot, gradient) in moved {
            slot.follow_layout();
            step.parameters.push(&slot.parameter);
            step.gradients.push(gradient);
            step.first_moments.push(&slot.first_moment);
            step.second_moments.push(&slot.second_moment);
        }
        // Tensors that this optimiser has made or checked: nothing is left to go wrong but memory.
        libtorch::adam(&step).unwrap_or_else(|reason| panic!("Adam: {reason}"));
    }

    /// Puts the moments into the memory order of the parameters, once that has changed.
    pub(crate) fn follow_layout(&mut self) {
        self.slots.values_mut().for_each(Slot::follow_layout);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{libtorch::calls, optimiser::update_average};
    use tch::{
        Device,
        nn::{Init, VarStore},
    };

    const SETTINGS: AdamSettings = AdamSettings {
        learning_rate: 0.01,
        beta1: 0.5,
        beta2: 0.99,
        weight_decay: 0.1,
    };

    fn store(parameters: usize) -> VarStore {
        let store = VarStore::new(Device::Cpu);
        let normal = Init::Randn {
            mean: 0.0,
            stdev: 1.0,
        };
        for i in 0..parameters {
            let _ = store.root().var(&format!("{i:02}"), &[6, 5, 3, 3], normal);
        }
        store
    }

    fn gradients(count: usize) -> Vec<Tensor> {
        (0..count)
            .map(|_| Tensor::randn([6, 5, 3, 3], tch::kind::FLOAT_CPU))
            .collect()
    }

    #[test]
    fn an_update_calls_as_few_operators_for_many_parameters_as_for_one() {
        let calls_of = |count: usize| {
            let (store, average) = (store(count), store(count));
            let mut adam = Adam::new(&store, SETTINGS);
            let gradients = gradients(count);
            let ((), update) = calls::count(|| adam.update(&gradients));
            let ((), mean) = calls::count(|| update_average(&average, &store, 0.999));
            (update.outermost(), mean.outermost())
        };
        let (update, mean) = calls_of(40);
        assert_eq!((update, mean), calls_of(1));
        assert!(update <= 3 && mean == 1, "{update} {mean}");
    }

    #[test]
    fn updates_are_those_of_the_paper_and_parameters_without_gradients_stay() {
        tch::manual_seed(5);
        let store = store(3);
        // One that lies otherwise than its gradients do.
        let mut last = store.variables().remove("01").unwrap();
        let other = last
            .permute([0, 2, 3, 1])
            .contiguous()
            .permute([0, 3, 1, 2]);
        let mut adam = Adam::new(&store, SETTINGS);
        last.set_data(&other.detach());
        adam.set_rate(0.5);
        let mut expected: Vec<(Tensor, Tensor, Tensor)> = adam
            .slots
            .values()
            .map(|slot| slot.parameter.detach().to_kind(Kind::Double).copy())
            .map(|x| (x.copy(), x.zeros_like(), x.zeros_like()))
            .collect();
        for step in 1..=5 {
            let mut gradients = gradients(3);
            gradients[2] = Tensor::new();
            adam.update(&gradients);
            for ((x, first, second), gradient) in expected.iter_mut().zip(&gradients[..2]) {
                let slope = gradient.to_kind(Kind::Double) + &*x * 0.1;
                *first = &*first * 0.5 + &slope * 0.5;
                *second = &*second * 0.99 + slope.square() * 0.01;
                let (first, second) = (
                    &*first / (1.0 - 0.5_f64.powi(step)),
                    &*second / (1.0 - 0.99_f64.powi(step)),
                );
                *x = &*x - first / (second.sqrt() + EPSILON) * (0.01 * 0.5);
            }
        }
        for (slot, (x, first, second)) in adam.slots.values().zip(&expected) {
            for (found, expected) in [
                (&slot.parameter, x),
                (&slot.first_moment, first),
                (&slot.second_moment, second),
            ] {
                let apart = (found.to_kind(Kind::Double) - expected).abs().max();
                assert!(apart.double_value(&[]) < 1e-6, "{apart:?}");
            }
        }
        let moments = &adam.slots["01"];
        assert_eq!(moments.first_moment.stride(), moments.parameter.stride());
    }

    #[test]
    fn updates_are_the_same_bits_on_one_thread_and_on_several() {
        // Drawn once: tests beside this one draw from, and seed, the same generator of the process.
        let random = || Tensor::randn([100_003], tch::kind::FLOAT_CPU);
        let (start, gradients) = (random(), [random(), random(), random()]);
        let updated = |threads: i32| {
            let before = tch::get_num_threads();
            tch::set_num_threads(threads);
            let store = VarStore::new(Device::Cpu);
            let mut x = store.root().var("x", &[100_003], Init::Const(0.0));
            tch::no_grad(|| x.copy_(&start));
            let mut adam = Adam::new(&store, SETTINGS);
            for gradient in &gradients {
                adam.update(std::slice::from_ref(gradient));
            }
            tch::set_num_threads(before);
            x.detach().copy()
        };
        assert!(updated(1).equal(&updated(3)));
    }
}
