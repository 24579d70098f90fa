//! What a resumed run does otherwise than the steps before it.

use super::{
    SETTINGS_FILE,
    compatibility::{flatten, json},
};
use crate::{config::Config, error::TrainError};
use model_spec::{CheckpointSpec, Provenance};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Settings that change what is shown, measured or kept, but no step.
const HARMLESS: [&str; 10] = [
    "name",
    "licence",
    "data_notes",
    "notes",
    "evaluation",
    "schedule.steps",
    "schedule.tick_interval",
    "schedule.sample_interval",
    "schedule.checkpoint_interval",
    "schedule.checkpoints_kept",
];

/// Notes on every difference between the steps up to the checkpoint `path` of a run and those to come:
/// settings, data, program and hardware. `run_settings` are the run's own, for checkpoints that have none.
///
/// # Errors
/// [`TrainError`] naming the file that cannot be read.
pub(crate) fn since(
    path: &Path,
    spec: &CheckpointSpec,
    run_settings: &Path,
    config: &Config,
    now: &Provenance,
) -> Result<Vec<String>, TrainError> {
    let step = spec.provenance.steps;
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for (provenance, values) in [(&spec.provenance, &mut before), (now, &mut after)] {
        for (name, value) in [
            ("data_digest", &provenance.data_digest),
            ("hardware", &provenance.hardware),
            ("revision", &provenance.revision),
            ("trainer_version", &provenance.trainer_version),
        ] {
            values.insert(name.to_owned(), Value::String(value.clone()));
        }
    }
    let mut notes = Vec::new();
    match former_settings(path, spec, run_settings)? {
        Some(former) => {
            flatten("", &former, &mut before);
            flatten("", &json(config), &mut after);
        }
        None => notes.push(format!("up to step {step}: settings unknown")),
    }
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let show = |value: Option<&Value>| value.map_or("not set".into(), Value::to_string);
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        let name = name.trim_start_matches('.');
        if !equal(was, is) && !is_harmless(name, config) {
            notes.push(format!(
                "up to step {step}: {name} {}, then {}",
                show(was),
                show(is)
            ));
        }
    }
    Ok(notes)
}

/// As JSON: those kept in the checkpoint, else those of the run folder.
fn former_settings(
    path: &Path,
    spec: &CheckpointSpec,
    run_settings: &Path,
) -> Result<Option<Value>, TrainError> {
    let path = if spec.files.contains_key(SETTINGS_FILE) {
        CheckpointSpec::load(path, &[SETTINGS_FILE])?;
        path.join(SETTINGS_FILE)
    } else if run_settings.exists() {
        run_settings.into()
    } else {
        return Ok(None);
    };
    let text = fs::read_to_string(&path).map_err(|e| TrainError::io(&path, e))?;
    let settings: toml::Value = toml::from_str(&text).map_err(|e| TrainError::Config {
        path,
        reason: e.to_string(),
    })?;
    Ok(Some(json(&settings)))
}

fn is_harmless(name: &str, config: &Config) -> bool {
    let schedule = &config.schedule;
    // The number of steps counts where rates fall or prices grow towards the last one.
    let steps_matter = schedule.decay_share > 0.0 || schedule.price_growth != 1.0;
    if name == "schedule.steps" && steps_matter {
        return false;
    }
    HARMLESS.iter().any(|harmless| {
        let rest = name.strip_prefix(harmless);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// Numbers by value: a file may say `1` for what the settings hold as `1.0`.
fn equal(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a.and_then(Value::as_f64), b.and_then(Value::as_f64)) {
        (Some(a), Some(b)) => (a - b).abs() <= f64::from(f32::EPSILON) * a.abs().max(b.abs()),
        _ => a == b,
    }
}
