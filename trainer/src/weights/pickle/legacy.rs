//! PyTorch's format before 1.6: five pickles (a number, a version, the writer's machine, the objects, the storages'
//! keys), and then the storages, each behind the count of its elements.

use super::{
    Opened, Place,
    machine::Pickle,
    object::{Object, StorageRecord},
};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read, Seek},
};

/// The first pickle's object: an integer of ten bytes.
const MAGIC: [u8; 12] = [
    0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
];

/// Whether a file starts with the first pickle, of whatever protocol.
pub(super) fn is_start(head: &[u8]) -> bool {
    let first = &head[..head.len().min(2 * MAGIC.len())];
    first.first() == Some(&0x80) && first.windows(MAGIC.len()).any(|bytes| bytes == MAGIC)
}

const VERSION: i128 = 1001;

/// Reads the pickles, and where the storages lie.
///
/// # Errors
/// What was found and what was expected.
pub(super) fn open(file: &File, bytes: u64) -> Result<Opened, String> {
    let mut source = BufReader::new(file);
    let mut next =
        |what: &str| Pickle::read(&mut source, bytes).map_err(|reason| format!("{what}: {reason}"));
    next("magic number")?;
    let version = next("version")?;
    if !matches!(version.root(), Object::Integer(VERSION)) {
        return Err(format!(
            "version: found {:?}, expected {VERSION}",
            version.root()
        ));
    }
    next("system")?;
    let pickle = next("objects")?;
    let keys = next("keys of the storages")?;
    let Object::List(list) = keys.root() else {
        return Err("keys of the storages: found something else than a list".into());
    };
    let elements: BTreeMap<&str, u64> = pickle
        .storages()
        .map(|StorageRecord { key, element, .. }| (&**key, element.bytes()))
        .collect();
    let mut places = BTreeMap::new();
    for &key in list {
        let Object::Text(key) = keys.get(key) else {
            return Err("keys of the storages: found one that is no text".into());
        };
        let element = elements.get(&**key);
        let element = element.ok_or_else(|| format!("storage {key}: found in no tensor"))?;
        let mut count = [0; 8];
        let cut = |_| format!("storage {key}: found the file's end before it: it was cut off");
        source.read_exact(&mut count).map_err(cut)?;
        let start = source.stream_position().map_err(|e| e.to_string())?;
        let size = u64::from_le_bytes(count).checked_mul(*element);
        let end = size.and_then(|size| start.checked_add(size));
        let (Some(size), Some(_)) = (size, end.filter(|&end| end <= bytes)) else {
            let count = u64::from_le_bytes(count);
            return Err(format!(
                "storage {key}: found {count} elements of {element} bytes at byte {start} of {bytes}, \
                 expected no more than there are: the file was cut off or damaged"
            ));
        };
        let step = i64::try_from(size).map_err(|e| e.to_string())?;
        source.seek_relative(step).map_err(|e| e.to_string())?;
        let place = Place { start, bytes: size };
        places.insert(key.to_string(), place);
    }
    Ok(Opened { pickle, places })
}
