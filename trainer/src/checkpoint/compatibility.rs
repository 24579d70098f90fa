//! Whether a checkpoint is of the model that a run trains.

use crate::{config::Config, error::TrainError};
use model_spec::CheckpointSpec;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// At most this many differences are named in one error.
const NAMED: usize = 5;

/// Refuses a checkpoint whose networks or attributes are not those of `config`.
///
/// # Errors
/// [`TrainError::Run`] with the first differences.
pub fn check(path: &Path, found: &CheckpointSpec, config: &Config) -> Result<(), TrainError> {
    let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    flatten("architecture", &json(&found.architecture), &mut theirs);
    flatten("attributes", &json(&found.attributes), &mut theirs);
    flatten("architecture", &json(&config.architecture), &mut ours);
    flatten("attributes", &json(&*config.attributes), &mut ours);
    let names: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let show = |value: Option<&Value>| value.map_or("nothing".into(), Value::to_string);
    let differences: Vec<String> = names
        .into_iter()
        .filter(|name| ours.get(*name) != theirs.get(*name))
        .map(|name| {
            let (found, expected) = (show(theirs.get(name)), show(ours.get(name)));
            format!("{name}: found {found}, expected {expected}")
        })
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    let more = differences.len().saturating_sub(NAMED);
    let shown = differences[..differences.len() - more].join("; ");
    let rest = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    Err(TrainError::Run {
        path: path.into(),
        reason: format!("the checkpoint is of another model: {shown}{rest}"),
    })
}

pub(super) fn json(value: &impl serde::Serialize) -> Value {
    // Plain structs of numbers and strings always become JSON.
    serde_json::to_value(value).unwrap_or_default()
}

/// Leaves by their dotted paths.
pub(super) fn flatten(name: &str, value: &Value, leaves: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&format!("{name}.{key}"), value, leaves);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                flatten(&format!("{name}[{index}]"), value, leaves);
            }
        }
        leaf => {
            leaves.insert(name.into(), leaf.clone());
        }
    }
}
