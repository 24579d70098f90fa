//! Where a bundle's files lie: in a folder, or in one uncompressed `.tar`.

use crate::{error::SpecError, manifest::MANIFEST_FILE};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Largest file of a bundle in bytes: the encoding of ONNX has no larger ones, and the others are small.
const LARGEST: u64 = 2 << 30;

/// A folder, or an archive whose table of contents has been read. Nothing is ever unpacked to disk.
#[derive(Debug, Clone)]
pub enum Container {
    /// The folder.
    Folder(PathBuf),
    /// The archive.
    Archive {
        /// The `.tar` file.
        path: PathBuf,
        /// Position and length of every file in bytes.
        files: BTreeMap<String, (u64, u64)>,
    },
}

impl Container {
    /// Looks at `path`: a folder is one, a file has to be an archive.
    ///
    /// # Errors
    /// [`SpecError::Io`], or [`SpecError::Field`] for a file that is no archive, ends inside a file, has a file twice, or
    /// keeps the bundle in a folder of its own.
    pub fn open(path: &Path) -> Result<Self, SpecError> {
        if !path.is_file() {
            return Ok(Self::Folder(path.into()));
        }
        let wrong = |found: String| SpecError::Field {
            path: path.into(),
            field: "bundle".into(),
            found,
            expected: "a folder, or an uncompressed .tar of plain files".into(),
        };
        let file = File::open(path).map_err(io_error(path))?;
        let bytes = file.metadata().map_err(io_error(path))?.len();
        let mut files = BTreeMap::new();
        let mut archive = tar::Archive::new(file);
        let entries = archive.entries_with_seek().map_err(io_error(path))?;
        for entry in entries {
            let entry = entry.map_err(|error| wrong(format!("no archive ({error})")))?;
            if entry.header().entry_type().is_dir() {
                continue;
            }
            let name = entry.path().map_err(io_error(path))?;
            let name = name.strip_prefix("./").unwrap_or(&name);
            let name = name.to_string_lossy().into_owned();
            if !entry.header().entry_type().is_file() {
                return Err(wrong(format!("{name}, which is no plain file")));
            }
            let place = (entry.raw_file_position(), entry.size());
            if place.0.saturating_add(place.1) > bytes {
                return Err(wrong(format!("{bytes} bytes, which end inside {name}")));
            }
            if files.insert(name.clone(), place).is_some() {
                return Err(wrong(format!("{name} twice")));
            }
        }
        if files.is_empty() {
            return Err(wrong("no file in it".into()));
        }
        let is_below = |name: &&String| name.ends_with(&format!("/{MANIFEST_FILE}"));
        if !files.contains_key(MANIFEST_FILE)
            && let Some(below) = files.keys().find(is_below)
        {
            return Err(SpecError::Field {
                path: path.into(),
                field: "bundle".into(),
                found: below.clone(),
                expected: format!("{MANIFEST_FILE}, as by tar cf BUNDLE.tar -C FOLDER ."),
            });
        }
        Ok(Self::Archive {
            path: path.into(),
            files,
        })
    }

    /// The folder or archive.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Archive { path, .. } => path,
        }
    }

    /// Whether `file` is there.
    #[must_use]
    pub fn contains(&self, file: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(file).exists(),
            Self::Archive { files, .. } => files.contains_key(file),
        }
    }

    /// Names of all files, in order.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn names(&self) -> Result<Vec<String>, SpecError> {
        let mut names = Vec::new();
        match self {
            Self::Archive { files, .. } => names.extend(files.keys().cloned()),
            Self::Folder(folder) => {
                for entry in fs::read_dir(folder).map_err(io_error(folder))? {
                    let entry = entry.map_err(io_error(folder))?;
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        Ok(names)
    }

    /// Bytes of `file`.
    ///
    /// # Errors
    /// [`SpecError::Io`], also for a device or a pipe, which have no end, and for a file larger than a bundle's may be.
    pub fn read(&self, file: &str) -> Result<Vec<u8>, SpecError> {
        let label = self.path().join(file);
        match self {
            Self::Folder(_) => {
                let metadata = fs::metadata(&label).map_err(io_error(&label))?;
                if !metadata.is_file() {
                    let error = io::Error::other("found no plain file");
                    return Err(io_error(&label)(error));
                }
                read_part(&label, 0, metadata.len()).map_err(io_error(&label))
            }
            Self::Archive { path, files } => {
                let Some(&(position, length)) = files.get(file) else {
                    return Err(io_error(&label)(io::ErrorKind::NotFound.into()));
                };
                read_part(path, position, length).map_err(io_error(&label))
            }
        }
    }
}

fn read_part(path: &Path, position: u64, length: u64) -> io::Result<Vec<u8>> {
    if length > LARGEST {
        let found = format!("found {length} bytes, expected no more than {LARGEST}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, found));
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(position))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> SpecError {
    let path = path.to_owned();
    move |reason| SpecError::Io { path, reason }
}
