//! Named losses and their weighted sum.

use tch::{Device, Kind, Tensor};

/// A loss as it is written down: unweighted, still on its device.
#[derive(Debug)]
pub struct NamedLoss {
    /// Its name in statistics and events.
    pub name: &'static str,
    /// Scalar.
    pub value: Tensor,
}

/// What an optimiser minimises, and the losses it is made of.
#[derive(Debug)]
pub struct Objective {
    /// The weighted sum.
    pub total: Tensor,
    /// The losses, unweighted, in the order in which they were added.
    pub losses: Vec<NamedLoss>,
}

impl Objective {
    /// Nothing to minimise yet.
    pub(super) fn empty(device: Device) -> Self {
        Self {
            total: Tensor::zeros([], (Kind::Float, device)),
            losses: Vec::new(),
        }
    }

    /// An objective of one loss.
    pub(super) fn new(name: &'static str, weight: f64, value: Tensor) -> Self {
        Self {
            total: &value * weight,
            losses: vec![NamedLoss { name, value }],
        }
    }

    /// Adds a loss.
    pub(super) fn add(&mut self, name: &'static str, weight: f64, value: Tensor) {
        self.total = &self.total + &value * weight;
        self.losses.push(NamedLoss { name, value });
    }

    /// Adds a loss unless its weight is zero; then it is not even computed.
    pub(super) fn add_weighted(
        &mut self,
        name: &'static str,
        weight: f64,
        value: impl FnOnce() -> Tensor,
    ) {
        if weight != 0.0 {
            self.add(name, weight, value());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_weighted_the_losses_are_not_and_weight_zero_is_not_computed() {
        let mut objective = Objective::new("a", 2.0, Tensor::from(3.0_f32));
        objective.add("b", 0.5, Tensor::from(4.0_f32));
        objective.add_weighted("c", 0.0, || unreachable!("computed in vain"));
        objective.add_weighted("d", -1.0, || Tensor::from(1.0_f32));
        assert_eq!(objective.total.double_value(&[]), 7.0);
        let losses = objective.losses.iter();
        let losses: Vec<_> = losses
            .map(|l| (l.name, l.value.double_value(&[])))
            .collect();
        assert_eq!(losses, [("a", 3.0), ("b", 4.0), ("d", 1.0)]);
    }
}
