//! A bundle as one uncompressed `.tar`, the same bytes for the same files.

use model_spec::manifest::MANIFEST_FILE;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};
use tar::{Builder, EntryType, Header};

/// Packs the files of `folder` into `file`.
///
/// # Errors
/// The operating system's reason.
pub(crate) fn write(folder: &Path, file: &mut File) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    // Readers meet the manifest first.
    names.sort_by_key(|name| (name != MANIFEST_FILE, name.clone()));
    let mut archive = Builder::new(file);
    for name in names {
        let bytes = fs::read(folder.join(&name))?;
        let mut header = Header::new_ustar();
        header.set_path(&name)?;
        header.set_size(bytes.len() as u64);
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        // Nothing of the place and time of writing.
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        archive.append(&header, bytes.as_slice())?;
    }
    archive.into_inner()?.flush()
}
