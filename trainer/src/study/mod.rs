//! A user study as in section 4 of Yang et al. 2021: people choose the best of several methods' edits.
//!
//! ```text
//! trainer study ─► one page, opened by each rater ─► answers.json of each ─► trainer study-report
//! ```

mod agreement;
mod answers;
mod page;
mod report;

pub(crate) use page::{Method, StudyRequest, make};
pub(crate) use report::report;

use crate::error::TrainError;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// What raters are asked about every face, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Criterion {
    /// Is the attribute as asked for?
    Correctness,
    /// Is all else as it was?
    Preservation,
    /// Does it look like a photograph?
    Realism,
}

impl Criterion {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Correctness, Self::Preservation, Self::Realism];

    /// Its name in answers and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Preservation => "preservation",
            Self::Realism => "realism",
        }
    }
}

/// What a study consists of, as its page and every file of answers say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StudyFacts {
    /// SHA-256 of methods, faces and pictures: answers belong to one study.
    pub study: String,
    /// Names of the methods.
    pub methods: Vec<String>,
    /// The faces, in the order of the page.
    pub faces: Vec<Face>,
}

/// A face that is edited in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Face {
    /// File name without its ending.
    pub name: String,
    /// The domain it is in.
    pub from: String,
    /// The domain it is moved to.
    pub to: String,
}

/// File of the page in the study's folder.
pub(crate) const PAGE: &str = "index.html";
/// File of the study's facts in its folder.
pub(crate) const FACTS: &str = "study.json";

impl StudyFacts {
    /// Reads `study.json`.
    ///
    /// # Errors
    /// [`TrainError::Io`], and [`TrainError::Data`] naming line and field.
    pub(crate) fn read(path: &Path) -> Result<Self, TrainError> {
        read(path)
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, TrainError> {
    let text = fs::read_to_string(path).map_err(|error| TrainError::io(path, error))?;
    serde_json::from_str(&text).map_err(|error| TrainError::Data {
        path: path.into(),
        reason: error.to_string(),
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|_| unreachable!("texts and numbers in structures are JSON"))
}
