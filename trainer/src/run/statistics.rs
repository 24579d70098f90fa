//! `stats.jsonl`: losses and metrics of a run, one line per tick or evaluation.

use crate::error::TrainError;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

/// Appends a line of JSON to `stats.jsonl`.
///
/// # Errors
/// [`TrainError::Io`].
pub(crate) fn append(
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

/// Drops what a killed run wrote after `step`, from which it resumes, and a torn last line.
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
    Ok(output::write_own(path, kept.as_bytes())?)
}
