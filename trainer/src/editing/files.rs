//! `trainer edit`: a checkpoint applied to picture files.

use super::{Change, Portrait};
use crate::{checkpoint::Checkpoint, data::picture, error::TrainError};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs, iter,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use tch::Device;

/// What became of a folder of pictures.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EditedFiles {
    /// Pictures written that differ from what they were.
    pub edited: usize,
    /// Pictures written as they were: their faces have what was asked for.
    pub unchanged: usize,
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
    refuse_same(input, output)?;
    let mut done = EditedFiles::default();
    let mut edit_file = |input: &Path, output: &Path| {
        let portrait = Portrait::open(model, input, source, device)?;
        let edited = portrait.edited(model, change);
        picture::write(output, &edited)?;
        if edited == *portrait.unedited() {
            log::info!("{}: unchanged: the face has that already", input.display());
            done.unchanged += 1;
        } else {
            done.edited += 1;
        }
        Ok(())
    };
    if !input.is_dir() {
        output::check_file(output, picture::is_own)?;
        edit_file(input, output)?;
        return Ok(done);
    }
    // Earlier results are written again one by one, so that the folder itself is only looked at.
    picture::check_folder(output)?;
    let _made = MadeFolder::new(output)?;
    let mut files: Vec<PathBuf> = fs::read_dir(input)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(|e| TrainError::io(input, e))?;
    files.retain(|path| path.is_file());
    files.sort();
    let names = names(&files);
    let mut skipped = 0;
    for (file, name) in files.iter().zip(names) {
        match edit_file(file, &output.join(name)) {
            Ok(()) => {}
            Err(error @ TrainError::Data { .. }) => {
                log::warn!("skipped: {error}");
                skipped += 1;
            }
            Err(error) => return Err(error),
        }
    }
    done.skipped = skipped;
    if done.edited + done.unchanged == 0 {
        return Err(TrainError::Data {
            path: input.into(),
            reason: format!("no readable picture among {} files", files.len()),
        });
    }
    Ok(done)
}

/// A folder that goes again if it was made here and nothing came into it.
struct MadeFolder<'a>(Option<&'a Path>);

impl<'a> MadeFolder<'a> {
    fn new(path: &'a Path) -> Result<Self, TrainError> {
        let is_new = !path.exists();
        fs::create_dir_all(path).map_err(|error| TrainError::io(path, error))?;
        Ok(Self(is_new.then_some(path)))
    }
}

impl Drop for MadeFolder<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            // Fails where pictures are in it, as it should.
            let _ = fs::remove_dir(path);
        }
    }
}

/// Refuses to write over what is read.
///
/// # Errors
/// [`TrainError::Usage`] when both are one file or folder, whatever they are called.
pub(crate) fn refuse_same(input: &Path, output: &Path) -> Result<(), TrainError> {
    let identity = |path: &Path| fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    if identity(input).is_some_and(|input| identity(output) == Some(input)) {
        return Err(TrainError::Usage(format!(
            "--out {}: found the same as --input, expected another place: originals are not overwritten",
            output.display()
        )));
    }
    Ok(())
}

/// A name for the edit of each of `files`, no two alike: `a.png` for `a.jpg`, and `a.jpg.png` where there are
/// several called `a`.
fn names(files: &[PathBuf]) -> Vec<String> {
    let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let stem = |path: &PathBuf| text(path.file_stem()).to_lowercase();
    let mut stems = BTreeMap::<String, usize>::new();
    for file in files {
        *stems.entry(stem(file)).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let name = |file: &PathBuf| {
        let base = if stems.get(&stem(file)) == Some(&1) {
            text(file.file_stem())
        } else {
            text(file.file_name())
        };
        let numbered = (2..).map(|number| format!("{base}-{number}.png"));
        let mut names = iter::once(format!("{base}.png")).chain(numbered);
        // Some file systems do not tell `A` from `a`.
        let free = names.find(|name| taken.insert(name.to_lowercase()));
        free.unwrap_or_else(|| unreachable!("numbers do not end"))
    };
    files.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_gets_a_name_of_its_own() {
        let names_of = |files: &[&str]| names(&files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(names_of(&["x/a.jpg", "x/b.png"]), ["a.png", "b.png"]);
        assert_eq!(names_of(&["a.jpg", "a.png"]), ["a.jpg.png", "a.png.png"]);
        assert_eq!(names_of(&["A.jpg", "a.JPG"]), ["A.jpg.png", "a.JPG-2.png"]);
        let crossed = names_of(&["a.jpg", "a.jpg.bmp", "a.png"]);
        assert_eq!(crossed, ["a.jpg.png", "a.jpg-2.png", "a.png.png"]);
    }
}
