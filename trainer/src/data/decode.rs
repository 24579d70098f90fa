//! Decodes picture files on all cores, at the model's size.

use super::{
    FaceSet, Listing,
    picture::{self, PictureError},
};
use crate::{device::memory, error::TrainError, stop};
use model_spec::Architecture;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// At most this many unreadable files are named in the log.
const NAMED: usize = 10;

/// What decoding some files found.
#[derive(Debug, Default)]
pub struct Report {
    /// Files without a whole picture, with the reason, in order.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Files that were cut to their central square.
    pub cropped: usize,
    /// Sides in pixels of the pictures as stored, with how often each occurs.
    pub sizes: BTreeMap<(u32, u32), usize>,
}

impl Report {
    /// Logs what was skipped and what was cropped.
    pub(crate) fn log(&self) {
        for (path, reason) in self.unreadable.iter().take(NAMED) {
            log::warn!("{}: skipped: {reason}", path.display());
        }
        if self.unreadable.len() > NAMED {
            log::warn!("and {} more skipped", self.unreadable.len() - NAMED);
        }
        if self.cropped > 0 {
            log::warn!(
                "{} pictures are not square: cut to their central square",
                self.cropped
            );
        }
    }
}

/// Decodes `files`: planar bytes `[C,S,S]` each, `None` for the damaged ones of `report`.
///
/// # Errors
/// [`TrainError::Io`] for a file that cannot be read: a passing failure must not change what is learnt from.
pub fn decode(
    files: &[PathBuf],
    architecture: &Architecture,
    report: &mut Report,
) -> Result<Vec<Option<Vec<u8>>>, TrainError> {
    decode_until(files, architecture, report, &stop::NEVER)
}

/// The same, until `stop` is set: then some files are neither decoded nor reported.
fn decode_until(
    files: &[PathBuf],
    architecture: &Architecture,
    report: &mut Report,
    stop: &AtomicBool,
) -> Result<Vec<Option<Vec<u8>>>, TrainError> {
    let (colour, size) = (architecture.colour, architecture.image_size);
    let next = AtomicUsize::new(0);
    let decoded = Mutex::new(Vec::with_capacity(files.len()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(index).filter(|_| stop::check(stop).is_ok()) else {
                break;
            };
            let face = picture::read_upright(path).map(|rgb| {
                let sides = rgb.dimensions();
                let square = picture::central_square(rgb);
                (
                    picture::planar(&picture::resized(&square, size), colour),
                    sides,
                )
            });
            // A poisoned lock only means that another decoder panicked; its list is still whole.
            let mut decoded = decoded.lock().unwrap_or_else(PoisonError::into_inner);
            decoded.push((index, face));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(work);
        }
    });
    let mut decoded = decoded.into_inner().unwrap_or_else(PoisonError::into_inner);
    decoded.sort_by_key(|&(index, _)| index);
    decoded
        .into_iter()
        .map(|(index, face)| match face {
            Ok((bytes, sides)) => {
                report.cropped += usize::from(sides.0 != sides.1);
                *report.sizes.entry(sides).or_default() += 1;
                Ok(Some(bytes))
            }
            Err(PictureError::Damaged(reason)) => {
                report.unreadable.push((files[index].clone(), reason));
                Ok(None)
            }
            Err(error) => Err(error.of(&files[index])),
        })
        .collect()
}

/// Decodes a whole listing into memory; damaged pictures are named in the log and skipped.
///
/// # Errors
/// [`TrainError::Data`] when a domain has no readable picture, [`TrainError::Io`] for a file that cannot be read,
/// [`TrainError::Stopped`].
pub(crate) fn read(
    listing: &Listing,
    architecture: &Architecture,
    stop: &AtomicBool,
) -> Result<FaceSet, TrainError> {
    check_memory(listing, architecture)?;
    let mut report = Report::default();
    let (mut faces, mut examples) = (Vec::new(), Vec::new());
    for (files, &first_others) in listing.files.iter().zip(&listing.examples) {
        let decoded = decode_until(files, architecture, &mut report, stop)?;
        let readable = decoded.iter().take(first_others).flatten().count();
        let domain: Vec<Vec<u8>> = decoded.into_iter().flatten().collect();
        stop::check(stop)?;
        check_domain(files, domain.len(), &listing.root)?;
        faces.push(domain);
        examples.push(readable);
    }
    report.log();
    log::info!(
        "{}: {} pictures read, {} skipped",
        listing.root.display(),
        listing.len() - report.unreadable.len(),
        report.unreadable.len()
    );
    let channels = architecture.colour.channels();
    let faces = FaceSet::new(&faces, channels, architecture.image_size);
    Ok(faces.with_examples(examples))
}

/// Refuses what would not fit into memory, where it is held twice for a moment.
pub(super) fn check_memory(
    listing: &Listing,
    architecture: &Architecture,
) -> Result<(), TrainError> {
    let (side, channels) = (architecture.image_size, architecture.colour.channels());
    let needed = 2 * (listing.len() * side * side * channels) as u64;
    match memory::available() {
        Some(available) if needed > available => Err(TrainError::Data {
            path: listing.root.clone(),
            reason: format!(
                "reading {} pictures of {side} px takes {} MB, and {} MB are available: `trainer pack` them \
                 first; a pack stays on the disk",
                listing.len(),
                needed / 1_000_000,
                available / 1_000_000
            ),
        }),
        _ => Ok(()),
    }
}

/// Refuses a domain without a single readable picture.
pub(super) fn check_domain(
    files: &[PathBuf],
    readable: usize,
    root: &Path,
) -> Result<(), TrainError> {
    if readable > 0 {
        return Ok(());
    }
    let folder = files.first().and_then(|path| path.parent());
    Err(TrainError::Data {
        path: folder.unwrap_or(root).into(),
        reason: format!("no readable picture among {} files", files.len()),
    })
}
