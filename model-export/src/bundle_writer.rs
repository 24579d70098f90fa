//! Writes a bundle so that its folder is at every moment the old bundle, the new one, or nothing.

use crate::error::{ExportError, Result};
use model_spec::{Manifest, manifest::MANIFEST_FILE};
use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A bundle being written into a hidden neighbour folder, which is removed unless it is finished.
#[derive(Debug)]
pub struct BundleWriter {
    target: PathBuf,
    parent: PathBuf,
    partial: TempDir,
}

impl BundleWriter {
    /// Starts a bundle that shall become the folder `target`.
    ///
    /// # Errors
    /// [`ExportError::Occupied`] when `target` holds anything but a bundle, or [`ExportError::Io`].
    pub fn create(target: &Path) -> Result<Self> {
        let target = resolved(target)?;
        refuse_occupied(&target)?;
        let parent = target.parent().unwrap_or(Path::new("/")).to_path_buf();
        fs::create_dir_all(&parent).map_err(ExportError::io(&parent))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let partial = tempfile::Builder::new()
            .prefix(&format!(".{name}.partial-"))
            // Readable by all that the umask lets read: the mirror may run as another user.
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(&parent)
            .map_err(ExportError::io(&parent))?;
        Ok(Self {
            target,
            parent,
            partial,
        })
    }

    /// Writes and syncs one file.
    ///
    /// # Errors
    /// [`ExportError::Io`].
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let write = |path: &Path| {
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        // The folder shown to the user is the one asked for; the partial one is gone by then.
        write(&self.partial.path().join(file)).map_err(ExportError::io(self.target.join(file)))
    }

    /// Writes the manifest and puts the bundle into its place.
    ///
    /// # Errors
    /// [`ExportError::Spec`] or [`ExportError::Io`]; the target is then as it was.
    pub fn finish(self, manifest: &Manifest) -> Result<()> {
        manifest
            .validate()
            .map_err(|mismatch| mismatch.in_file(self.target.join(MANIFEST_FILE)))?;
        manifest.save(self.partial.path())?;
        sync_folder(self.partial.path()).map_err(ExportError::io(&self.target))?;
        // What the target holds may have changed since.
        refuse_occupied(&self.target)?;
        replace(self.partial.path(), &self.target).map_err(ExportError::io(&self.target))?;
        sync_folder(&self.parent).map_err(ExportError::io(&self.parent))
        // Dropping `partial` now removes the former bundle, if there was one.
    }
}

/// The absolute path that `target` stands for, links followed.
fn resolved(target: &Path) -> Result<PathBuf> {
    let io_error = |source| ExportError::Io {
        path: target.into(),
        source,
    };
    if target.exists() {
        return fs::canonicalize(target).map_err(io_error);
    }
    std::path::absolute(target).map_err(io_error)
}

/// Puts the folder `new` in the place of `target`; what was there is then at `new`.
fn replace(new: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if !target.exists() {
        return fs::rename(new, target);
    }
    let swapped = renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE);
    let Err(error) = swapped else {
        return Ok(());
    };
    log::debug!("no exchange of folders on this file system ({error}), renaming twice");
    let aside = new.with_extension("replaced");
    fs::rename(target, &aside)?;
    if let Err(error) = fs::rename(new, target) {
        // Best effort: the error that matters is the one being returned.
        let _ = fs::rename(&aside, target);
        return Err(error);
    }
    fs::rename(aside, new)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Accepts what may be replaced without loss: nothing, an empty folder, or a folder with a readable
/// manifest and only the files that it lists.
fn refuse_occupied(target: &Path) -> Result<()> {
    let occupied = |found: String| {
        Err(ExportError::Occupied {
            path: target.into(),
            found,
        })
    };
    if !target.exists() {
        return Ok(());
    }
    if !target.is_dir() {
        return occupied("a file".into());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(target).map_err(ExportError::io(target))? {
        let entry = entry.map_err(ExportError::io(target))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    if names.is_empty() {
        return Ok(());
    }
    names.sort();
    if !names.iter().any(|name| name == MANIFEST_FILE) {
        return occupied(format!(
            "a folder without {MANIFEST_FILE}, with {}",
            names[0]
        ));
    }
    let manifest = match Manifest::load(target) {
        Ok(manifest) => manifest,
        Err(error) => return occupied(format!("a manifest that is no bundle's ({error})")),
    };
    let foreign = |name: &&String| *name != MANIFEST_FILE && !manifest.files.contains_key(*name);
    match names.iter().find(foreign) {
        Some(name) => occupied(format!("a bundle with a file it does not list, {name}")),
        None => Ok(()),
    }
}
