//! Weights files that say what they are: a label in the metadata of a safetensors file.

use super::{Weights, write_tensors};
use crate::error::TrainError;
use output::OutputFile;
use safetensors::{SafeTensors, serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::Read,
    path::Path,
};

const PROGRAM: &str = "program";
const CONTENT: &str = "content";
/// Headers longer than this are no safetensors file's.
const LONGEST_HEADER: u64 = 100_000_000;

/// What a weights file holds, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// The network, e.g. `classifier`.
    pub content: &'static str,
    /// What it was made for, by field.
    pub fields: BTreeMap<&'static str, String>,
}

impl Label {
    /// A label without fields.
    pub(crate) fn new(content: &'static str) -> Self {
        Self {
            content,
            fields: BTreeMap::new(),
        }
    }

    /// The differences to the label of the file `path`, each as `field: found …, expected …`; `None` where
    /// the file has no label. A field that only one of them has is no difference.
    ///
    /// # Errors
    /// [`TrainError::Io`], or [`TrainError::Weights`] for a file that is no safetensors file.
    pub(crate) fn differences(&self, path: &Path) -> Result<Option<Vec<String>>, TrainError> {
        let metadata = metadata(path)?;
        if metadata
            .get(PROGRAM)
            .is_none_or(|program| program != env!("CARGO_PKG_NAME"))
        {
            return Ok(None);
        }
        let content = (CONTENT, self.content.to_owned());
        let fields = self
            .fields
            .iter()
            .map(|(&name, value)| (name, value.clone()));
        let differences = std::iter::once(content)
            .chain(fields)
            .filter_map(|(name, expected)| {
                let found = metadata.get(name)?;
                (*found != expected).then(|| format!("{name}: found {found}, expected {expected}"))
            });
        Ok(Some(differences.collect()))
    }
}

/// Writes `weights` with `label` to `path`; only a file with the same content is replaced.
///
/// # Errors
/// [`TrainError`] naming the file.
pub(crate) fn write_labelled(
    path: &Path,
    weights: &Weights,
    label: &Label,
) -> Result<(), TrainError> {
    let file = OutputFile::create(path, |path| is_own(path, label))?;
    write_tensors(file.path(), weights, path)?;
    let bytes = fs::read(file.path()).map_err(|e| TrainError::io(path, e))?;
    let wrong = |reason: String| TrainError::Weights {
        path: path.into(),
        reason,
    };
    let tensors = SafeTensors::deserialize(&bytes).map_err(|e| wrong(e.to_string()))?;
    let mut metadata: HashMap<String, String> = label
        .fields
        .iter()
        .map(|(&name, value)| (name.to_owned(), value.clone()))
        .collect();
    metadata.insert(PROGRAM.into(), env!("CARGO_PKG_NAME").into());
    metadata.insert(CONTENT.into(), label.content.into());
    let bytes = serialize(tensors.tensors(), Some(metadata)).map_err(|e| wrong(e.to_string()))?;
    fs::write(file.path(), bytes).map_err(|e| TrainError::io(path, e))?;
    Ok(file.finish()?)
}

/// Whether [`write_labelled`] would accept `path`.
///
/// # Errors
/// [`TrainError::Output`].
pub(crate) fn check_target(path: &Path, label: &Label) -> Result<(), TrainError> {
    Ok(output::check_file(path, |path| is_own(path, label))?)
}

fn is_own(path: &Path, label: &Label) -> Result<(), String> {
    let metadata = metadata(path).map_err(|_| "a file that is no weights file")?;
    let found = metadata.get(CONTENT).map_or("nothing", String::as_str);
    let program = metadata.get(PROGRAM).map(String::as_str);
    if program == Some(env!("CARGO_PKG_NAME")) && found == label.content {
        Ok(())
    } else {
        Err(format!(
            "a weights file of {found}, not of {}",
            label.content
        ))
    }
}

/// A field of the label of the file `path`, if it has one.
///
/// # Errors
/// [`TrainError::Io`], or [`TrainError::Weights`] for a file that is no safetensors file.
pub(crate) fn label_field(path: &Path, name: &str) -> Result<Option<String>, TrainError> {
    Ok(metadata(path)?.remove(name))
}

/// The metadata in the header of a safetensors file.
fn metadata(path: &Path) -> Result<HashMap<String, String>, TrainError> {
    let io = |e| TrainError::io(path, e);
    let wrong = |reason: String| TrainError::Weights {
        path: path.into(),
        reason: format!("not a safetensors file: {reason}"),
    };
    let mut file = File::open(path).map_err(io)?;
    let mut length = [0; 8];
    file.read_exact(&mut length)
        .map_err(|e| wrong(e.to_string()))?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(wrong(format!("a header of {length} bytes")));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(io)?;
    let header: serde_json::Value =
        serde_json::from_slice(&header).map_err(|e| wrong(e.to_string()))?;
    let fields = header.get("__metadata__").and_then(|it| it.as_object());
    Ok(fields
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect())
}
