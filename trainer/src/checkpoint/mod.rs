//! Checkpoints: written whole or not at all, read back with their digests checked.

pub(crate) mod changes;
pub(crate) mod compatibility;
pub(crate) mod parity;

pub(crate) use parity::ParityNetworks;

use crate::{
    error::TrainError,
    networks::{FaceMask, StoredClassifier, StoredEditor},
    weights::{self, Weights},
};
use model_spec::{
    CheckpointSpec,
    checkpoint::{
        ALIGNER_FILE, FACE_MASK_FILE, MODEL_FILE, MOUTH_FILE, PARITY_FILE, SPEC_FILE, TRAINING_FILE,
    },
    digest,
};
use output::OutputFolder;
use std::{ffi::OsStr, fs, path::Path};
use tch::Device;

/// What a checkpoint folder holds besides its specification.
#[derive(Debug)]
pub struct Contents {
    /// Averaged editor and classifier.
    pub model: Weights,
    /// Parity sample.
    pub parity: Weights,
    /// What resuming needs.
    pub training: Weights,
    /// The face-mask network, where there is one.
    pub face_mask: Option<Weights>,
    /// The settings of the run, as TOML, where there is one.
    pub settings: Option<String>,
}

/// Settings that a checkpoint was trained with, kept so that a resumed run can say what has changed.
pub(crate) const SETTINGS_FILE: &str = "settings.toml";

/// Every file that a checkpoint may hold.
pub(crate) fn file_names() -> Vec<String> {
    let names = [
        SPEC_FILE,
        MODEL_FILE,
        PARITY_FILE,
        TRAINING_FILE,
        FACE_MASK_FILE,
        ALIGNER_FILE,
        MOUTH_FILE,
        SETTINGS_FILE,
    ];
    names.map(String::from).to_vec()
}

/// The files of a checkpoint in `folder`, or what it is instead.
fn own_files(folder: &Path) -> Result<Vec<String>, String> {
    let text = fs::read(folder.join(SPEC_FILE)).unwrap_or_default();
    let spec = serde_json::from_slice::<serde_json::Value>(&text).unwrap_or_default();
    let is_whole = ["format_version", "architecture", "files"]
        .iter()
        .all(|field| spec.get(field).is_some());
    // A damaged one under the name that `fit` gives it is still ours.
    let damaged = || folder.file_name().is_some_and(is_step) && folder.join(MODEL_FILE).exists();
    if is_whole || damaged() {
        Ok(file_names())
    } else {
        Err(format!("a folder without a checkpoint's {SPEC_FILE}"))
    }
}

/// Whether `name` is `step-NNNNNNNN`, the name of a checkpoint of a run.
pub(crate) fn is_step(name: &OsStr) -> bool {
    digits(name).is_some()
}

/// The step of a checkpoint folder that a run numbered.
pub(crate) fn step_of(folder: &Path) -> Option<u64> {
    digits(folder.file_name()?)?.parse().ok()
}

fn digits(name: &OsStr) -> Option<&str> {
    let digits = name.to_str()?.strip_prefix("step-")?;
    let is_number = digits.len() >= 8 && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then_some(digits)
}

/// Whether [`write`] would accept `folder`.
///
/// # Errors
/// [`TrainError::Output`].
pub(crate) fn check_target(folder: &Path) -> Result<(), TrainError> {
    Ok(output::check_folder(folder, own_files)?)
}

/// Writes `folder`, whole or not at all: a crash or a full disk at any moment leaves the former checkpoints
/// whole. Only a checkpoint or an empty folder is replaced.
///
/// # Errors
/// [`TrainError`] naming the file.
pub fn write(
    folder: &Path,
    mut spec: CheckpointSpec,
    contents: &Contents,
) -> Result<(), TrainError> {
    let new = OutputFolder::create(folder, own_files)?;
    let files = [
        (MODEL_FILE, &contents.model),
        (PARITY_FILE, &contents.parity),
        (TRAINING_FILE, &contents.training),
    ];
    let face_mask = contents.face_mask.iter();
    let files = files
        .into_iter()
        .chain(face_mask.map(|tensors| (FACE_MASK_FILE, tensors)));
    for (name, tensors) in files {
        let path = new.path().join(name);
        weights::write(&path, tensors)?;
        spec.files.insert(name.into(), digest::of_file(&path)?);
    }
    if let Some(settings) = &contents.settings {
        output::write_own(&new.path().join(SETTINGS_FILE), settings.as_bytes())?;
        let digest = digest::of_bytes(settings.as_bytes());
        spec.files.insert(SETTINGS_FILE.into(), digest);
    }
    spec.save(new.path())?;
    Ok(new.finish(SPEC_FILE)?)
}

/// A checkpoint opened for use.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its specification.
    pub spec: CheckpointSpec,
    /// The averaged editor.
    pub editor: StoredEditor,
    /// The attribute classifier, where the checkpoint has one.
    pub classifier: Option<StoredClassifier>,
    /// The face-mask network, where the checkpoint has one.
    pub face_mask: Option<FaceMask>,
}

/// Opens `folder` for editing: checks digests, makes the networks, copies the weights.
///
/// # Errors
/// [`TrainError`] naming file, tensor, found and expected.
pub fn load(folder: &Path, device: Device) -> Result<Checkpoint, TrainError> {
    let spec = CheckpointSpec::load(folder, &[MODEL_FILE])?;
    let path = folder.join(MODEL_FILE);
    let tensors = weights::read(&path)?;
    let mut editor = StoredEditor::new(&spec.architecture, &spec.attributes, device);
    weights::copy_into(&weights::of_store(&editor.store, ""), &tensors, "", &path)?;
    editor.store.freeze();
    let classifier = if spec.architecture.has_classifier() {
        let mut classifier = StoredClassifier::new(&spec.architecture, &spec.attributes, device);
        classifier.load(&tensors, &path)?;
        classifier.store.freeze();
        Some(classifier)
    } else {
        None
    };
    let face_mask = if spec.files.contains_key(FACE_MASK_FILE) {
        CheckpointSpec::load(folder, &[FACE_MASK_FILE])?;
        Some(FaceMask::load(&folder.join(FACE_MASK_FILE), device)?)
    } else {
        None
    };
    Ok(Checkpoint {
        spec,
        editor,
        classifier,
        face_mask,
    })
}
