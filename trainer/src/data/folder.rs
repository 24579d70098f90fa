//! The folder-per-domain layout: `DIR/train/<domain>/…` and `DIR/test/<domain>/…`.

use super::{Listing, Split};
use crate::{config::attributes::nearest, error::TrainError};
use model_spec::AttributeSet;
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Lists the pictures of `data/split` for every domain of `attributes`; letter case of the folders aside.
///
/// # Errors
/// [`TrainError::Data`] naming the missing folder and those that are there.
pub(crate) fn list(
    data: &Path,
    split: Split,
    attributes: &AttributeSet,
) -> Result<Listing, TrainError> {
    let root = split_folder(data, split).ok_or_else(|| TrainError::Data {
        path: data.join(split.name()),
        reason: format!(
            "no such folder; found {}",
            few(&visible(data).unwrap_or_default())
        ),
    })?;
    let mut unused: Vec<PathBuf> = subfolders(&root);
    let mut files = Vec::new();
    for name in attributes.domain_names() {
        let folder = domain_folder(&unused, &name)
            .cloned()
            .ok_or_else(|| no_folder(&root, &name, &unused, attributes))?;
        unused.retain(|other| *other != folder);
        files.push(pictures(&folder)?);
    }
    for folder in unused.iter().filter(|folder| holds_pictures(folder)) {
        log::warn!(
            "{}: unused, as no domain has this name ({}); an attribute has two values: a third needs an \
             attribute of its own, with a folder for every combination, e.g. smiling+glasses",
            folder.display(),
            attributes.domain_names().join(", ")
        );
    }
    Ok(Listing::of_examples(root, files))
}

/// The folder called `name`, or else the one called so but for letter case.
fn domain_folder<'a>(folders: &'a [PathBuf], name: &str) -> Option<&'a PathBuf> {
    let mut exact = folders.iter();
    exact.find(|folder| file_name(folder) == name).or_else(|| {
        let mut folders = folders.iter();
        folders.find(|folder| file_name(folder).eq_ignore_ascii_case(name))
    })
}

fn no_folder(root: &Path, name: &str, unused: &[PathBuf], attributes: &AttributeSet) -> TrainError {
    let found: Vec<String> = unused.iter().map(|folder| file_name(folder)).collect();
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.map(str::to_lowercase).collect()
    };
    // `female_smiling` for `smiling+female`.
    let reordered = found.iter().find(|other| words(other) == words(name));
    let alike = reordered
        .map(String::as_str)
        .or_else(|| nearest(name, found.iter().map(String::as_str)));
    let advice = match (alike, found.as_slice(), attributes.as_slice()) {
        (Some(alike), ..) => format!("; did you mean {alike}? Rename the folder to {name}"),
        (None, [off, on], [attribute]) => format!(
            "; to use these two, give --attributes {}:{off}/{on}",
            attribute.name
        ),
        _ => String::new(),
    };
    TrainError::Data {
        path: root.join(name),
        reason: format!(
            "no folder for domain {name:?}; found: {}{advice}",
            few(&found)
        ),
    }
}

/// The pictures in a folder, sorted; where it has none, those in the folders below.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let mut pictures = files(folder)?;
    let below = subfolders(folder);
    if !pictures.is_empty() {
        for folder in below.iter().filter(|folder| holds_pictures(folder)) {
            log::warn!(
                "{}: not read, as there are pictures beside this folder",
                folder.display()
            );
        }
        return Ok(pictures);
    }
    for folder in &below {
        pictures.extend(self::pictures(folder)?);
    }
    if !pictures.is_empty() {
        let count = pictures.len();
        log::info!("{}: {count} pictures in folders below", folder.display());
    }
    Ok(pictures)
}

/// Files in a folder that are meant for it, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let paths = entries(folder).map_err(|e| TrainError::io(folder, e))?;
    // A link that leads nowhere stays where it should be a picture: whoever reads it names it.
    let is_meant = |path: &PathBuf| match fs::metadata(path) {
        Ok(found) => found.is_file(),
        Err(_) => is_picture_name(&file_name(path)),
    };
    Ok(paths.into_iter().filter(is_meant).collect())
}

/// The folder of `split` in `data`, if there is one: `test/`, or `val/` as in the data of StarGAN v2.
pub(super) fn split_folder(data: &Path, split: Split) -> Option<PathBuf> {
    let names: &[&str] = match split {
        Split::Train => &["train", "training"],
        Split::Test => &["test", "testing", "val", "valid", "validation"],
    };
    let folders = subfolders(data);
    names
        .iter()
        .find_map(|name| domain_folder(&folders, name).cloned())
}

/// Names in a folder, sorted, without what file managers and archives leave behind.
pub(super) fn visible(folder: &Path) -> io::Result<Vec<String>> {
    let paths = entries(folder)?;
    Ok(paths.iter().map(|path| file_name(path)).collect())
}

/// The same as paths, whose names need not be UTF-8.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !is_stray(&file_name(path)));
    paths.sort();
    Ok(paths)
}

/// Folders in a folder, sorted; none where it cannot be read.
pub(super) fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let mut paths = entries(folder).unwrap_or_default();
    paths.retain(|path| path.is_dir());
    paths
}

/// Whether there are picture files in a folder.
pub(super) fn has_pictures(folder: &Path) -> bool {
    let names = visible(folder).unwrap_or_default();
    names.iter().any(|name| is_picture_name(name))
}

/// Whether there are picture files in a folder or in one below.
pub(super) fn holds_pictures(folder: &Path) -> bool {
    has_pictures(folder) || subfolders(folder).iter().any(|below| holds_pictures(below))
}

/// Whether a name ends like a picture file's.
pub(super) fn is_picture_name(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "tif", "tiff",
    ];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|found| {
        ENDINGS
            .iter()
            .any(|known| found.eq_ignore_ascii_case(known))
    })
}

/// Hidden files (`.DS_Store`, `._0001.jpg`) and what Windows, a NAS and archives leave beside pictures.
fn is_stray(name: &str) -> bool {
    const STRAY: [&str; 6] = [
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "__MACOSX",
        "@eaDir",
        "lost+found",
    ];
    name.starts_with('.') || STRAY.iter().any(|stray| name.eq_ignore_ascii_case(stray))
}

pub(super) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The first few names, for a message.
pub(super) fn few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    match names {
        [] => "nothing".into(),
        _ if names.len() <= 2 * SHOWN => names.join(", "),
        _ => format!("{}, … ({} in all)", names[..SHOWN].join(", "), names.len()),
    }
}
