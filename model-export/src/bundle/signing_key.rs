//! Signs a bundle's manifest with Ed25519.

use crate::error::{ExportError, Result};
use ed25519_dalek::{Signer, SigningKey as Ed25519, pkcs8::DecodePrivateKey};
use std::{fs, path::Path};

/// A private key.
pub(crate) struct SigningKey(Ed25519);

impl SigningKey {
    /// Reads a private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// [`ExportError::Io`] or [`ExportError::Key`].
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(ExportError::io(path))?;
        let key = Ed25519::from_pkcs8_pem(&text).map_err(|error| ExportError::Key {
            path: path.into(),
            reason: format!("no such key ({error})"),
        })?;
        Ok(Self(key))
    }

    /// Contents of [`model_spec::signature::SIGNATURE_FILE`] for the bytes of a manifest.
    #[must_use]
    pub(crate) fn sign(&self, manifest: &[u8]) -> String {
        let bytes = self.0.sign(manifest).to_bytes();
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>() + "\n"
    }
}
