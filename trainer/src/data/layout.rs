//! The layouts that a data folder can have.

use super::{Listing, Selection, Split, celeba, folder};
use crate::error::TrainError;
use model_spec::AttributeSet;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Ending of a pack's file name.
pub(crate) const EXTENSION: &str = "safetensors";
/// `--data` for procedural faces, unless there is a folder of this name.
pub(crate) const SYNTHETIC: &str = "synthetic";

/// How pictures and their attributes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `train/DOMAIN/…` and `test/DOMAIN/…`.
    Folders,
    /// `CelebA-HQ-img/` and `CelebAMask-HQ-attribute-anno.txt`.
    CelebAMaskHq,
    /// `img_align_celeba/`, `list_attr_celeba.txt` and `list_eval_partition.txt`.
    CelebA,
    /// One file of `trainer pack`.
    Packed,
    /// Procedural faces, rendered.
    Synthetic,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folders => "folder per domain",
            Self::CelebAMaskHq => "CelebAMask-HQ",
            Self::CelebA => "CelebA",
            Self::Packed => "packed",
            Self::Synthetic => "synthetic",
        })
    }
}

/// Detects the layout of `data`.
///
/// # Errors
/// [`TrainError::Data`] saying what was found and what was looked for.
pub fn detect(data: &Path) -> Result<Layout, TrainError> {
    let wrong = |reason: String| TrainError::Data {
        path: data.into(),
        reason,
    };
    if data.is_file() {
        let named = data.extension().is_some_and(|end| end == EXTENSION);
        return named.then_some(Layout::Packed).ok_or_else(|| {
            wrong(format!(
                "found a file, expected a folder or a .{EXTENSION} file of `trainer pack`"
            ))
        });
    }
    if !data.exists() && data.as_os_str() == SYNTHETIC {
        return Ok(Layout::Synthetic);
    }
    let names = folder::visible(data).map_err(|e| TrainError::io(data, e))?;
    if let Some(layout) = of_folder(data) {
        return Ok(layout);
    }
    let found = folder::few(&names);
    if let Some(other) = intended(data) {
        return Err(wrong(format!(
            "found {found}, which is no data set; did you mean --data {}?",
            other.display()
        )));
    }
    let domains: Vec<String> = folder::subfolders(data)
        .iter()
        .filter(|below| folder::holds_pictures(below))
        .map(|below| folder::file_name(below))
        .collect();
    if !domains.is_empty() {
        return Err(wrong(format!(
            "found pictures in {}, expected train/ and test/ with a folder per domain: did you mean {}? \
             Move the folders there",
            folder::few(&domains),
            data.join(Split::Train.name()).join(&domains[0]).display()
        )));
    }
    Err(wrong(format!(
        "found {found}; expected train/ and test/ with a folder per domain, or CelebAMask-HQ ({}/ and \
         {}.txt), or CelebA ({}/, {}.txt and {}.txt)",
        celeba::MASK_HQ.pictures[0],
        celeba::MASK_HQ.annotation,
        celeba::CELEBA.pictures[0],
        celeba::CELEBA.annotation,
        celeba::CELEBA.partition.unwrap_or_default(),
    )))
}

/// The layout of a folder, if it has one.
fn of_folder(data: &Path) -> Option<Layout> {
    let mut splits = [Split::Train, Split::Test].into_iter();
    if celeba::is_at(data, &celeba::MASK_HQ) {
        Some(Layout::CelebAMaskHq)
    } else if celeba::is_at(data, &celeba::CELEBA) {
        Some(Layout::CelebA)
    } else {
        splits
            .any(|split| folder::split_folder(data, split).is_some())
            .then_some(Layout::Folders)
    }
}

/// The data set that is one folder further out or further in than `data`, if there is one.
fn intended(data: &Path) -> Option<PathBuf> {
    let whole = data.canonicalize().ok()?;
    let further_out = whole.parent().filter(|parent| {
        let is_split = [Split::Train, Split::Test].iter().any(|&split| {
            folder::split_folder(parent, split).is_some_and(|folder| folder == whole)
        });
        let annotated = [celeba::MASK_HQ, celeba::CELEBA];
        is_split
            || annotated
                .iter()
                .any(|names| celeba::has_annotation(parent, names))
    });
    further_out.map(Path::to_owned).or_else(|| {
        let mut below = folder::subfolders(data).into_iter();
        below.find(|below| of_folder(below).is_some())
    })
}

impl Layout {
    /// Refuses to leave pictures out by columns that a data set of this layout cannot have.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the setting.
    pub(super) fn check(self, data: &Path, selection: &Selection<'_>) -> Result<(), TrainError> {
        match (self, selection.exclusions.first()) {
            (Self::Folders | Self::Synthetic, Some(exclusion)) => Err(TrainError::Usage(format!(
                "{}: {}: found {self} data, which has no table of annotations, expected CelebA, \
                 CelebAMask-HQ, or a pack of one; sort the pictures yourself, or leave the setting out",
                data.display(),
                exclusion.key()
            ))),
            _ => Ok(()),
        }
    }
}

impl Listing {
    /// Lists `split` of `data`, which is of a layout with picture files.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming what is missing or disagrees.
    pub fn open<'a>(
        data: &Path,
        layout: Layout,
        split: Split,
        selection: impl Into<Selection<'a>>,
    ) -> Result<Self, TrainError> {
        let selection = selection.into();
        layout.check(data, &selection)?;
        let listing = match layout {
            Layout::CelebAMaskHq => celeba::list(data, &celeba::MASK_HQ, split, &selection)?,
            Layout::CelebA => celeba::list(data, &celeba::CELEBA, split, &selection)?,
            Layout::Folders | Layout::Packed | Layout::Synthetic => {
                folder::list(data, split, selection.attributes)?
            }
        };
        listing.check(split, selection.attributes)?;
        Ok(listing)
    }

    /// Whether `data` has this split; only the folder layout may lack one, the test split.
    #[must_use]
    pub(super) fn has(data: &Path, layout: Layout, split: Split) -> bool {
        layout != Layout::Folders || folder::split_folder(data, split).is_some()
    }

    fn check(&self, split: Split, attributes: &AttributeSet) -> Result<(), TrainError> {
        let counts = self.counts(attributes);
        match self.files.iter().position(Vec::is_empty) {
            None => Ok(()),
            Some(domain) => Err(TrainError::Data {
                path: self.root.clone(),
                reason: format!(
                    "no {} picture of domain {:?}; found {counts}. Every combination of values \
                     needs pictures: use fewer attributes, or other data",
                    split.name(),
                    attributes.domain_name(domain)
                ),
            }),
        }
    }
}
