//! `trainer edit`: a checkpoint applied to picture files.

use super::{Change, Portrait};
use crate::{checkpoint::Checkpoint, data::picture, error::TrainError};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tch::Device;

/// What became of a folder of pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EditedFiles {
    /// Pictures written.
    pub edited: usize,
    /// Unreadable ones.
    pub skipped: usize,
}

/// Edits `input`, a picture or a folder of them, into `output` (a file or a folder, likewise); the faces are in
/// domain `source` or, if that is not given, where the model's classifier finds each of them.
/// Pictures should be framed like the training faces; they keep their size, cropped to a square.
///
/// # Errors
/// [`TrainError`]; in a folder, unreadable pictures are named in the log and skipped.
pub(crate) fn edit_files(
    model: &Checkpoint,
    change: &Change,
    input: &Path,
    output: &Path,
    source: Option<usize>,
    device: Device,
) -> Result<EditedFiles, TrainError> {
    let edit_file = |input: &Path, output: &Path| {
        let portrait = Portrait::open(model, input, source, device)?;
        picture::write(output, &portrait.edited(model, change))
    };
    if !input.is_dir() {
        edit_file(input, output)?;
        return Ok(EditedFiles {
            edited: 1,
            skipped: 0,
        });
    }
    fs::create_dir_all(output).map_err(|e| TrainError::io(output, e))?;
    let mut files: Vec<PathBuf> = fs::read_dir(input)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(|e| TrainError::io(input, e))?;
    files.retain(|path| path.is_file());
    files.sort();
    let (mut edited, mut skipped) = (0, 0);
    for file in &files {
        let name = file.with_extension("png");
        let target = output.join(name.file_name().unwrap_or_default());
        match edit_file(file, &target) {
            Ok(()) => edited += 1,
            Err(error @ TrainError::Data { .. }) => {
                log::warn!("skipped: {error}");
                skipped += 1;
            }
            Err(error) => return Err(error),
        }
    }
    if edited == 0 {
        return Err(TrainError::Data {
            path: input.into(),
            reason: format!("no readable picture among {} files", files.len()),
        });
    }
    Ok(EditedFiles { edited, skipped })
}
