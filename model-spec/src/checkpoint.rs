//! A checkpoint: the folder that `trainer` writes and `model-export` reads.
//!
//! `checkpoint.json` (this type), `model.safetensors` (averaged weights for use: tensors named
//! `generator.…`, `style_encoder.…`, `style_transformer.…`, `classifier.…`), `parity.safetensors`
//! (faces and what libtorch made of them), `training.safetensors` (all that resuming needs) and, where
//! `w_hpf` is above 0 and the network is known, `face_mask.safetensors` (the landmark network that the
//! generator's masks are made with; names as in the official `wing.ckpt`).
//! `aligner.bin`, in checkpoints that have one, finds the framing on live faces, and `mouth.bin` tells whether
//! their mouths are covered.

use crate::{
    architecture::Architecture, attribute::AttributeSet, digest, error::SpecError,
    framing::Framing, json, light::Light, provenance::Provenance,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// Newest checkpoint format this library reads and the one it writes.
///
/// Version 2 brought the displacement output and the light correction; version 1 is read as before.
pub const FORMAT_VERSION: u32 = 2;
/// The JSON file.
pub const SPEC_FILE: &str = "checkpoint.json";
/// Weights for use.
pub const MODEL_FILE: &str = "model.safetensors";
/// Parity sample.
pub const PARITY_FILE: &str = "parity.safetensors";
/// Face-mask network of generators with `w_hpf > 0`; optional.
pub const FACE_MASK_FILE: &str = "face_mask.safetensors";
/// What resuming needs: raw weights, discriminator, Adam moments.
pub const TRAINING_FILE: &str = "training.safetensors";

/// The aligner, in checkpoints that have one.
pub const ALIGNER_FILE: &str = "aligner.bin";
/// The weights that tell whether a mouth is covered, in checkpoints that have them.
pub const MOUTH_FILE: &str = "mouth.bin";

/// Contents of `checkpoint.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointSpec {
    /// See [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the model, e.g. `smile-64`.
    pub name: String,
    /// Terms of the weights.
    pub licence: String,
    /// Network shapes.
    pub architecture: Architecture,
    /// Attributes, in the order of the domain bits.
    pub attributes: AttributeSet,
    /// Framing of the training images.
    pub framing: Framing,
    /// Brightness and contrast of the training images, where they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// Where the weights come from.
    pub provenance: Provenance,
    /// SHA-256 of every other file of the checkpoint, by file name.
    pub files: BTreeMap<String, String>,
}

impl CheckpointSpec {
    /// Reads and validates `folder/checkpoint.json`, and checks the digests of `files`.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn load(folder: &Path, files: &[&str]) -> Result<Self, SpecError> {
        let path = folder.join(SPEC_FILE);
        let spec: Self = json::read_versioned(&path, "checkpoint", FORMAT_VERSION)?;
        let checks = [
            spec.architecture.validate(),
            spec.attributes.validate(),
            spec.framing.validate(),
            spec.light.as_ref().map_or(Ok(()), Light::validate),
        ];
        for check in checks {
            check.map_err(|mismatch| mismatch.in_file(&path))?;
        }
        for &file in files {
            digest::check(folder, file, &spec.files, &path)?;
        }
        Ok(spec)
    }

    /// Writes `folder/checkpoint.json` atomically.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), SpecError> {
        json::write_atomically(&folder.join(SPEC_FILE), self)
    }
}
