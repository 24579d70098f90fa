//! The checkpoint that gets the weights.

use anyhow::Context;
use edge::track::mouth::Weights;
use model_spec::{
    CheckpointSpec,
    checkpoint::{MODEL_FILE, MOUTH_FILE, SPEC_FILE},
    digest,
    manifest::MANIFEST_FILE,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(super) struct Checkpoint {
    folder: PathBuf,
    spec: CheckpointSpec,
}

/// A `mouth.bin`, and what it was fitted to.
pub(super) struct MouthFile {
    pub(super) bytes: Vec<u8>,
    pub(super) data: String,
}

/// How `provenance.data` names what the weights were fitted to.
fn prefix() -> String {
    format!("{MOUTH_FILE}: ")
}

impl Checkpoint {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let spec = CheckpointSpec::load(folder, &[MODEL_FILE])?;
        Ok(Self {
            folder: folder.into(),
            spec,
        })
    }

    /// Writes the weights, and names them and their data in `checkpoint.json`.
    pub(super) fn put(&mut self, bytes: &[u8], data: &str) -> anyhow::Result<()> {
        let path = self.folder.join(MOUTH_FILE);
        output::write_own(&path, bytes).with_context(|| path.display().to_string())?;
        let (files, used) = (&mut self.spec.files, &mut self.spec.provenance.data);
        files.insert(MOUTH_FILE.into(), digest::of_bytes(bytes));
        used.retain(|line| !line.starts_with(&prefix()));
        used.push(prefix() + data);
        Ok(self.spec.save(&self.folder)?)
    }
}

/// The weights of a checkpoint or a bundle's folder.
pub(super) fn mouth_of(folder: &Path) -> anyhow::Result<MouthFile> {
    let names = [SPEC_FILE, MANIFEST_FILE];
    let description = names.into_iter().find(|name| folder.join(name).exists());
    let description = description.with_context(|| {
        format!(
            "{}: found neither {SPEC_FILE} nor {MANIFEST_FILE}",
            folder.display()
        )
    })?;
    let description = folder.join(description);
    let text = fs::read(&description).with_context(|| description.display().to_string())?;
    let spec: Value =
        serde_json::from_slice(&text).with_context(|| description.display().to_string())?;
    let lines = spec["provenance"]["data"].as_array().into_iter().flatten();
    let data = lines
        .filter_map(Value::as_str)
        .find_map(|line| line.strip_prefix(&prefix()))
        .with_context(|| {
            format!(
                "{}: provenance.data: found no line about {MOUTH_FILE}",
                description.display()
            )
        })?;
    let path = folder.join(MOUTH_FILE);
    let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
    Weights::from_bytes(&bytes).map_err(|mismatch| mismatch.in_file(&path))?;
    Ok(MouthFile {
        bytes,
        data: data.into(),
    })
}
