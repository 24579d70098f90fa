//! CelebA's split of its pictures.

use super::text;
use crate::{data::Split, error::TrainError};
use std::{collections::HashMap, path::Path};

/// Without a split of its own, every such picture of a data set is for testing.
const TEST_EVERY: usize = 15;

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Validation,
    Test,
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "0" | "train" => Some(Self::Train),
            "1" | "val" | "valid" | "validation" => Some(Self::Validation),
            "2" | "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// How pictures are divided between training and testing.
#[derive(Debug)]
pub(super) enum Partition {
    /// Every fifteenth row is a test picture.
    EveryFifteenth,
    /// As a file says, by stem; and which of its parts is for testing.
    Listed(HashMap<String, Part>, Part),
}

impl Partition {
    /// Reads a row per picture with 0 (training), 1 (validation) or 2 (test).
    ///
    /// Of the pictures `there` (their stems), those of part 2 are for testing; where there is none, as in
    /// the first few thousand pictures of CelebA, those of part 1, or else every fifteenth.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the line.
    pub(super) fn read<'a>(
        path: &Path,
        there: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<Self, TrainError> {
        let text = text::read(path)?;
        let mut parts = HashMap::new();
        for (position, (number, line)) in text::lines(&text).enumerate() {
            let cells = text::cells(line);
            match (cells.as_slice(), cells.last().and_then(|c| Part::parse(c))) {
                ([name, .., _], Some(part)) => {
                    let before = parts.insert(text::stem(name), part);
                    if before.is_some_and(|before| before != part) {
                        return Err(TrainError::Data {
                            path: path.into(),
                            reason: format!("line {number}: {name} is listed twice, in two parts"),
                        });
                    }
                }
                // A heading, as in the .csv form, or a count.
                _ if position == 0 => {}
                _ => {
                    return Err(TrainError::Data {
                        path: path.into(),
                        reason: format!(
                            "line {number}: found {line:?}, expected a picture and 0, 1 or 2"
                        ),
                    });
                }
            }
        }
        let any = |part| {
            let mut stems = there.clone();
            stems.any(|stem| parts.get(stem) == Some(&part))
        };
        if any(Part::Test) {
            return Ok(Self::Listed(parts, Part::Test));
        }
        if any(Part::Validation) {
            log::warn!(
                "{}: none of the pictures there is a test picture: the validation pictures serve as such",
                path.display()
            );
            return Ok(Self::Listed(parts, Part::Validation));
        }
        log::warn!(
            "{}: none of the pictures there is a test picture: every fifteenth serves as one",
            path.display()
        );
        Ok(Self::EveryFifteenth)
    }

    /// Whether anything says what the picture with this stem is for.
    pub(super) fn knows(&self, stem: &str) -> bool {
        match self {
            Self::EveryFifteenth => true,
            Self::Listed(parts, _) => parts.contains_key(stem),
        }
    }

    /// The split of row `index`, whose picture has this stem; `None` for one that is for neither.
    pub(super) fn split(&self, index: usize, stem: &str) -> Option<Split> {
        match self {
            Self::EveryFifteenth if index.is_multiple_of(TEST_EVERY) => Some(Split::Test),
            Self::EveryFifteenth => Some(Split::Train),
            Self::Listed(parts, test) => match parts.get(stem) {
                Some(Part::Train) => Some(Split::Train),
                Some(part) if part == test => Some(Split::Test),
                _ => None,
            },
        }
    }
}
