//! Where the pictures and tables of a data set lie: beside each other, in `Anno/`, `Eval/` and `Img/` as
//! CelebA is downloaded, or in folders of the same name inside each other, as archives unpack.

use super::Names;
use crate::{
    data::folder::{few, has_pictures, subfolders, visible},
    error::TrainError,
};
use std::path::{Path, PathBuf};

/// The files of one data set.
#[derive(Debug)]
pub(super) struct Files {
    /// Folder that holds the pictures themselves.
    pub pictures: PathBuf,
    /// Table of attributes.
    pub annotation: PathBuf,
    /// Table of the split, where there is one.
    pub partition: Option<PathBuf>,
    /// Table of who is on each picture, where there is one.
    pub people: Option<PathBuf>,
}

/// Folders inside each other that are looked through for pictures.
const DEPTH: usize = 3;

impl Files {
    /// Finds the files below `data`.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming what is missing and what was found.
    pub(super) fn find(data: &Path, names: &Names) -> Result<Self, TrainError> {
        let missing = |what: String| TrainError::Data {
            path: data.into(),
            reason: format!("{what}; found {}", few(&visible(data).unwrap_or_default())),
        };
        let annotation = annotation(data, names).ok_or_else(|| {
            missing(format!(
                "no table {} (.txt or .csv) here or in a folder below",
                names.annotation
            ))
        })?;
        let mut pictures = pictures(data, names).ok_or_else(|| {
            missing(format!(
                "no folder {}/; if it is still an archive, unpack it",
                names.pictures[0]
            ))
        })?;
        // Archives that hold a folder of their own name end up one folder deeper.
        for _ in 0..DEPTH {
            match subfolders(&pictures).as_slice() {
                [inner] if !has_pictures(&pictures) => pictures.clone_from(inner),
                _ => break,
            }
        }
        Ok(Self {
            pictures,
            annotation,
            partition: names.partition.and_then(|name| table(data, name)),
            people: names.people.and_then(|name| table(data, name)),
        })
    }
}

/// Whether `data` has pictures or a table of this data set.
pub(in crate::data) fn is_at(data: &Path, names: &Names) -> bool {
    annotation(data, names).is_some() || pictures(data, names).is_some()
}

/// Whether `data` has a table of this data set.
pub(in crate::data) fn has_annotation(data: &Path, names: &Names) -> bool {
    annotation(data, names).is_some()
}

fn annotation(data: &Path, names: &Names) -> Option<PathBuf> {
    table(data, names.annotation)
}

fn table(data: &Path, name: &str) -> Option<PathBuf> {
    let endings = ["txt", "csv"];
    let names = endings.map(|ending| format!("{name}.{ending}"));
    places(data)
        .into_iter()
        .flat_map(|place| names.clone().map(|name| place.join(name)))
        .find(|path| path.is_file())
}

fn pictures(data: &Path, names: &Names) -> Option<PathBuf> {
    places(data)
        .into_iter()
        .flat_map(|place| names.pictures.map(|name| place.join(name)))
        .find(|path| path.is_dir())
}

/// `data` itself and the folders in it.
fn places(data: &Path) -> Vec<PathBuf> {
    let mut places = vec![data.to_owned()];
    places.extend(subfolders(data));
    places
}
