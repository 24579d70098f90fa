//! Losses of a run, kept on the device until a tick and read together.

use super::RunFolder;
use crate::{error::TrainError, losses::NamedLoss, ranks::Group};
use std::path::PathBuf;
use tch::{Kind, Tensor};

/// Figures with their names.
pub(crate) type Figures = Vec<(&'static str, f64)>;

/// Losses on the device, read together at a tick so that steps need not wait for them.
#[derive(Debug, Default)]
pub(crate) struct LossReader {
    steps: Vec<StepLosses>,
}

#[derive(Debug)]
struct StepLosses {
    step: u64,
    losses: Vec<NamedLoss>,
}

/// A running mean.
struct Mean {
    name: &'static str,
    sum: f64,
    count: f64,
}

impl LossReader {
    /// Keeps the losses of `step`.
    pub(crate) fn record(&mut self, step: u64, losses: Vec<NamedLoss>) {
        let detached = losses.into_iter().map(|loss| NamedLoss {
            value: loss.value.detach(),
            ..loss
        });
        self.steps.push(StepLosses {
            step,
            losses: detached.collect(),
        });
    }

    /// Means over the steps since the last call and over all ranks, in the order in which names first appear.
    ///
    /// # Errors
    /// [`TrainError::NonFiniteLoss`] with the step and the newest checkpoint of `run`, [`TrainError::Rank`].
    pub(crate) fn read(
        &mut self,
        run: Option<&RunFolder>,
        group: &Group,
    ) -> Result<Figures, TrainError> {
        let own = self.steps.iter().flat_map(|step| values(&step.losses));
        let mut values = group.mean_figures(own.collect())?.into_iter();
        let mut means: Vec<Mean> = Vec::new();
        for StepLosses { step, losses } in self.steps.drain(..) {
            for (NamedLoss { name, .. }, value) in losses.into_iter().zip(&mut values) {
                if !value.is_finite() {
                    return Err(TrainError::NonFiniteLoss {
                        step,
                        loss: name,
                        value,
                        checkpoint: newest(run)?,
                    });
                }
                match means.iter_mut().find(|mean| mean.name == name) {
                    Some(mean) => {
                        mean.sum += value;
                        mean.count += 1.0;
                    }
                    None => means.push(Mean {
                        name,
                        sum: value,
                        count: 1.0,
                    }),
                }
            }
        }
        let means = means.iter().map(|mean| (mean.name, mean.sum / mean.count));
        Ok(means.collect())
    }
}

fn newest(run: Option<&RunFolder>) -> Result<Option<PathBuf>, TrainError> {
    run.map_or(Ok(None), RunFolder::newest_checkpoint)
}

/// Values of losses, with one transfer from the device.
fn values(losses: &[NamedLoss]) -> Vec<f64> {
    let scalars: Vec<Tensor> = losses
        .iter()
        .map(|loss| loss.value.to_kind(Kind::Double))
        .collect();
    if scalars.is_empty() {
        return Vec::new();
    }
    let stacked = Tensor::stack(&scalars, 0).to_device(tch::Device::Cpu);
    Vec::try_from(stacked).unwrap_or_else(|_| vec![f64::NAN; losses.len()])
}
