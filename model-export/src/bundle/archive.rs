//! A bundle as one uncompressed `.tar`, the same bytes for the same files.

use model_spec::manifest::MANIFEST_FILE;
use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::Path,
};
use tar::{Builder, EntryType, Header};

/// Writes the files of `folder` to a neighbour of `target` and renames that over `target`.
///
/// # Errors
/// The operating system's reason; `target` is then as it was.
pub(crate) fn write(folder: &Path, target: &Path) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("/"));
    let partial = tempfile::Builder::new()
        .prefix(".partial-")
        .suffix(".tar")
        // Readable by all that the umask lets read: the mirror may run as another user.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(parent)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    // Readers meet the manifest first.
    names.sort_by_key(|name| (name != MANIFEST_FILE, name.clone()));
    let mut archive = Builder::new(partial.as_file());
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
    archive.into_inner()?.sync_all()?;
    partial.persist(target).map_err(|error| error.error)?;
    Ok(())
}
