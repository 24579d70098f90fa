//! Checkpoints: written whole or not at all, read back with their digests checked.

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
    checkpoint::{FACE_MASK_FILE, MODEL_FILE, PARITY_FILE, TRAINING_FILE},
    digest,
};
use std::{
    fs::{self, File},
    path::Path,
};
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
}

/// Writes `folder`: first a neighbour `folder.partial`, synced, then one rename. A crash or a full
/// disk at any moment leaves the former checkpoints whole and at most a `.partial` behind.
///
/// # Errors
/// [`TrainError`] naming the file.
pub fn write(
    folder: &Path,
    mut spec: CheckpointSpec,
    contents: &Contents,
) -> Result<(), TrainError> {
    let partial = folder.with_extension("partial");
    remove_if_there(&partial)?;
    let result = (|| {
        fs::create_dir_all(&partial).map_err(|e| TrainError::io(&partial, e))?;
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
            let path = partial.join(name);
            weights::write(&path, tensors)?;
            spec.files.insert(name.into(), digest::of_file(&path)?);
        }
        spec.save(&partial)?;
        let removed = folder.with_extension("removed");
        if folder.exists() {
            fs::rename(folder, &removed).map_err(|e| TrainError::io(folder, e))?;
        }
        fs::rename(&partial, folder).map_err(|e| TrainError::io(folder, e))?;
        remove_if_there(&removed)?;
        let parent = folder.parent().unwrap_or(folder);
        // The rename itself is safe only once the parent folder is on disk too.
        File::open(parent)
            .and_then(|file| file.sync_all())
            .map_err(|e| TrainError::io(parent, e))
    })();
    if result.is_err() {
        // Best effort, to give a full disk its space back; the error that matters is returned.
        let _ = fs::remove_dir_all(&partial);
    }
    result
}

fn remove_if_there(folder: &Path) -> Result<(), TrainError> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(TrainError::io(folder, e)),
        _ => Ok(()),
    }
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
