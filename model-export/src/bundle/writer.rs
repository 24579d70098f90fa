//! Writes a bundle so that its folder or file is at every moment the old bundle, the new one, or nothing.

use crate::{
    bundle::{archive, signing_key::SigningKey},
    error::{ExportError, Result},
};
use model_spec::{
    Manifest, container::Container, manifest::MANIFEST_FILE, signature::SIGNATURE_FILE,
};
use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A bundle being written into a hidden neighbour folder, which is removed unless it is finished.
#[derive(Debug)]
pub(crate) struct BundleWriter {
    target: PathBuf,
    parent: PathBuf,
    partial: TempDir,
}

impl BundleWriter {
    /// Starts a bundle that shall become the folder `target`, or one file where the name ends in `.tar`.
    ///
    /// # Errors
    /// [`ExportError::Occupied`] when `target` holds anything but a bundle, or [`ExportError::Io`].
    pub(crate) fn create(target: &Path) -> Result<Self> {
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
    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let write = |path: &Path| {
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        // The folder shown to the user is the one asked for; the partial one is gone by then.
        write(&self.partial.path().join(file)).map_err(ExportError::io(self.target.join(file)))
    }

    /// Writes the manifest, signs it if there is a key, and puts the bundle into its place.
    ///
    /// # Errors
    /// [`ExportError::Spec`] or [`ExportError::Io`]; the target is then as it was.
    pub(crate) fn finish(self, manifest: &Manifest, key: Option<&SigningKey>) -> Result<()> {
        let label = self.target.join(MANIFEST_FILE);
        manifest
            .validate()
            .map_err(|mismatch| mismatch.in_file(&label))?;
        let folder = self.partial.path();
        manifest.save(folder)?;
        if let Some(key) = key {
            let bytes = fs::read(folder.join(MANIFEST_FILE)).map_err(ExportError::io(&label))?;
            self.write(SIGNATURE_FILE, key.sign(&bytes).as_bytes())?;
        }
        sync_folder(folder).map_err(ExportError::io(&self.target))?;
        // What the target holds may have changed since.
        refuse_occupied(&self.target)?;
        if is_archive(&self.target) {
            archive::write(folder, &self.target).map_err(ExportError::io(&self.target))?;
        } else {
            replace(folder, &self.target).map_err(ExportError::io(&self.target))?;
        }
        sync_folder(&self.parent).map_err(ExportError::io(&self.parent))
        // Dropping `partial` now removes the former bundle, if there was one.
    }
}

/// Whether a bundle called so is one file.
fn is_archive(target: &Path) -> bool {
    target
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("tar"))
}

/// The absolute path that `target` stands for, links followed.
fn resolved(target: &Path) -> Result<PathBuf> {
    let io_error = |reason| ExportError::Io {
        path: target.into(),
        reason,
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

/// Accepts what may be replaced without loss: nothing, an empty folder, or a bundle with a readable
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
    if target.is_dir() == is_archive(target) {
        return occupied(
            if target.is_dir() {
                "a folder"
            } else {
                "a file"
            }
            .into(),
        );
    }
    let container = match Container::open(target) {
        Ok(container) => container,
        Err(error) => return occupied(format!("a file that is no bundle ({error})")),
    };
    let names = container.names()?;
    if names.is_empty() {
        return Ok(());
    }
    if !names.iter().any(|name| name == MANIFEST_FILE) {
        let kind = if target.is_dir() {
            "a folder"
        } else {
            "an archive"
        };
        return occupied(format!("{kind} without {MANIFEST_FILE}, with {}", names[0]));
    }
    let bytes = container.read(MANIFEST_FILE)?;
    let manifest = match Manifest::parse(&bytes, &target.join(MANIFEST_FILE)) {
        Ok(manifest) => manifest,
        Err(error) => return occupied(format!("a manifest that is no bundle's ({error})")),
    };
    let foreign = |name: &&String| {
        let ours = [MANIFEST_FILE, SIGNATURE_FILE].contains(&name.as_str());
        !ours && !manifest.files.contains_key(*name)
    };
    match names.iter().find(foreign) {
        Some(name) => occupied(format!("a bundle with a file it does not list, {name}")),
        None => Ok(()),
    }
}
