//! PyTorch's format since 1.6: a zip archive of a pickle and an uncompressed file per storage.

use super::{Opened, Place, machine::Pickle};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
};
use zip::{CompressionMethod, ZipArchive};

/// Reads the pickle, and where the storages lie.
///
/// # Errors
/// What was found and what was expected.
pub(super) fn open(file: &File, bytes: u64) -> Result<Opened, String> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| {
        format!("found {bytes} bytes of a zip archive, expected a whole one ({e}): it was cut off or damaged")
    })?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(std::borrow::Cow::into_owned))
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    if names.iter().any(|name| name.ends_with("/constants.pkl")) {
        let expected = "the state dictionary that `torch.save(model.state_dict(), …)` writes";
        return Err(format!("found a TorchScript model, expected {expected}"));
    }
    let Some(main) = names.iter().find(|name| is_main(name)) else {
        let few: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        return Err(format!(
            "found a zip archive of {} files ({}, …) without data.pkl, expected what `torch.save` writes; other \
             archives have to be unpacked first",
            names.len(),
            few.join(", ")
        ));
    };
    let folder = main.strip_suffix("data.pkl").unwrap_or_default();
    let order = format!("{folder}byteorder");
    if names.contains(&order) {
        let mut text = String::new();
        let entry = archive.by_name(&order).map_err(|e| e.to_string())?;
        // Best effort: an unreadable word is an unknown order, too.
        let _ = entry.take(16).read_to_string(&mut text);
        if text != "little" {
            return Err(format!("{order}: found {text:?}, expected \"little\""));
        }
    }
    let pickle = {
        let entry = archive.by_name(main).map_err(|e| format!("{main}: {e}"))?;
        let mut reader = BufReader::new(entry);
        Pickle::read(&mut reader, bytes).map_err(|reason| format!("{main}: {reason}"))?
    };
    let folder = format!("{folder}data/");
    let mut places = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| e.to_string())?;
        let name = entry.name().map_err(|e| e.to_string())?.into_owned();
        let Some(key) = name.strip_prefix(&folder) else {
            continue;
        };
        if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
            return Err(format!(
                "{name}: found it compressed, expected it stored plainly"
            ));
        }
        let start = entry
            .data_start()
            .ok_or_else(|| format!("{name}: found no place of its bytes"))?;
        let place = Place {
            start,
            bytes: entry.size(),
        };
        places.insert(key.to_owned(), place);
    }
    Ok(Opened { pickle, places })
}

fn is_main(name: &str) -> bool {
    name == "data.pkl" || name.ends_with("/data.pkl")
}
