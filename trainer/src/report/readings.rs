//! What a run has written down: losses per tick, metrics per evaluation.

use crate::{error::TrainError, evaluation::SCORE};
use std::{collections::BTreeMap, fs, path::Path};

/// Values by step.
pub(super) type Curve = Vec<(f64, f64)>;

/// `stats.jsonl`, by figure.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// Losses by name.
    pub losses: BTreeMap<String, Curve>,
    /// Metrics by kind (`edit_success`) and direction (`neutral_to_smiling`, empty for those that have none).
    pub metrics: BTreeMap<String, BTreeMap<String, Curve>>,
}

impl Readings {
    /// # Errors
    /// [`TrainError::Io`] without the file, [`TrainError::Data`] naming a line that is no record of a run.
    pub(super) fn read(path: &Path) -> Result<Self, TrainError> {
        let text = fs::read_to_string(path).map_err(|error| TrainError::io(path, error))?;
        let mut readings = Self::default();
        for (number, line) in text.lines().enumerate() {
            let wrong = |reason: String| TrainError::Data {
                path: path.into(),
                reason: format!("line {}: {reason}", number + 1),
            };
            let mut figures: BTreeMap<String, Option<f64>> =
                serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            let step = figures.remove("step").flatten();
            let step = step.ok_or_else(|| wrong("found no step, expected a number".into()))?;
            let evaluated = figures.contains_key(SCORE);
            for (name, value) in figures {
                // JSON has no infinities: what was none is null.
                let Some(value) = value else { continue };
                let curve = if evaluated {
                    let (kind, direction) = name.split_once('.').unwrap_or((&name, ""));
                    let kind = readings.metrics.entry(kind.into()).or_default();
                    kind.entry(direction.into()).or_default()
                } else {
                    readings.losses.entry(name).or_default()
                };
                curve.push((step, value));
            }
        }
        if readings.losses.is_empty() && readings.metrics.is_empty() {
            return Err(TrainError::Data {
                path: path.into(),
                reason: "found no records, expected a run of at least one tick".into(),
            });
        }
        Ok(readings)
    }

    /// The newest metrics of a kind: direction and value.
    pub(super) fn newest(&self, kind: &str) -> Vec<(&str, f64)> {
        let curves = self.metrics.get(kind).into_iter().flatten();
        let newest = curves.filter_map(|(name, curve)| Some((name.as_str(), curve.last()?.1)));
        newest.collect()
    }
}
