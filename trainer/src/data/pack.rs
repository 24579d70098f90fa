//! `trainer pack`: a data set decoded and resized once, in one file that is mapped into memory.
//!
//! The file is a safetensors file, so other tools can read it: one uint8 tensor `[n,C,S,S]` per split
//! and domain, named `train.neutral`; its metadata say for which attributes, size and colour it was
//! made, from which files, and the SHA-256 of every tensor.

use super::{
    FaceSet, Layout, Listing, Selection, Split,
    decode::{self, Report},
    layout::{self, EXTENSION},
};
use crate::{error::TrainError, stop};
use memmap2::Mmap;
use model_spec::{Architecture, AttributeSet, ColourMode};
use output::OutputFile;
use safetensors::{
    Dtype, SafeTensors,
    tensor::{Metadata, TensorInfo},
};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

/// Bytes kept free at the start for the header, which is known only at the end.
const HEADER_ROOM: u64 = 1 << 18;
/// Pictures decoded before they are written.
const CHUNK: usize = 512;

/// Bytes of a pack that are read between two looks at whether to stop.
const HASHED_AT_ONCE: usize = 1 << 24;

const ATTRIBUTES: &str = "attributes";
const IMAGE_SIZE: &str = "image_size";
const COLOUR: &str = "colour";
/// What of the training pictures is no example; in packs made before there was such a setting all are.
const NO_EXAMPLES: &str = "no_examples";
/// How many images of a tensor, from the first on, are examples of its domain.
const EXAMPLES: &str = "examples.";
const SOURCE_DIGEST: &str = "source_digest";
const DIGEST: &str = "sha256.";

/// Decodes `data` into `out`; returns what was found in the files.
///
/// # Errors
/// [`TrainError`]; `out` appears whole or not at all.
pub fn pack<'a>(
    data: &Path,
    out: &Path,
    architecture: &Architecture,
    selection: impl Into<Selection<'a>>,
) -> Result<Report, TrainError> {
    let selection = selection.into();
    if out.extension().is_none_or(|end| end != EXTENSION) {
        return Err(TrainError::Usage(format!(
            "--out {}: expected a name that ends in .{EXTENSION}",
            out.display()
        )));
    }
    let layout = layout::detect(data)?;
    if matches!(layout, Layout::Packed | Layout::Synthetic) {
        return Err(TrainError::Usage(format!(
            "--data {}: found a {layout} data set, expected picture files",
            data.display()
        )));
    }
    let mut file = OutputFile::create(out, is_pack)?;
    let report = write(data, layout, file.file(), out, architecture, &selection)?;
    file.finish()?;
    Ok(report)
}

/// Accepts the header of a file that [`pack`] wrote.
fn is_pack(path: &Path) -> Result<(), String> {
    let notes = header_notes(path).map_err(|error| error.to_string())?;
    let is_ours = [ATTRIBUTES, IMAGE_SIZE, COLOUR]
        .iter()
        .all(|&key| notes.contains_key(key));
    is_ours
        .then_some(())
        .ok_or_else(|| "a file that is no pack".into())
}

/// The metadata in the header of a file, which has a fixed room in packs; none in other files.
fn header_notes(path: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut header = vec![0; 8 + HEADER_ROOM as usize];
    match File::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    }
    let header: serde_json::Value = serde_json::from_slice(&header[8..]).unwrap_or_default();
    let notes = header["__metadata__"].as_object();
    let notes = notes.into_iter().flatten();
    Ok(notes
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect())
}

fn write(
    data: &Path,
    layout: Layout,
    file: &mut File,
    path: &Path,
    architecture: &Architecture,
    selection: &Selection<'_>,
) -> Result<Report, TrainError> {
    let attributes = selection.attributes;
    let io = |e| TrainError::io(path, e);
    let mut file = BufWriter::new(file);
    file.seek(SeekFrom::Start(8 + HEADER_ROOM)).map_err(io)?;
    let side = architecture.image_size;
    let channels = architecture.colour.channels();
    let (mut report, mut tensors, mut offset) = (Report::default(), Vec::new(), 0);
    let mut metadata = HashMap::from([
        (ATTRIBUTES.to_owned(), attributes.domain_names().join(", ")),
        (IMAGE_SIZE.to_owned(), side.to_string()),
        (COLOUR.to_owned(), format!("{:?}", architecture.colour)),
        (NO_EXAMPLES.to_owned(), selection.no_examples()),
    ]);
    for split in [Split::Train, Split::Test] {
        // Test pictures are optional.
        if split == Split::Test && !Listing::has(data, layout, split) {
            continue;
        }
        let listing = Listing::open(data, layout, split, *selection)?;
        if split == Split::Train {
            metadata.insert(SOURCE_DIGEST.to_owned(), listing.digest()?);
        }
        for (domain, files) in listing.files.iter().enumerate() {
            let (mut count, mut hasher) = (0, Sha256::new());
            let (examples, others) = files.split_at(listing.examples[domain]);
            let mut readable_examples = 0;
            let chunks = examples.chunks(CHUNK).map(|chunk| (chunk, true));
            let chunks = chunks.chain(others.chunks(CHUNK).map(|chunk| (chunk, false)));
            for (chunk, are_examples) in chunks {
                let decoded = decode::decode(chunk, architecture, &mut report)?;
                for face in decoded.into_iter().flatten() {
                    hasher.update(&face);
                    file.write_all(&face).map_err(io)?;
                    count += 1;
                    readable_examples += usize::from(are_examples);
                }
            }
            decode::check_domain(files, count, &listing.root)?;
            let name = tensor_name(split, attributes, domain);
            let length = count * channels * side * side;
            metadata.insert(format!("{EXAMPLES}{name}"), readable_examples.to_string());
            metadata.insert(format!("{DIGEST}{name}"), hex(&hasher.finalize()));
            let info = TensorInfo {
                dtype: Dtype::U8,
                shape: vec![count, channels, side, side],
                data_offsets: (offset, offset + length),
            };
            tensors.push((name, info));
            offset += length;
        }
    }
    let header = Metadata::new(Some(metadata), tensors)
        .map_err(|e| e.to_string())
        .and_then(|header| serde_json::to_vec(&header).map_err(|e| e.to_string()))
        .map_err(|reason| TrainError::Data {
            path: path.into(),
            reason,
        })?;
    let mut header = header;
    // The format allows spaces behind the header.
    header.resize(HEADER_ROOM as usize, b' ');
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    file.write_all(&HEADER_ROOM.to_le_bytes()).map_err(io)?;
    file.write_all(&header).map_err(io)?;
    file.flush().map_err(io)?;
    Ok(report)
}

fn tensor_name(split: Split, attributes: &AttributeSet, domain: usize) -> String {
    format!("{}.{}", split.name(), attributes.domain_name(domain))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The faces of a packed file.
pub(super) struct Packed {
    pub(super) train: FaceSet,
    pub(super) test: Option<FaceSet>,
    /// That of the files it was made from, see [`Listing::digest`].
    pub(super) digest: String,
}

/// What a pack's notes say of its faces.
#[derive(Debug)]
pub(super) struct Notes {
    /// Names of the domains, in their order.
    pub domains: Vec<String>,
    /// Side in pixels, and colour.
    pub form: (usize, ColourMode),
}

/// Reads the notes alone.
///
/// # Errors
/// [`TrainError::Data`] for a file that is no pack.
pub(super) fn notes(path: &Path) -> Result<Notes, TrainError> {
    let wrong = || TrainError::Data {
        path: path.into(),
        reason: "not a pack; make one with `trainer pack`".into(),
    };
    let notes = header_notes(path).map_err(|e| TrainError::io(path, e))?;
    let note = |key: &str| notes.get(key);
    let domains = note(ATTRIBUTES).ok_or_else(wrong)?;
    let side = note(IMAGE_SIZE).and_then(|side| side.parse().ok());
    let colours = [ColourMode::Luma, ColourMode::Rgb];
    let colour = note(COLOUR).and_then(|noted| {
        let mut colours = colours.into_iter();
        colours.find(|colour| format!("{colour:?}") == *noted)
    });
    Ok(Notes {
        domains: domains.split(", ").map(str::to_owned).collect(),
        form: side.zip(colour).ok_or_else(wrong)?,
    })
}

/// Maps a packed file, with every digest checked.
///
/// # Errors
/// [`TrainError::Data`] for a file that was made for another model, is damaged, or is no pack.
pub(super) fn open(
    path: &Path,
    architecture: &Architecture,
    selection: &Selection<'_>,
    stop: &AtomicBool,
) -> Result<Packed, TrainError> {
    let attributes = selection.attributes;
    let wrong = |reason: String| TrainError::Data {
        path: path.into(),
        reason,
    };
    let file = File::open(path).map_err(|e| TrainError::io(path, e))?;
    // SAFETY: a mapping is unsound only while another process shortens or rewrites the file. `pack`
    // never does: it writes a new file and renames it; the digests below detect any other change.
    #[allow(unsafe_code, reason = "memory mapping")]
    let map = unsafe { Mmap::map(&file) }.map_err(|e| TrainError::io(path, e))?;
    let map = Arc::new(map);
    let (header, metadata) = SafeTensors::read_metadata(&map)
        .map_err(|e| wrong(format!("not a pack: {e}; make one with `trainer pack`")))?;
    let tensors = SafeTensors::deserialize(&map).map_err(|e| wrong(e.to_string()))?;
    let notes: BTreeMap<&str, &str> = metadata
        .metadata()
        .iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let note = |key: &str| notes.get(key).copied().unwrap_or("nothing");
    let expected = [
        (ATTRIBUTES, attributes.domain_names().join(", ")),
        (IMAGE_SIZE, architecture.image_size.to_string()),
        (COLOUR, format!("{:?}", architecture.colour)),
    ];
    for (key, expected) in expected {
        if note(key) != expected {
            return Err(wrong(format!(
                "{key}: found {}, expected {expected}: pack the data again for this model",
                note(key)
            )));
        }
    }
    let (found, expected) = (note(NO_EXAMPLES), selection.no_examples());
    if found != expected {
        // Evaluations and the like have no such settings, and look at all pictures.
        if !selection.exclusions.is_empty() {
            return Err(wrong(format!(
                "{NO_EXAMPLES}: found {found}, expected {expected}: pack the data again with these settings"
            )));
        }
        log::info!("{}: packed with {found} as no examples", path.display());
    }
    let channels = architecture.colour.channels();
    let split = |split: Split| -> Result<Option<FaceSet>, TrainError> {
        let (mut counts, mut examples) = (Vec::new(), Vec::new());
        let mut start = None;
        for domain in 0..attributes.domain_count() {
            let name = tensor_name(split, attributes, domain);
            let Some(info) = metadata.info(&name) else {
                return Ok(None);
            };
            let data = tensors.tensor(&name).map_err(|e| wrong(e.to_string()))?;
            let mut hasher = Sha256::new();
            for part in data.data().chunks(HASHED_AT_ONCE) {
                stop::check(stop)?;
                hasher.update(part);
            }
            let found = hex(&hasher.finalize());
            let listed = note(&format!("{DIGEST}{name}"));
            if found != listed {
                return Err(wrong(format!(
                    "{name}: SHA-256: found {found}, expected {listed}: the file is damaged"
                )));
            }
            start.get_or_insert(8 + header + info.data_offsets.0);
            let count = info.shape.first().copied().unwrap_or(0);
            counts.push(count);
            examples.push(note(&format!("{EXAMPLES}{name}")).parse().unwrap_or(count));
        }
        let size = architecture.image_size;
        Ok(start.map(|start| {
            let faces = FaceSet::mapped(Arc::clone(&map), start, &counts, channels, size);
            faces.with_examples(examples)
        }))
    };
    let train = split(Split::Train)?.ok_or_else(|| wrong("no training faces".into()))?;
    let root: PathBuf = path.into();
    log::info!("{}: packed data, digests checked", root.display());
    Ok(Packed {
        train,
        test: split(Split::Test)?,
        digest: note(SOURCE_DIGEST).into(),
    })
}
