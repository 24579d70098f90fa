//! Ed25519 signatures over a bundle's manifest, which holds the digest of every other file.

use crate::error::{Mismatch, SpecError};
use ed25519_dalek::{Signature, VerifyingKey, pkcs8::DecodePublicKey};
use std::{fs, path::Path};

/// Name of the signature inside a bundle: 64 bytes over the bytes of the manifest, in hexadecimal.
pub const SIGNATURE_FILE: &str = "manifest.sig";

/// Checks `signature`, the contents of the file `label`, over `manifest` with the public key in
/// `key` (PEM, as `openssl pkey -pubout` writes it).
///
/// # Errors
/// [`SpecError::Io`], or [`SpecError::Field`] for a malformed or a wrong key or signature.
pub fn verify(
    manifest: &[u8],
    signature: &[u8],
    label: &Path,
    key: &Path,
) -> Result<(), SpecError> {
    let verifying = read_key(key)?;
    let wrong =
        |found: &str, expected: String| Mismatch::new("signature", found, expected).in_file(label);
    let bytes = bytes_from_hexadecimal(signature)
        .ok_or_else(|| wrong("other text", "128 hexadecimal digits".into()))?;
    verifying
        .verify_strict(manifest, &Signature::from_bytes(&bytes))
        .map_err(|_| {
            let expected = format!("one made with the private key of {}", key.display());
            wrong("another key's or another manifest's", expected)
        })
}

/// Reads the public key in the file `key`.
pub(crate) fn read_key(key: &Path) -> Result<VerifyingKey, SpecError> {
    let text = fs::read_to_string(key).map_err(|reason| SpecError::Io {
        path: key.into(),
        reason,
    })?;
    VerifyingKey::from_public_key_pem(&text).map_err(|error| {
        let expected = "an Ed25519 public key in PEM (`openssl pkey -in KEY -pubout`)";
        Mismatch::new("public key", format!("no such key ({error})"), expected).in_file(key)
    })
}

fn bytes_from_hexadecimal(text: &[u8]) -> Option<[u8; 64]> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let mut bytes = [0; 64];
    if text.len() != 128 || !text.is_ascii() {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}
