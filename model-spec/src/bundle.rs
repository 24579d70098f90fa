//! A bundle on disk whose every byte has been checked.

use crate::{
    digest,
    error::SpecError,
    manifest::{Graph, MANIFEST_FILE, Manifest},
};
use std::path::{Path, PathBuf};

/// A folder with a valid manifest and files of the right digests.
#[derive(Debug, Clone)]
pub struct Bundle {
    folder: PathBuf,
    manifest: Manifest,
}

impl Bundle {
    /// Opens `folder`: version, fields, then the digest of every listed file.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn open(folder: &Path) -> Result<Self, SpecError> {
        let manifest = Manifest::load(folder)?;
        for file in manifest.files.keys() {
            digest::check(folder, file, &manifest.files, &folder.join(MANIFEST_FILE))?;
        }
        Ok(Self {
            folder: folder.into(),
            manifest,
        })
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Path of a file of the bundle.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Path of a graph.
    #[must_use]
    pub fn graph_path(&self, graph: &Graph) -> PathBuf {
        self.path(&graph.file)
    }

    /// Digest of the whole bundle: that of its manifest, which holds all the others.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn digest(&self) -> Result<String, SpecError> {
        digest::of_file(&self.path(MANIFEST_FILE))
    }
}
