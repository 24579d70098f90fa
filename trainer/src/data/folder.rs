//! The folder-per-domain layout: `DIR/train/<domain>/…` and `DIR/test/<domain>/…`.

use super::{FaceSet, picture};
use crate::error::TrainError;
use model_spec::{Architecture, AttributeSet, digest};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Picture files of one split, by domain, sorted by name.
#[derive(Debug)]
pub struct Folder {
    split: PathBuf,
    files: Vec<Vec<PathBuf>>,
}

impl Folder {
    /// Lists the pictures of `data/split` for every domain of `attributes`.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the missing folder and those that are there.
    pub fn open(data: &Path, split: &str, attributes: &AttributeSet) -> Result<Self, TrainError> {
        let split = data.join(split);
        let mut files = Vec::new();
        for name in attributes.domain_names() {
            let folder = split.join(&name);
            if !folder.is_dir() {
                return Err(TrainError::Data {
                    reason: format!(
                        "no folder for domain {name:?}; found: {}",
                        entries(&split).join(", ")
                    ),
                    path: folder,
                });
            }
            let mut pictures: Vec<PathBuf> = fs::read_dir(&folder)
                .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
                .map_err(|e| TrainError::io(&folder, e))?;
            pictures.retain(|path| path.is_file());
            pictures.sort();
            files.push(pictures);
        }
        Ok(Self { split, files })
    }

    /// Decodes every picture; unreadable ones are named in the log, skipped and counted.
    ///
    /// # Errors
    /// [`TrainError::Data`] when a domain has no readable picture.
    pub fn read(&self, architecture: &Architecture) -> Result<FaceSet, TrainError> {
        let (colour, size) = (architecture.colour, architecture.image_size);
        let mut faces = Vec::new();
        for files in &self.files {
            let mut domain = Vec::with_capacity(files.len());
            for path in files {
                match picture::read(path, colour, size) {
                    Ok(face) => domain.push(face),
                    Err(error) => log::warn!("{}: skipped: {error}", path.display()),
                }
            }
            if domain.is_empty() {
                let folder = files.first().and_then(|path| path.parent());
                return Err(TrainError::Data {
                    path: folder.unwrap_or(&self.split).into(),
                    reason: format!("no readable picture among {} files", files.len()),
                });
            }
            faces.push(domain);
        }
        let all: usize = self.files.iter().map(Vec::len).sum();
        let read: usize = faces.iter().map(Vec::len).sum();
        log::info!(
            "{}: {read} pictures read, {} skipped",
            self.split.display(),
            all - read
        );
        Ok(FaceSet::new(&faces, colour.channels(), size))
    }

    /// SHA-256 over the sorted file names and sizes: tells one data set from another.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn digest(&self) -> Result<String, TrainError> {
        let mut listing = String::new();
        for path in self.files.iter().flatten() {
            let size = fs::metadata(path)
                .map_err(|e| TrainError::io(path, e))?
                .len();
            let name = path.strip_prefix(&self.split).unwrap_or(path);
            listing += &format!("{}\t{size}\n", name.display());
        }
        Ok(digest::of_bytes(listing.as_bytes()))
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec!["no such folder".into()];
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
