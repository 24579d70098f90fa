//! CelebA and CelebAMask-HQ: one folder of pictures and a table of 40 attributes.

mod files;
mod partition;
mod people;
mod table;
mod text;

pub(super) use files::{has_annotation, is_at};
pub(super) use people::{People, people};

use self::{
    files::Files,
    partition::Partition,
    table::{Column, Row, Table},
};
use super::{
    Listing, Selection, Split,
    folder::{few, is_picture_name, visible},
};
use crate::{config::Exclusion, error::TrainError};
use model_spec::AttributeSet;
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

/// Names inside one of the two data sets.
#[derive(Debug)]
pub(crate) struct Names {
    /// Names that the folder of the pictures goes by.
    pub pictures: [&'static str; 2],
    /// Table of attributes: a count, the attributes' names, then a row per picture of 1 and -1.
    pub annotation: &'static str,
    /// Table of the split, where the data set has one.
    pub partition: Option<&'static str>,
    /// Table of who is on each picture, where the data set has one.
    pub people: Option<&'static str>,
}

/// CelebAMask-HQ (Lee et al. 2020); has no split of its own.
pub(crate) const MASK_HQ: Names = Names {
    pictures: ["CelebA-HQ-img", "celeba-hq-img"],
    annotation: "CelebAMask-HQ-attribute-anno",
    partition: None,
    people: None,
};
/// CelebA, aligned and cropped (Liu et al. 2015).
pub(crate) const CELEBA: Names = Names {
    pictures: ["img_align_celeba", "img_align_celeba_png"],
    annotation: "list_attr_celeba",
    partition: Some("list_eval_partition"),
    people: Some("identity_CelebA"),
};

/// Lists the pictures of `split` by domain.
///
/// # Errors
/// [`TrainError::Data`] for a table that is malformed or knows nothing of pictures that are there,
/// [`TrainError::Usage`] for an attribute that the table does not have.
pub(crate) fn list(
    data: &Path,
    names: &Names,
    split: Split,
    selection: &Selection<'_>,
) -> Result<Listing, TrainError> {
    let attributes = selection.attributes;
    let found = Files::find(data, names)?;
    let table = Table::read(&found.annotation)?;
    let exclusions = selection.exclusions.iter();
    let mut exclusions = exclusions
        .map(|exclusion| NoExample::new(exclusion, &table))
        .collect::<Result<Vec<_>, _>>()?;
    let columns = attributes
        .as_slice()
        .iter()
        .map(|attribute| table.column(attribute))
        .collect::<Result<Vec<_>, _>>()?;
    let pictures = Pictures::match_up(&table, &found)?;
    let partition = partition(data, names, &found, &pictures)?;
    let mut files = vec![Vec::new(); attributes.domain_count()];
    let mut others = files.clone();
    for (index, row) in table.rows.iter().enumerate() {
        let Some(picture) = &pictures.of_rows[index] else {
            continue;
        };
        if partition.split(index, &picture.stem) != Some(split) {
            continue;
        }
        let values = columns.iter().map(|column| column.is_on(row));
        let domain = AttributeSet::domain_from_values(values);
        let mut exclusions = exclusions.iter_mut();
        let path = found.pictures.join(&picture.name);
        if split == Split::Train && exclusions.any(|exclusion| exclusion.takes(domain, row)) {
            others[domain].push(path);
        } else {
            files[domain].push(path);
        }
    }
    if split == Split::Train {
        pictures.log_missing(&found);
        pictures.log_unassigned(&found, &partition);
        for NoExample {
            exclusion, count, ..
        } in &exclusions
        {
            let described = exclusion.describe(attributes);
            log::info!("{count} training pictures are no examples: {described}");
        }
    }
    let mut listing = Listing::of_examples(found.pictures, files);
    for (files, others) in listing.files.iter_mut().zip(others) {
        files.extend(others);
    }
    Ok(listing)
}

/// How the pictures that are there are divided between training and testing.
fn partition(
    data: &Path,
    names: &Names,
    found: &Files,
    pictures: &Pictures,
) -> Result<Partition, TrainError> {
    match (&found.partition, names.partition) {
        (Some(path), _) => Partition::read(path, pictures.stems()),
        (None, Some(name)) => {
            log::warn!(
                "{}: no {name}: every fifteenth picture is for testing",
                data.display()
            );
            Ok(Partition::EveryFifteenth)
        }
        (None, None) => Ok(Partition::EveryFifteenth),
    }
}

/// An [`Exclusion`] with the columns of a table that it names.
struct NoExample<'a> {
    exclusion: &'a Exclusion,
    columns: Vec<Column>,
    /// Pictures found so far.
    count: usize,
}

impl<'a> NoExample<'a> {
    fn new(exclusion: &'a Exclusion, table: &Table) -> Result<Self, TrainError> {
        let columns = exclusion.columns.iter();
        let columns = columns.map(|name| table.named(&exclusion.key(), name));
        Ok(Self {
            exclusion,
            columns: columns.collect::<Result<_, _>>()?,
            count: 0,
        })
    }

    /// Whether the picture of `row`, which is of `domain`, is no example of it; counts it if so.
    fn takes(&mut self, domain: usize, row: &Row) -> bool {
        let set = self.columns.iter().any(|column| column.is_on(row));
        let taken = self.exclusion.concerns(domain) && set;
        self.count += usize::from(taken);
        taken
    }
}

/// The files that the rows of a table are about.
struct Pictures {
    /// In the rows' order; `None` where the picture is not there.
    of_rows: Vec<Option<Picture>>,
    missing: Vec<String>,
}

#[derive(Debug, Clone)]
struct Picture {
    name: String,
    stem: String,
}

impl Pictures {
    /// Finds the picture of every row: by its name, or else by its name without the ending, since some
    /// copies of a data set hold `.png` where the table says `.jpg`.
    ///
    /// # Errors
    /// [`TrainError::Data`] when pictures are there that the table does not list, or none that it does.
    fn match_up(table: &Table, files: &Files) -> Result<Self, TrainError> {
        let there = visible(&files.pictures).map_err(|e| TrainError::io(&files.pictures, e))?;
        // `None` for a stem that several files share.
        let mut by_stem: HashMap<String, Option<&str>> = HashMap::with_capacity(there.len());
        for name in &there {
            by_stem
                .entry(text::stem(name))
                .and_modify(|name| *name = None)
                .or_insert(Some(name));
        }
        let names: BTreeSet<&str> = there.iter().map(String::as_str).collect();
        let mut unlisted = names.clone();
        let (mut of_rows, mut missing) = (Vec::new(), Vec::new());
        for row in &table.rows {
            let stem = text::stem(&row.name);
            let found = names
                .get(row.name.as_str())
                .copied()
                .or_else(|| by_stem.get(&stem).copied().flatten());
            match found {
                Some(name) => {
                    unlisted.remove(name);
                }
                None => missing.push(row.name.clone()),
            }
            of_rows.push(found.map(|name| Picture {
                name: name.into(),
                stem,
            }));
        }
        unlisted.retain(|name| is_picture_name(name));
        if unlisted.is_empty() && missing.len() < table.rows.len() {
            return Ok(Self { of_rows, missing });
        }
        let unlisted: Vec<String> = unlisted.into_iter().map(str::to_owned).collect();
        Err(TrainError::Data {
            path: files.annotation.clone(),
            reason: format!(
                "lists {} pictures, but {} holds {}; only listed: {}; only in the folder: {}",
                table.rows.len(),
                files.pictures.display(),
                there.iter().filter(|name| is_picture_name(name)).count(),
                few(&missing),
                few(&unlisted)
            ),
        })
    }

    /// Stems of the pictures that are there.
    fn stems(&self) -> impl Iterator<Item = &str> + Clone {
        self.of_rows
            .iter()
            .flatten()
            .map(|picture| picture.stem.as_str())
    }

    fn log_unassigned(&self, files: &Files, partition: &Partition) {
        let there = self.of_rows.iter().flatten();
        let unassigned = there.filter(|picture| !partition.knows(&picture.stem));
        let names: Vec<String> = unassigned.map(|picture| picture.name.clone()).collect();
        if let (Some(path), false) = (&files.partition, names.is_empty()) {
            log::warn!(
                "{}: no row for {} of the pictures there ({}): they are neither for training nor for testing",
                path.display(),
                names.len(),
                few(&names)
            );
        }
    }

    fn log_missing(&self, files: &Files) {
        if !self.missing.is_empty() {
            log::warn!(
                "{}: {} of {} listed pictures are not there ({}): going on with those that are",
                files.pictures.display(),
                self.missing.len(),
                self.of_rows.len(),
                few(&self.missing)
            );
        }
    }
}
