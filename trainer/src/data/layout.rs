//! The layouts that a data folder can have.

use super::{Listing, Selection, Split, celeba, folder};
use crate::error::TrainError;
use model_spec::AttributeSet;
use std::{fmt, path::Path};

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
    let names = folder::entries(data)
        .map_err(|e| TrainError::io(data, e))?
        .collect::<Vec<_>>();
    let has = |name: &str| names.iter().any(|found| found == name);
    if has(celeba::MASK_HQ.pictures) || has(celeba::MASK_HQ.annotation) {
        return Ok(Layout::CelebAMaskHq);
    }
    if has(celeba::CELEBA.pictures) || has(celeba::CELEBA.annotation) {
        return Ok(Layout::CelebA);
    }
    if has(Split::Train.name()) || has(Split::Test.name()) {
        return Ok(Layout::Folders);
    }
    Err(wrong(format!(
        "found {}; expected train/ and test/ with a folder per domain, or CelebAMask-HQ ({} and {}), \
         or CelebA ({}, {} and {})",
        folder::few(&names),
        celeba::MASK_HQ.pictures,
        celeba::MASK_HQ.annotation,
        celeba::CELEBA.pictures,
        celeba::CELEBA.annotation,
        celeba::PARTITION,
    )))
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
