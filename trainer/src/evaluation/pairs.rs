//! Pictures before and after an edit, by any method: `DIR/DOMAIN/before/NAME` and `DIR/DOMAIN/after/NAME`; where there
//! are any, `DIR/DOMAIN/truth/NAME`, what the edit should have given, and `DIR/DOMAIN/back/NAME`, the edit edited back.

use crate::{data::picture, error::TrainError};
use image::RgbImage;
use model_spec::Architecture;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use tch::Tensor;

/// Folder of the untouched pictures in a domain's folder.
const BEFORE: &str = "before";
/// Folder of the edited ones.
const AFTER: &str = "after";

/// Folder of the same people with the other value, all else equal.
const TRUTH: &str = "truth";
/// Folder of the edits, edited back.
const BACK: &str = "back";

/// Which picture of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// Pictures of one domain and their edits, in the order of their names.
#[derive(Debug)]
pub(crate) struct Pairs {
    /// File names without their endings.
    pub names: Vec<String>,
    before: Vec<PathBuf>,
    after: Vec<PathBuf>,
    truth: Option<Vec<PathBuf>>,
    back: Option<Vec<PathBuf>>,
}

impl Pairs {
    /// Whether `folder` holds untouched and edited pictures.
    pub(crate) fn are_in(folder: &Path) -> bool {
        [BEFORE, AFTER]
            .iter()
            .all(|name| folder.join(name).is_dir())
    }

    /// The folder of the untouched pictures in a domain's `folder`.
    pub(crate) fn before_in(folder: &Path) -> PathBuf {
        folder.join(BEFORE)
    }

    /// The picture called `name`, untouched or edited.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that is not there or cannot be read.
    pub(crate) fn picture(&self, name: &str, side: Side) -> Result<RgbImage, TrainError> {
        let files = match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        };
        let index = self.names.iter().position(|own| own == name);
        let file = index.map(|index| &files[index]);
        read(file.ok_or_else(|| TrainError::Data {
            path: name.into(),
            reason: "no such picture among the pairs".into(),
        })?)
    }

    /// Lists the pairs of `folder/domain`.
    ///
    /// # Errors
    /// [`TrainError::Data`] for folders that are missing, empty, or whose names differ.
    pub(crate) fn list(folder: &Path, domain: &str) -> Result<Self, TrainError> {
        let root = folder.join(domain);
        let [before, after] = [BEFORE, AFTER].map(|name| root.join(name));
        let wrong = |path: &Path, reason: String| TrainError::Data {
            path: path.into(),
            reason,
        };
        for path in [&before, &after] {
            if !path.is_dir() {
                return Err(wrong(
                    path,
                    format!(
                        "no such folder; expected a folder per domain ({domain:?} among them) with the folders \
                         {BEFORE}/ and {AFTER}/: without labels nobody knows what an edit should do"
                    ),
                ));
            }
        }
        let (before, after) = (files(&before)?, files(&after)?);
        let (names, edited) = (stems(&before), stems(&after));
        if names.is_empty() {
            return Err(wrong(
                &root.join(BEFORE),
                "found no pictures, expected some".into(),
            ));
        }
        let check = |other: &[String], folder: &str| match unpaired(&names, other) {
            None => Ok(()),
            Some(name) => Err(wrong(
                &root,
                format!("{name:?} is in only one of {BEFORE}/ and {folder}/, expected it in both"),
            )),
        };
        check(&edited, AFTER)?;
        let further = |folder: &str| -> Result<Option<Vec<PathBuf>>, TrainError> {
            let path = root.join(folder);
            if !path.is_dir() {
                return Ok(None);
            }
            let found = files(&path)?;
            check(&stems(&found), folder)?;
            Ok(Some(found))
        };
        let (truth, back) = (further(TRUTH)?, further(BACK)?);
        Ok(Self {
            names,
            before,
            after,
            truth,
            back,
        })
    }

    /// The untouched pictures: `[N,C,S,S]` in [-1, 1].
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(crate) fn before(&self, of: &Architecture) -> Result<Tensor, TrainError> {
        tensors(&self.before, of)
    }

    /// The edited pictures: `[N,C,S,S]` in [-1, 1].
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(crate) fn after(&self, of: &Architecture) -> Result<Tensor, TrainError> {
        tensors(&self.after, of)
    }

    /// What the edits should have given, where that is known: `[N,C,S,S]` in [-1, 1].
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(crate) fn truth(&self, of: &Architecture) -> Result<Option<Tensor>, TrainError> {
        let files = self.truth.as_ref();
        files.map(|files| tensors(files, of)).transpose()
    }

    /// The edits, edited back, where there are any: `[N,C,S,S]` in [-1, 1].
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(crate) fn back(&self, of: &Architecture) -> Result<Option<Tensor>, TrainError> {
        let files = self.back.as_ref();
        files.map(|files| tensors(files, of)).transpose()
    }

    /// Chosen pairs side by side: a row per pair, the untouched picture on the left.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(crate) fn sheet(&self, chosen: &[usize], columns: usize) -> Result<RgbImage, TrainError> {
        const SIDE: u32 = 192;
        const GAP: u32 = 8;
        let columns = columns.clamp(1, chosen.len().max(1)) as u32;
        let rows = (chosen.len() as u32).div_ceil(columns);
        let (wide, high) = (2 * SIDE + GAP, SIDE + GAP);
        let mut sheet = RgbImage::new(columns * wide + GAP, rows * high + GAP);
        for (place, &index) in chosen.iter().enumerate() {
            let (column, row) = (place as u32 % columns, place as u32 / columns);
            let (left, top) = (GAP + column * wide, GAP + row * high);
            for (side, path) in [&self.before[index], &self.after[index]]
                .into_iter()
                .enumerate()
            {
                let face = picture::resized(&read(path)?, SIDE as usize);
                let left = left + side as u32 * SIDE;
                image::imageops::replace(&mut sheet, &face, left.into(), top.into());
            }
        }
        Ok(sheet)
    }
}

fn tensors(files: &[PathBuf], of: &Architecture) -> Result<Tensor, TrainError> {
    let faces = files.iter().map(|path| {
        let face = picture::resized(&read(path)?, of.image_size);
        Ok(picture::to_tensor(&face, of.colour))
    });
    let faces = faces.collect::<Result<Vec<_>, TrainError>>()?;
    Ok(Tensor::cat(&faces, 0))
}

fn read(path: &Path) -> Result<RgbImage, TrainError> {
    picture::read_square(path).map_err(|error| error.of(path))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let entries = fs::read_dir(folder).map_err(|error| TrainError::io(folder, error))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TrainError::io(folder, error))?;
    files.retain(|path| path.is_file() && !stem(path).starts_with('.'));
    files.sort_by_key(|path| stem(path));
    Ok(files)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn stems(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|path| stem(path)).collect()
}

/// A name that only one of the two lists has, or that one has twice.
fn unpaired(before: &[String], after: &[String]) -> Option<String> {
    let sets = [before, after].map(|names| names.iter().collect::<BTreeSet<_>>());
    let twice = |names: &[String]| {
        let pair = names.windows(2).find(|pair| pair[0] == pair[1]);
        pair.map(|pair| pair[0].clone())
    };
    let alone = sets[0].symmetric_difference(&sets[1]).next();
    alone
        .map(|name| (*name).clone())
        .or_else(|| twice(before))
        .or_else(|| twice(after))
}
