//! CelebA and CelebAMask-HQ: one folder of pictures and a table of 40 attributes.

use super::{
    Listing, Selection, Split,
    folder::{entries, few},
};
use crate::{
    config::{Exclusion, attributes::nearest},
    error::TrainError,
};
use model_spec::{Attribute, AttributeSet};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Names inside one of the two data sets.
#[derive(Debug)]
pub(crate) struct Names {
    /// Folder of the pictures.
    pub pictures: &'static str,
    /// Table of attributes: a count, the attributes' names, then a row per picture of 1 and -1.
    pub annotation: &'static str,
}

/// CelebAMask-HQ (Lee et al. 2020).
pub(crate) const MASK_HQ: Names = Names {
    pictures: "CelebA-HQ-img",
    annotation: "CelebAMask-HQ-attribute-anno.txt",
};
/// CelebA, aligned and cropped (Liu et al. 2015).
pub(crate) const CELEBA: Names = Names {
    pictures: "img_align_celeba",
    annotation: "list_attr_celeba.txt",
};
/// CelebA's split of its pictures: 0 training, 1 validation, 2 test.
pub(crate) const PARTITION: &str = "list_eval_partition.txt";
/// CelebAMask-HQ has no split of its own: every such picture is for testing.
const TEST_EVERY: usize = 15;

/// Lists the pictures of `split` by domain.
///
/// # Errors
/// [`TrainError::Data`] for a table that is malformed or disagrees with the folder,
/// [`TrainError::Usage`] for an attribute that the table does not have.
pub(crate) fn list(
    data: &Path,
    names: &Names,
    split: Split,
    selection: &Selection<'_>,
) -> Result<Listing, TrainError> {
    let attributes = selection.attributes;
    let table = Table::read(&data.join(names.annotation))?;
    let exclusions = selection.exclusions.iter();
    let mut exclusions = exclusions
        .map(|exclusion| LeftOut::new(exclusion, &table))
        .collect::<Result<Vec<_>, _>>()?;
    let columns = attributes
        .as_slice()
        .iter()
        .map(|attribute| table.column(attribute))
        .collect::<Result<Vec<_>, _>>()?;
    let folder = data.join(names.pictures);
    table.agrees_with(&folder)?;
    let partition = match names.annotation == CELEBA.annotation {
        true => Some(partition(&data.join(PARTITION))?),
        false => None,
    };
    let mut files = vec![Vec::new(); attributes.domain_count()];
    for (index, (name, values)) in table.rows.iter().enumerate() {
        let of = match &partition {
            Some(splits) => match splits.get(name) {
                Some(0) => Some(Split::Train),
                Some(2) => Some(Split::Test),
                _ => None,
            },
            None if index % TEST_EVERY == 0 => Some(Split::Test),
            None => Some(Split::Train),
        };
        if of == Some(split) {
            let of_attributes = columns.iter().map(|&(column, on)| values[column] == on);
            let domain = AttributeSet::domain_from_values(of_attributes);
            let left_out = split == Split::Train
                && exclusions
                    .iter_mut()
                    .any(|exclusion| exclusion.takes(domain, values));
            if !left_out {
                files[domain].push(folder.join(name));
            }
        }
    }
    if split == Split::Train {
        for LeftOut {
            exclusion, count, ..
        } in &exclusions
        {
            let described = exclusion.describe(attributes);
            log::info!("{count} training pictures left out: {described}");
        }
    }
    Ok(Listing {
        root: folder,
        files,
    })
}

/// An [`Exclusion`] with the columns of a table that it names.
struct LeftOut<'a> {
    exclusion: &'a Exclusion,
    columns: Vec<usize>,
    /// Pictures left out so far.
    count: usize,
}

impl<'a> LeftOut<'a> {
    fn new(exclusion: &'a Exclusion, table: &Table) -> Result<Self, TrainError> {
        let columns = exclusion.columns.iter().map(|name| {
            table
                .position(name)
                .ok_or_else(|| table.no_column(&exclusion.key(), name))
        });
        Ok(Self {
            exclusion,
            columns: columns.collect::<Result<_, _>>()?,
            count: 0,
        })
    }

    /// Whether a picture of `domain` with these annotations is left out; counts it if so.
    fn takes(&mut self, domain: usize, values: &[bool]) -> bool {
        let taken = self.exclusion.concerns(domain) && self.columns.iter().any(|&c| values[c]);
        self.count += usize::from(taken);
        taken
    }
}

struct Table {
    path: std::path::PathBuf,
    attributes: Vec<String>,
    /// Picture name and, per attribute, whether it has it; in the table's order.
    rows: Vec<(String, Vec<bool>)>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, TrainError> {
        let text = fs::read_to_string(path).map_err(|e| TrainError::io(path, e))?;
        let wrong = |line: usize, reason: String| TrainError::Data {
            path: path.into(),
            reason: format!("line {line}: {reason}"),
        };
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().trim();
        let count: usize = first.parse().map_err(|_| {
            wrong(
                1,
                format!("found {first:?}, expected the number of pictures"),
            )
        })?;
        let attributes: Vec<String> = lines
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let mut rows = Vec::with_capacity(count);
        for (index, line) in lines
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            let values = words.map(|word| match word {
                "1" => Ok(true),
                "-1" => Ok(false),
                _ => Err(wrong(
                    index + 3,
                    format!("found {word:?}, expected 1 or -1"),
                )),
            });
            let values = values.collect::<Result<Vec<_>, _>>()?;
            if values.len() != attributes.len() {
                return Err(wrong(
                    index + 3,
                    format!(
                        "found {} values, expected {}",
                        values.len(),
                        attributes.len()
                    ),
                ));
            }
            rows.push((name, values));
        }
        if rows.len() != count {
            return Err(wrong(
                1,
                format!("says {count} pictures, but {} rows follow", rows.len()),
            ));
        }
        Ok(Self {
            path: path.into(),
            attributes,
            rows,
        })
    }

    /// Column of an attribute, and whether 1 in it is the attribute's `on` value.
    ///
    /// The column is the one called like the attribute or its `on` value, letter case aside; one
    /// called like its `off` value counts the other way round (`off = "male", on = "female"`).
    fn column(&self, attribute: &Attribute) -> Result<(usize, bool), TrainError> {
        let on = self
            .position(&attribute.name)
            .or_else(|| self.position(&attribute.on));
        let found = on.map(|column| (column, true));
        let found = found.or_else(|| self.position(&attribute.off).map(|column| (column, false)));
        found.ok_or_else(|| self.no_column("attributes", &attribute.name))
    }

    /// Column called `name`, letter case aside.
    fn position(&self, name: &str) -> Option<usize> {
        let mut names = self.attributes.iter();
        names.position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The error about a column that `setting` names and the table does not have.
    fn no_column(&self, setting: &str, name: &str) -> TrainError {
        let names = self.attributes.iter().map(String::as_str);
        let hint =
            nearest(name, names).map_or(String::new(), |name| format!("; did you mean {name}?"));
        TrainError::Usage(format!(
            "{}: {setting}: no attribute {name:?}{hint} Known: {}",
            self.path.display(),
            self.attributes.join(", ")
        ))
    }

    fn agrees_with(&self, folder: &Path) -> Result<(), TrainError> {
        let there: BTreeSet<String> = entries(folder)
            .map_err(|e| TrainError::io(folder, e))?
            .collect();
        let listed: BTreeSet<String> = self.rows.iter().map(|(name, _)| name.clone()).collect();
        if there == listed {
            return Ok(());
        }
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            few(&a.difference(b).cloned().collect::<Vec<_>>())
        };
        Err(TrainError::Data {
            path: self.path.clone(),
            reason: format!(
                "lists {} pictures, but {} holds {}; only listed: {}; only in the folder: {}",
                self.rows.len(),
                folder.display(),
                there.len(),
                only(&listed, &there),
                only(&there, &listed)
            ),
        })
    }
}

fn partition(path: &Path) -> Result<BTreeMap<String, u8>, TrainError> {
    let text = fs::read_to_string(path).map_err(|e| TrainError::io(path, e))?;
    let row = |(index, line): (usize, &str)| {
        let found = line.split_once(' ').and_then(|(name, split)| {
            let split: u8 = split.trim().parse().ok()?;
            (split <= 2).then(|| (name.to_owned(), split))
        });
        found.ok_or_else(|| TrainError::Data {
            path: path.into(),
            reason: format!(
                "line {}: found {line:?}, expected a picture and 0, 1 or 2",
                index + 1
            ),
        })
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.enumerate().map(row).collect()
}
