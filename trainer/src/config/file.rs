//! The text of a settings file: its base, command-line overrides, and messages about unknown keys.

use super::attributes::nearest;
use crate::error::TrainError;
use std::path::Path;

/// Adds the nearest known name to serde's message about an unknown one.
#[must_use]
pub(crate) fn with_suggestion(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((unknown, known)) if message.contains("unknown") => {
            match nearest(unknown, known.iter().copied()) {
                Some(name) => format!("{}; did you mean `{name}`?", message.trim_end()),
                None => message.into(),
            }
        }
        _ => message.into(),
    }
}

/// Reads a settings file; with `base = "OTHER.toml"` it holds only what differs. Files it names are relative to it.
///
/// # Errors
/// [`TrainError::Config`] or [`TrainError::Io`], naming the file.
pub(crate) fn read_table(path: &Path) -> Result<toml::Table, TrainError> {
    let text = std::fs::read_to_string(path).map_err(|e| TrainError::io(path, e))?;
    let bad = |reason: String| TrainError::Config {
        path: path.into(),
        reason,
    };
    let mut table: toml::Table = text.parse().map_err(|e| bad(format!("{e}")))?;
    for key in PATHS {
        if let Some(toml::Value::String(name)) = table.get_mut(key) {
            *name = beside(path, name);
        }
    }
    let Some(base) = table.remove("base") else {
        return Ok(table);
    };
    let Some(name) = base.as_str() else {
        return Err(bad(format!("base: found {base}, expected a file name")));
    };
    let base = path.with_file_name(name);
    if base == path {
        return Err(bad(format!("base: found {name:?}, expected another file")));
    }
    let mut whole = read_table(&base)?;
    merge(&mut whole, table);
    Ok(whole)
}

/// Keys at the top that name files.
const PATHS: [&str; 2] = ["resnet18", "face_mask"];

/// A file that the settings in `path` name, relative to them, by its absolute path.
fn beside(path: &Path, name: &str) -> String {
    let joined = path.with_file_name(name);
    // Fails only where the current folder is gone; the name is then as good.
    let absolute = std::path::absolute(&joined).unwrap_or(joined);
    absolute.to_string_lossy().into_owned()
}

/// Puts `changes` over `table`, section by section.
pub(super) fn merge(table: &mut toml::Table, changes: toml::Table) {
    for (key, value) in changes {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(section)), toml::Value::Table(changes)) => {
                merge(section, changes);
            }
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// Keys that `--set` may add: a settings file need not have them, nor do settings without a value for them.
const OPTIONAL: [&str; 4] = [
    "resnet18",
    "face_mask",
    "notes",
    "architecture.largest_displacement",
];

/// Puts `key.sub=value` into `table`.
///
/// # Errors
/// What is wrong with `text`, and the keys that are known.
pub(crate) fn set(table: &mut toml::Table, text: &str) -> Result<(), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("--set {text}: expected KEY=VALUE"))?;
    // A bare word counts as a string, so that shells need no nested quotes.
    let value = format!("value = {value}")
        .parse::<toml::Table>()
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.into()));
    let mut names: Vec<&str> = key.trim().split('.').collect();
    let last = names.pop().unwrap_or_default();
    let mut table = table;
    for name in names {
        table = table
            .get_mut(name)
            .and_then(toml::Value::as_table_mut)
            .ok_or_else(|| format!("--set {text}: no section [{name}]"))?;
    }
    if !table.contains_key(last) && !OPTIONAL.contains(&key.trim()) {
        let known: Vec<&str> = table.keys().map(String::as_str).collect();
        let hint = nearest(last, known.iter().copied())
            .map_or(String::new(), |name| format!("did you mean {name:?}? "));
        return Err(format!(
            "--set {text}: no key {last:?}; {hint}expected one of: {}",
            known.join(", ")
        ));
    }
    table.insert(last.into(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_replaces_a_value_and_an_unknown_key_lists_the_known() {
        let mut table: toml::Table = "[schedule]\nsteps = 5\n".parse().unwrap();
        set(&mut table, "schedule.steps=7").unwrap();
        assert_eq!(table["schedule"]["steps"].as_integer(), Some(7));
        let message = set(&mut table, "schedule.stpes=7").unwrap_err();
        assert!(message.contains("stpes") && message.contains("steps"));
        let mut table: toml::Table = "[architecture]\nimage_size = 64\n".parse().unwrap();
        set(&mut table, "architecture.largest_displacement=0.05").unwrap();
        set(&mut table, "resnet18=a.pth").unwrap();
        assert!(set(&mut table, "architecture.resnet18=a.pth").is_err());
    }
}
