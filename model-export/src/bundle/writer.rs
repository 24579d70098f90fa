//! Writes a bundle so that its folder or file is at every moment the old bundle, the new one, or nothing.

use crate::{
    bundle::{archive, signing_key::SigningKey},
    error::{ExportError, Result},
};
use model_spec::{
    Manifest, container::Container, manifest::MANIFEST_FILE, signature::SIGNATURE_FILE,
};
use output::{OutputFile, OutputFolder};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A bundle being written into a neighbour folder, which is removed unless it is finished.
#[derive(Debug)]
pub(crate) struct BundleWriter {
    target: PathBuf,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Folder(OutputFolder),
    /// One file, packed at the end from the files in the folder.
    Archive(OutputFile, TempDir),
}

impl BundleWriter {
    /// Starts a bundle that shall become the folder `target`, or one file where the name ends in `.tar`.
    ///
    /// # Errors
    /// [`ExportError::Occupied`] when `target` holds anything but a bundle, or [`ExportError::Io`].
    pub(crate) fn create(target: &Path) -> Result<Self> {
        let form = if is_archive(target) {
            let file = absolute(target)?;
            let parent = file.parent().unwrap_or(Path::new("/"));
            fs::create_dir_all(parent).map_err(ExportError::io(parent))?;
            let file = OutputFile::create(target, |path| own_files(path).map(drop))?;
            let parts = tempfile::tempdir_in(parent).map_err(ExportError::io(parent))?;
            Form::Archive(file, parts)
        } else {
            Form::Folder(OutputFolder::create(target, own_files)?)
        };
        Ok(Self {
            target: target.into(),
            form,
        })
    }

    fn folder(&self) -> &Path {
        match &self.form {
            Form::Folder(folder) => folder.path(),
            Form::Archive(_, parts) => parts.path(),
        }
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
        write(&self.folder().join(file)).map_err(ExportError::io(self.target.join(file)))
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
        let folder = self.folder();
        manifest.save(folder)?;
        if let Some(key) = key {
            let bytes = fs::read(folder.join(MANIFEST_FILE)).map_err(ExportError::io(&label))?;
            self.write(SIGNATURE_FILE, key.sign(&bytes).as_bytes())?;
        }
        match self.form {
            Form::Folder(folder) => folder.finish(MANIFEST_FILE)?,
            Form::Archive(mut file, parts) => {
                archive::write(parts.path(), file.file()).map_err(ExportError::io(&self.target))?;
                file.finish()?;
            }
        }
        Ok(())
    }
}

/// Whether a bundle called so is one file.
fn is_archive(target: &Path) -> bool {
    target
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("tar"))
}

fn absolute(target: &Path) -> Result<PathBuf> {
    std::path::absolute(target).map_err(ExportError::io(target))
}

/// What may be replaced without loss: the files of a bundle with a readable manifest. Files that it does not
/// list are not among them.
fn own_files(target: &Path) -> std::result::Result<Vec<String>, String> {
    let kind = if target.is_dir() {
        "a folder"
    } else {
        "an archive"
    };
    let container =
        Container::open(target).map_err(|error| format!("a file that is no bundle ({error})"))?;
    let names = container.names().map_err(|error| error.to_string())?;
    if !names.iter().any(|name| name == MANIFEST_FILE) {
        let first = names.first().map_or("nothing", String::as_str);
        return Err(format!("{kind} without {MANIFEST_FILE}, with {first}"));
    }
    let manifest = container
        .read(MANIFEST_FILE)
        .and_then(|bytes| Manifest::parse(&bytes, &target.join(MANIFEST_FILE)))
        .map_err(|error| format!("a manifest that is no bundle's ({error})"))?;
    let fixed = [MANIFEST_FILE, SIGNATURE_FILE].map(String::from);
    let ours: Vec<String> = fixed
        .into_iter()
        .chain(manifest.files.into_keys())
        .collect();
    match names.iter().find(|name| !ours.contains(name)) {
        Some(name) => Err(format!("a bundle with a file it does not list, {name}")),
        None => Ok(ours),
    }
}
