//! PyTorch's files (`.pth`, `.ckpt`), read as data and never executed.
//!
//! ```text
//! file ─► archive or legacy ─► machine ─► objects ─► tensors by dotted name ─► numbers, tensor by tensor
//!         (where things lie)   (names: the allow-list)
//! ```

mod archive;
mod legacy;
mod machine;
mod names;
mod object;
mod tensor;

use crate::{
    error::TrainError,
    weights::{Weights, stranger},
};
use machine::Pickle;
pub(crate) use object::TensorRecord;
use object::{Id, Object, StorageRecord};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek},
    path::Path,
};
use tch::Tensor;

/// Dictionaries inside each other, at most.
const DEEPEST: usize = 8;
/// Most entries looked at: a dictionary may be named in many places.
const MOST_ENTRIES: usize = 200_000;

/// Where the bytes of a storage lie in the file.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    bytes: u64,
}

/// A file's pickle and the places of its storages, by their keys.
#[derive(Debug)]
struct Opened {
    pickle: Pickle,
    places: BTreeMap<String, Place>,
}

/// A PyTorch file whose tensors' numbers have not been read yet.
#[derive(Debug)]
pub(crate) struct PickledFile {
    file: File,
    places: BTreeMap<String, Place>,
    /// Floating-point tensors by the keys that lead to them, e.g. `generator.from_rgb.weight`.
    pub tensors: BTreeMap<String, TensorRecord>,
    /// Whether it holds the state of an optimiser.
    pub has_optimiser: bool,
}

impl PickledFile {
    /// Reads everything but the tensors' numbers. Integer tensors (batch norms' counters) are left out.
    ///
    /// # Errors
    /// [`TrainError::Io`]; [`TrainError::Weights`] when the file is none of `torch.save`, or wants anything but
    /// tensors and plain containers.
    pub(crate) fn open(path: &Path) -> Result<Self, TrainError> {
        let io = |e| TrainError::io(path, e);
        let mut file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let mut head = Vec::new();
        (&file)
            .take(stranger::HEAD)
            .read_to_end(&mut head)
            .map_err(io)?;
        file.rewind().map_err(io)?;
        let opened = if head.starts_with(b"PK\x03\x04") {
            archive::open(&file, bytes)
        } else if legacy::is_start(&head) {
            legacy::open(&file, bytes)
        } else {
            Err(stranger::described(&head, bytes))
        };
        let found = opened.and_then(|opened| {
            let mut found = Self {
                file,
                places: opened.places,
                tensors: BTreeMap::new(),
                has_optimiser: false,
            };
            found.collect(&opened.pickle)?;
            // A tensor's numbers may lie in the file once and be named often.
            let counts = found.tensors.values().map(|tensor| tensor.sides.iter().product::<u64>());
            let elements = counts.fold(0_u64, u64::saturating_add);
            if elements > bytes {
                return Err(format!(
                    "found tensors of {elements} numbers, expected no more than the file has bytes ({bytes})"
                ));
            }
            Ok(found)
        });
        found.map_err(|reason| TrainError::Weights {
            path: path.into(),
            reason,
        })
    }

    /// Names the tensors by the keys that lead to them.
    fn collect(&mut self, pickle: &Pickle) -> Result<(), String> {
        let mut waiting: Vec<(String, &Object, usize)> = vec![(String::new(), pickle.root(), 0)];
        let mut entries = 0;
        while let Some((name, object, depth)) = waiting.pop() {
            match object {
                Object::Tensor(tensor) if tensor.storage.element.is_fraction() => {
                    self.tensors.insert(name, tensor.clone());
                }
                Object::Dictionary(pairs) if depth < DEEPEST => {
                    entries += pairs.len();
                    if entries > MOST_ENTRIES {
                        return Err(format!(
                            "found more than {MOST_ENTRIES} entries in its dictionaries"
                        ));
                    }
                    let key = |&id: &Id| match pickle.get(id) {
                        Object::Text(text) => Some(text.to_string()),
                        Object::Integer(number) => Some(number.to_string()),
                        _ => None,
                    };
                    let keys: Vec<Option<String>> = pairs.iter().map(|[id, _]| key(id)).collect();
                    let has = |key: &str| keys.iter().flatten().any(|it| it == key);
                    self.has_optimiser |= has("param_groups") && has("state");
                    for (key, [_, value]) in keys.into_iter().zip(pairs) {
                        let Some(key) = key else { continue };
                        // A tensor's name, not a text.
                        if key.len() + name.len() > 1024 {
                            return Err("found a name of more than 1024 bytes".into());
                        }
                        let name = if name.is_empty() {
                            key
                        } else {
                            format!("{name}.{key}")
                        };
                        waiting.push((name, pickle.get(*value), depth + 1));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The numbers of a tensor, as 32-bit floats.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub(crate) fn numbers(&self, tensor: &TensorRecord) -> Result<Tensor, String> {
        let key = &tensor.storage.key;
        let place = self.places.get(&**key);
        let place = place.ok_or_else(|| format!("found no storage {key} in the file"))?;
        tensor::read(&self.file, *place, tensor)
    }
}

impl Pickle {
    /// Every storage that a tensor is cut from.
    fn storages(&self) -> impl Iterator<Item = &StorageRecord> {
        self.objects().iter().filter_map(|object| match object {
            Object::Storage(storage) => Some(storage),
            _ => None,
        })
    }
}

/// Reads the state dictionary in `path`, or the one under `key` inside it. Floating-point tensors become 32-bit
/// floats; integer ones (batch norms' counters) are left out.
///
/// # Errors
/// [`TrainError::Weights`] when the file is not such a file, wants anything but tensors and plain containers, or
/// has no `key`.
pub fn read(path: &Path, key: Option<&str>) -> Result<Weights, TrainError> {
    let wrong = |reason: String| TrainError::Weights {
        path: path.into(),
        reason,
    };
    let file = PickledFile::open(path)?;
    let prefix = key.map_or(String::new(), |key| format!("{key}."));
    let found = file
        .tensors
        .iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix(&prefix)?, tensor)));
    let tensors: Weights = found
        .map(|(name, tensor)| {
            let numbers = file.numbers(tensor);
            Ok((
                name.to_owned(),
                numbers.map_err(|reason| wrong(format!("{name}: {reason}")))?,
            ))
        })
        .collect::<Result<_, TrainError>>()?;
    if tensors.is_empty() {
        let place = key.map_or(String::new(), |key| format!(" under {key:?}"));
        return Err(wrong(format!("found no tensors{place}")));
    }
    Ok(tensors)
}
