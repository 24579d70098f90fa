//! A bundle on disk whose every byte has been checked.

use crate::{
    container::Container,
    digest,
    error::SpecError,
    manifest::{MANIFEST_FILE, Manifest},
    signature::{self, SIGNATURE_FILE},
};
use std::path::{Path, PathBuf};

/// A folder or `.tar` with a valid manifest and files of the right digests.
#[derive(Debug, Clone)]
pub struct Bundle {
    container: Container,
    manifest: Manifest,
    /// What was parsed, so that a signature is checked over that and over nothing else.
    bytes: Vec<u8>,
    digest: String,
}

impl Bundle {
    /// Opens a folder or `.tar`: version, fields, then the digest of every listed file.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn open(path: &Path) -> Result<Self, SpecError> {
        let container = Container::open(path)?;
        let label = path.join(MANIFEST_FILE);
        let bytes = container.read(MANIFEST_FILE)?;
        let bundle = Self {
            container,
            manifest: Manifest::parse(&bytes, &label)?,
            digest: digest::of_bytes(&bytes),
            bytes,
        };
        for file in bundle.manifest.files.keys() {
            bundle.read(file)?;
        }
        Ok(bundle)
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Bytes of a listed file, which have the digest that the manifest gives it.
    ///
    /// # Errors
    /// [`SpecError::Io`], [`SpecError::Digest`], or [`SpecError::Field`] for a file that is not listed.
    pub fn read(&self, file: &str) -> Result<Vec<u8>, SpecError> {
        let bytes = self.container.read(file)?;
        let found = digest::of_bytes(&bytes);
        let (files, listed_in) = (&self.manifest.files, self.path(MANIFEST_FILE));
        digest::compare(found, self.path(file), file, files, &listed_in)?;
        Ok(bytes)
    }

    /// Name of a file for messages: inside a folder the file's own path, inside an archive the
    /// archive's with the file's name behind it. [`Bundle::read`] reads both.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.container.path().join(file)
    }

    /// Digest of the whole bundle: that of its manifest, which holds all the others.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the manifest is signed, by whomever.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.container.contains(SIGNATURE_FILE)
    }

    /// Checks the signature with a public key in PEM, over the manifest that was opened, whatever lies in its place
    /// by now.
    ///
    /// # Errors
    /// [`SpecError`]: no signature, one of another key, or a file that is no key.
    pub fn verify(&self, public_key: &Path) -> Result<(), SpecError> {
        let label = self.path(SIGNATURE_FILE);
        if !self.is_signed() {
            // A key that cannot be read is the first thing to mend.
            signature::read_key(public_key)?;
            return Err(SpecError::Field {
                path: label,
                field: "signature".into(),
                found: "nothing".into(),
                expected: format!("one made with the private key of {}", public_key.display()),
            });
        }
        let signature = self.container.read(SIGNATURE_FILE)?;
        signature::verify(&self.bytes, &signature, &label, public_key)
    }
}
