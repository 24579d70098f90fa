//! SHA-256 digests of files, lower-case hexadecimal.

use crate::error::{Mismatch, SpecError};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// SHA-256 of `bytes`, 64 hexadecimal digits.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of the file at `path`, 64 hexadecimal digits.
///
/// # Errors
/// [`SpecError::Io`] when the file cannot be read, or is a device or a pipe.
pub fn of_file(path: &Path) -> Result<String, SpecError> {
    let io_error = |reason| SpecError::Io {
        path: path.into(),
        reason,
    };
    // A device or a pipe has no end.
    if !fs::metadata(path).map_err(io_error)?.is_file() {
        return Err(io_error(io::Error::other("found no plain file")));
    }
    let mut file = File::open(path).map_err(io_error)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut block).map_err(io_error)?;
        if count == 0 {
            return Ok(hexadecimal(&hasher.finalize()));
        }
        hasher.update(&block[..count]);
    }
}

/// Checks that `folder/file` has the digest that `digests` (a field `files` of `listed_in`) gives it.
///
/// # Errors
/// [`SpecError::Field`] for a file that is not listed, [`SpecError::Digest`] for other bytes, or
/// [`SpecError::Io`].
pub fn check(
    folder: &Path,
    file: &str,
    digests: &BTreeMap<String, String>,
    listed_in: &Path,
) -> Result<(), SpecError> {
    let path = folder.join(file);
    let found = match digests.contains_key(file) {
        true => of_file(&path)?,
        false => String::new(),
    };
    compare(found, path, file, digests, listed_in)
}

/// Checks that `found`, the digest of `file` at `path`, is the one that `digests` gives it.
pub(crate) fn compare(
    found: String,
    path: PathBuf,
    file: &str,
    digests: &BTreeMap<String, String>,
    listed_in: &Path,
) -> Result<(), SpecError> {
    let Some(expected) = digests.get(file) else {
        let mismatch = Mismatch::new(format!("files.{file}"), "nothing", "a SHA-256 digest");
        return Err(mismatch.in_file(listed_in));
    };
    if &found == expected {
        return Ok(());
    }
    Err(SpecError::Digest {
        path,
        found,
        expected: expected.clone(),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_abc_is_the_published_one() {
        assert_eq!(
            of_bytes(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
