//! Picture files by split and domain.

use crate::error::TrainError;
use model_spec::{AttributeSet, digest};
use std::{fs, path::PathBuf};

/// Training data or test data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Training data.
    Train,
    /// Test data, for evaluations and sample grids.
    Test,
}

impl Split {
    /// Name of its folder and of its tensors in a pack.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// Picture files of one split, by domain.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Folder that the digest's names are relative to.
    pub root: PathBuf,
    /// Files of every domain: first its examples, then the others, each sorted by name.
    pub files: Vec<Vec<PathBuf>>,
    /// How many files of every domain show well what the domain is: all but those of an
    /// [`Exclusion`](crate::config::Exclusion).
    pub examples: Vec<usize>,
}

impl Listing {
    /// A listing of nothing but examples.
    #[must_use]
    pub(crate) fn of_examples(root: PathBuf, files: Vec<Vec<PathBuf>>) -> Self {
        let examples = files.iter().map(Vec::len).collect();
        Self {
            root,
            files,
            examples,
        }
    }

    /// `neutral: 10, smiling: 12`.
    #[must_use]
    pub(crate) fn counts(&self, attributes: &AttributeSet) -> String {
        let names = attributes.domain_names().into_iter();
        let counts = names.zip(&self.files);
        let counts: Vec<String> = counts
            .map(|(name, files)| format!("{name}: {}", files.len()))
            .collect();
        counts.join(", ")
    }

    /// Number of files.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.files.iter().map(Vec::len).sum()
    }

    /// SHA-256 over domains, file names and sizes: identifies the data set.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn digest(&self) -> Result<String, TrainError> {
        let mut listing = String::new();
        for path in self.files.iter().flatten() {
            let size = fs::metadata(path)
                .map_err(|e| TrainError::io(path, e))?
                .len();
            let name = path.strip_prefix(&self.root).unwrap_or(path);
            listing += &format!("{}\t{size}\n", name.display());
        }
        Ok(digest::of_bytes(listing.as_bytes()))
    }
}
