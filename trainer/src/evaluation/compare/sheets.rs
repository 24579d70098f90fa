//! What a comparison leaves in its folder: sheets of pairs, and the figures.

use crate::evaluation::Estimates;
use crate::{data::picture, error::TrainError, evaluation::pairs::Pairs};
use std::{collections::BTreeMap, fs, path::Path};

/// Pairs on a sheet.
const ON_SHEET: usize = 12;
/// Pairs side by side on a sheet.
const COLUMNS: usize = 3;

/// The best, median and worst edits in the judge's eyes.
pub(super) fn sheets(
    out: &Path,
    path: &str,
    pairs: &Pairs,
    scores: &[f64],
) -> Result<(), TrainError> {
    fs::create_dir_all(out).map_err(|error| TrainError::io(out, error))?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let shown = ON_SHEET.min(order.len());
    let middle = (order.len() - shown) / 2;
    for (name, first) in [
        ("best", 0),
        ("median", middle),
        ("worst", order.len() - shown),
    ] {
        let sheet = pairs.sheet(&order[first..first + shown], COLUMNS)?;
        picture::write(&out.join(format!("{path}.{name}.png")), &sheet)?;
    }
    Ok(())
}

/// `compare.json`: name to value, low and high.
pub(super) fn save(out: &Path, estimates: &Estimates) -> Result<(), TrainError> {
    let figures: BTreeMap<&String, [Option<f64>; 3]> = estimates
        .iter()
        .map(|(name, estimate)| {
            let parts = [estimate.value, estimate.low, estimate.high];
            (name, parts.map(|part| part.is_finite().then_some(part)))
        })
        .collect();
    let path = out.join("compare.json");
    let text = serde_json::to_string_pretty(&figures)
        .map_err(|error| TrainError::io(&path, error.into()))?;
    fs::create_dir_all(out).map_err(|error| TrainError::io(out, error))?;
    Ok(output::write(&path, (text + "\n").as_bytes(), is_own)?)
}

/// Accepts the figures of an earlier comparison.
fn is_own(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let figures: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let judged = figures
        .keys()
        .any(|name| name.starts_with("judge_accuracy."));
    judged
        .then_some(())
        .ok_or_else(|| "a file without judge_accuracy".into())
}
