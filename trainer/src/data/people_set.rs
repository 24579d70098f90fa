//! Faces by person: what an identity network learns from, and is tried on.

use super::{FaceSet, Layout, Listing, Split, celeba, decode, layout};
use crate::error::TrainError;
use model_spec::{Architecture, digest};
use std::{collections::BTreeSet, path::Path};

/// Pictures that a person needs: fewer have nothing in common.
const LEAST_PICTURES: usize = 2;
/// People that there have to be in each split.
const LEAST_PEOPLE: usize = 2;

/// Faces of people with two pictures or more; a set's domains are the people. Nobody is in both.
#[derive(Debug)]
pub(crate) struct PeopleSet {
    /// People to learn from.
    pub train: FaceSet,
    /// People to be tried on.
    pub test: FaceSet,
    /// Identifies the training pictures and who is on them.
    pub digest: String,
}

impl PeopleSet {
    /// Opens CelebA with its table of identities at this architecture's size and colour. People who have test
    /// pictures are left out of the training.
    ///
    /// # Errors
    /// [`TrainError::Data`] for data of another layout, without that table, or with fewer than two people who
    /// have two pictures.
    pub(crate) fn open(data: &Path, architecture: &Architecture) -> Result<Self, TrainError> {
        let layout = layout::detect(data)?;
        if layout != Layout::CelebA {
            return Err(TrainError::Data {
                path: data.into(),
                reason: format!(
                    "found {layout} data, which does not say who is on which picture; expected CelebA with its \
                     {}.txt",
                    celeba::CELEBA.people.unwrap_or_default()
                ),
            });
        }
        let of = |split| celeba::people(data, &celeba::CELEBA, split);
        let (mut train, test) = (of(Split::Train)?, of(Split::Test)?);
        let count = train.len();
        train.retain(|person, _| !test.contains_key(person));
        if train.len() < count {
            log::warn!(
                "{}: {} people are in both splits: left out of the training",
                data.display(),
                count - train.len()
            );
        }
        let (train, train_files) = read(data, train, Split::Train, architecture)?;
        let (test, _) = read(data, test, Split::Test, architecture)?;
        let people: Vec<usize> = train_files.files.iter().map(Vec::len).collect();
        let text = format!("{} {people:?}", train_files.digest()?);
        Ok(Self {
            train,
            test,
            digest: digest::of_bytes(text.as_bytes()),
        })
    }
}

/// Decodes the pictures of everybody who has enough that can be read, and lists them.
fn read(
    data: &Path,
    people: celeba::People,
    split: Split,
    architecture: &Architecture,
) -> Result<(FaceSet, Listing), TrainError> {
    let people = people.into_values();
    let people = people.filter(|pictures| pictures.len() >= LEAST_PICTURES);
    let mut listing = Listing::of_examples(data.into(), people.collect());
    decode::check_memory(&listing, architecture)?;
    let mut report = decode::Report::default();
    let files: Vec<_> = listing.files.iter().flatten().cloned().collect();
    let mut decoded = decode::decode(&files, architecture, &mut report)?.into_iter();
    report.log();
    let faces = listing.files.iter().map(|files| {
        let faces = decoded.by_ref().take(files.len());
        faces.flatten().collect::<Vec<_>>()
    });
    let mut faces: Vec<Vec<Vec<u8>>> = faces.collect();
    let unreadable: BTreeSet<_> = report.unreadable.iter().map(|(path, _)| path).collect();
    for files in &mut listing.files {
        files.retain(|path| !unreadable.contains(path));
    }
    faces.retain(|faces| faces.len() >= LEAST_PICTURES);
    listing.files.retain(|files| files.len() >= LEAST_PICTURES);
    if faces.len() < LEAST_PEOPLE {
        return Err(TrainError::Data {
            path: data.into(),
            reason: format!(
                "found {} people with {LEAST_PICTURES} {} pictures or more, expected at least {LEAST_PEOPLE}",
                faces.len(),
                split.name()
            ),
        });
    }
    log::info!(
        "{}: {} {} pictures of {} people",
        data.display(),
        listing.len(),
        split.name(),
        faces.len()
    );
    let channels = architecture.colour.channels();
    let set = FaceSet::new(&faces, channels, architecture.image_size);
    Ok((set, listing))
}
