//! Losses of a run: kept on the device until a tick, then averaged, shown and written down.

use crate::{error::TrainError, losses::objective::NamedLoss, run::folder::RunFolder};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};
use tch::{Kind, Tensor};

/// Figures with their names.
pub type Figures = Vec<(&'static str, f64)>;

/// Losses on the device, read together at a tick so that steps need not wait for them.
#[derive(Debug, Default)]
pub struct Ticker {
    steps: Vec<(u64, Vec<NamedLoss>)>,
}

impl Ticker {
    /// Keeps the losses of `step`.
    pub fn record(&mut self, step: u64, losses: Vec<NamedLoss>) {
        let detached = losses
            .into_iter()
            .map(|(name, loss)| (name, loss.detach()))
            .collect();
        self.steps.push((step, detached));
    }

    /// Means over the steps since the last call, in the order in which names first appear.
    ///
    /// # Errors
    /// [`TrainError::NonFiniteLoss`] with the step and the newest checkpoint of `run`.
    pub fn read(&mut self, run: &RunFolder) -> Result<Figures, TrainError> {
        let mut sums: Vec<(&'static str, f64, f64)> = Vec::new();
        for (step, losses) in self.steps.drain(..) {
            for ((loss, _), value) in losses.iter().zip(values(&losses)) {
                let loss = *loss;
                if !value.is_finite() {
                    return Err(TrainError::NonFiniteLoss {
                        step,
                        loss,
                        value,
                        checkpoint: run.newest_checkpoint()?,
                    });
                }
                match sums.iter_mut().find(|(name, ..)| *name == loss) {
                    Some((_, sum, count)) => {
                        *sum += value;
                        *count += 1.0;
                    }
                    None => sums.push((loss, value, 1.0)),
                }
            }
        }
        let means = sums
            .into_iter()
            .map(|(name, sum, count)| (name, sum / count));
        Ok(means.collect())
    }
}

/// Values of losses, with one transfer from the device.
fn values(losses: &[NamedLoss]) -> Vec<f64> {
    let scalars: Vec<Tensor> = losses
        .iter()
        .map(|(_, loss)| loss.to_kind(Kind::Double))
        .collect();
    if scalars.is_empty() {
        return Vec::new();
    }
    let stacked = Tensor::stack(&scalars, 0).to_device(tch::Device::Cpu);
    Vec::try_from(stacked).unwrap_or_else(|_| vec![f64::NAN; losses.len()])
}

/// Appends a line of JSON to `stats.jsonl`.
///
/// # Errors
/// [`TrainError::Io`].
pub fn append(
    path: &Path,
    step: u64,
    figures: impl IntoIterator<Item = (String, f64)>,
) -> Result<(), TrainError> {
    let mut line: serde_json::Map<_, _> = figures
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    line.insert("step".into(), step.into());
    let mut text = serde_json::Value::Object(line).to_string();
    text.push('\n');
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|e| TrainError::io(path, e))
}

/// Drops what a killed run wrote behind `step`, the step it goes on from, and a torn last line.
///
/// # Errors
/// [`TrainError::Io`].
pub fn rewind(path: &Path, step: u64) -> Result<(), TrainError> {
    let Ok(text) = fs::read_to_string(path) else {
        return Ok(());
    };
    let kept = text.lines().filter(|line| {
        let line: Result<serde_json::Value, _> = serde_json::from_str(line);
        line.is_ok_and(|line| line["step"].as_u64().is_some_and(|at| at <= step))
    });
    let mut kept = kept.collect::<Vec<_>>().join("\n");
    if !kept.is_empty() {
        kept.push('\n');
    }
    fs::write(path, kept).map_err(|e| TrainError::io(path, e))
}
