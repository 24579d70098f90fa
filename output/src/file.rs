//! One file.

use crate::{
    OutputError,
    target::{parent, resolve},
    temporary::prefix,
    unfinished::{self, Unfinished},
};
use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

const EXPECTED: &str = "no file of this name, an empty one, or one that the same command wrote";

/// A file that takes its place when it is finished, and vanishes otherwise.
#[derive(Debug)]
pub struct OutputFile {
    asked: PathBuf,
    target: PathBuf,
    replaces: bool,
    partial: NamedTempFile,
    // Named until the file is placed or gone.
    _unfinished: Unfinished,
}

impl OutputFile {
    /// Starts the file `path`. `own` looks at a file that is there and says what it found where that is not
    /// one of ours.
    ///
    /// # Errors
    /// [`OutputError`]; nothing has then been changed.
    pub fn create(
        path: &Path,
        own: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<Self, OutputError> {
        let (target, replaces) = examine(path, own)?;
        let partial = tempfile::Builder::new()
            .prefix(&prefix(&target))
            // As the umask says, like any other file.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(parent(&target))
            .map_err(OutputError::io(path))?;
        Ok(Self {
            asked: path.into(),
            target,
            replaces,
            _unfinished: Unfinished::new(partial.path()),
            partial,
        })
    }

    /// Where the file is until it is finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        self.partial.as_file_mut()
    }

    /// Syncs the file and gives it its name.
    ///
    /// # Errors
    /// [`OutputError`]; what had the name before is then untouched.
    pub fn finish(self) -> Result<(), OutputError> {
        // Reopened: who wrote by the path may have put another file there.
        File::open(self.partial.path())
            .and_then(|file| file.sync_all())
            .map_err(OutputError::io(&self.asked))?;
        let path = self.partial.path().to_path_buf();
        let placed = unfinished::place(&path, || {
            if self.replaces {
                self.partial.persist(&self.target)
            } else {
                self.partial.persist_noclobber(&self.target)
            }
        });
        match placed {
            Ok(_) => Ok(()),
            Err(error) => Err(OutputError::io(&self.asked)(error.error)),
        }
    }
}

/// Whether [`OutputFile::create`] would accept `path`, without writing anything.
///
/// # Errors
/// [`OutputError`].
pub fn check_file(
    path: &Path,
    own: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), OutputError> {
    if is_stream(path) {
        return Ok(());
    }
    examine(path, own).map(|_| ())
}

/// Writes `bytes` to `path`, which may be a stream such as `/dev/stdout`.
///
/// # Errors
/// [`OutputError`]; a file that was there before is then untouched.
pub fn write(
    path: &Path,
    bytes: &[u8],
    own: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(), OutputError> {
    if is_stream(path) {
        return fs::write(path, bytes).map_err(OutputError::io(path));
    }
    let mut file = OutputFile::create(path, own)?;
    file.file()
        .write_all(bytes)
        .map_err(OutputError::io(path))?;
    file.finish()
}

/// [`write`] for a name that is ours: inside a folder that this project made.
///
/// # Errors
/// [`OutputError`]; a file that was there before is then untouched.
pub fn write_own(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    write(path, bytes, |_| Ok(()))
}

/// Whether `path` is a terminal, a pipe or a socket, which holds nothing that could be lost.
fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_char_device() || kind.is_fifo() || kind.is_socket()
    })
}

/// The real path, and whether a file there is to be replaced.
fn examine(
    path: &Path,
    own: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<(PathBuf, bool), OutputError> {
    let refused = |found: String| OutputError::Refused {
        path: path.into(),
        found,
        expected: EXPECTED,
    };
    let (target, metadata) = resolve(path, EXPECTED)?;
    let Some(metadata) = metadata else {
        let folder = parent(&target);
        if !folder.is_dir() {
            let missing = format!("no such folder: {}", folder.display());
            let missing = io::Error::new(io::ErrorKind::NotFound, missing);
            return Err(OutputError::io(path)(missing));
        }
        return Ok((target, false));
    };
    if metadata.is_dir() {
        return Err(refused("a folder".into()));
    }
    if !metadata.is_file() {
        return Err(refused("a device".into()));
    }
    if metadata.len() > 0 {
        own(&target).map_err(refused)?;
    }
    Ok((target, true))
}
