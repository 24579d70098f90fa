//! The folder-per-domain layout: `DIR/train/<domain>/…` and `DIR/test/<domain>/…`.

use super::{Listing, Split};
use crate::error::TrainError;
use model_spec::AttributeSet;
use std::{fs, io, path::Path};

/// Lists the pictures of `data/split` for every domain of `attributes`.
///
/// # Errors
/// [`TrainError::Data`] naming the missing folder and those that are there.
pub(crate) fn list(
    data: &Path,
    split: Split,
    attributes: &AttributeSet,
) -> Result<Listing, TrainError> {
    let root = data.join(split.name());
    let mut files = Vec::new();
    for name in attributes.domain_names() {
        let folder = root.join(&name);
        if !folder.is_dir() {
            let found = match entries(&root) {
                Ok(names) => few(&names.collect::<Vec<_>>()),
                Err(_) => format!("no folder {}", root.display()),
            };
            return Err(TrainError::Data {
                reason: format!("no folder for domain {name:?}; found: {found}"),
                path: folder,
            });
        }
        let mut pictures = fs::read_dir(&folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|e| e.path()))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(|e| TrainError::io(&folder, e))?;
        pictures.retain(|path| path.is_file());
        pictures.sort();
        files.push(pictures);
    }
    Ok(Listing { root, files })
}

/// Sorted names in a folder.
pub(super) fn entries(folder: &Path) -> io::Result<impl Iterator<Item = String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names
        .into_iter()
        .map(|name| name.to_string_lossy().into_owned()))
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
