//! One folder of files.

use crate::{
    OutputError,
    target::{parent, resolve},
    temporary::{foreign, names, prefix, remove},
    unfinished::{self, Unfinished},
};
use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use std::{
    env,
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const EXPECTED: &str = "a new name, an empty folder, or a folder that the same command wrote";

/// What is at the target.
#[derive(Debug)]
enum Present {
    Nothing,
    /// An empty folder, which stays and is filled: it may be a mount point, or where somebody is.
    Empty,
    /// A folder with these files of ours and no others.
    Own(Vec<String>),
}

/// A folder that takes its place when it is finished, and vanishes otherwise.
#[derive(Debug)]
pub struct OutputFolder {
    asked: PathBuf,
    target: PathBuf,
    present: Present,
    partial: TempDir,
    // Named until the folder is placed or gone.
    _unfinished: Unfinished,
}

impl OutputFolder {
    /// Starts the folder `path`. `own` looks at a folder that is there: it gives the names of the files that
    /// the same program wrote, or what it found instead. Parents are made where they are missing.
    ///
    /// # Errors
    /// [`OutputError`]; nothing has then been changed.
    pub fn create(
        path: &Path,
        own: impl FnOnce(&Path) -> Result<Vec<String>, String>,
    ) -> Result<Self, OutputError> {
        let (target, present) = examine(path, own)?;
        // Beside the target, except where that is another file system.
        let place = match present {
            Present::Empty => target.as_path(),
            _ => parent(&target),
        };
        fs::create_dir_all(place).map_err(OutputError::io(place))?;
        let partial = tempfile::Builder::new()
            .prefix(&prefix(&target))
            // As the umask says, like any other folder.
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(place)
            .map_err(OutputError::io(path))?;
        Ok(Self {
            asked: path.into(),
            target,
            present,
            _unfinished: Unfinished::new(partial.path()),
            partial,
        })
    }

    /// Where the files go until the folder is finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// Gives the folder its name. `last` is the file that makes it whole, for a target that has to be filled
    /// file by file.
    ///
    /// # Errors
    /// [`OutputError`]; what had the name before is then untouched.
    pub fn finish(mut self, last: &str) -> Result<(), OutputError> {
        let new = self.partial.path().to_path_buf();
        sync(&new).map_err(OutputError::io(&self.asked))?;
        let present = std::mem::replace(&mut self.present, Present::Nothing);
        unfinished::place(&new, || match present {
            // Fails where somebody has put something there meanwhile.
            Present::Nothing => {
                fs::rename(&new, &self.target).map_err(OutputError::io(&self.asked))
            }
            Present::Empty => self.fill(last),
            Present::Own(files) => self.exchange(&files),
        })?;
        let parent = parent(&self.target);
        sync(parent).map_err(OutputError::io(parent))
    }

    /// Moves the files into the empty folder, `last` last.
    fn fill(&self, last: &str) -> Result<(), OutputError> {
        let new = self.partial.path();
        let mut files = names(new)?;
        files.sort_by_key(|name| name == last);
        for name in files {
            let to = self.target.join(&name);
            rename_to_nothing(&new.join(&name), &to).map_err(OutputError::io(&to))?;
        }
        sync(&self.target).map_err(OutputError::io(&self.asked))
    }

    /// Puts the new folder in the place of our old one, whose files go.
    fn exchange(&mut self, files: &[String]) -> Result<(), OutputError> {
        let (new, target) = (self.partial.path().to_path_buf(), &self.target);
        refuse_foreign(&self.asked, target, files)?;
        let io_error = || OutputError::io(&self.asked);
        if renameat_with(CWD, &new, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            // What the temporary name stands for now is removed file by file, not as a whole.
            self.partial.disable_cleanup(true);
            return remove(&new, files);
        }
        // Not every file system exchanges: two renames then, the former folder out of the way first.
        let aside = tempfile::Builder::new()
            .prefix(&prefix(target))
            .tempdir_in(parent(target))
            .map_err(io_error())?;
        fs::rename(target, &aside).map_err(io_error())?;
        // Empty until here, and gone with an error; from now on it holds what must not be lost.
        let aside = aside.keep();
        if let Err(error) = fs::rename(&new, target) {
            // Best effort: the error that matters is the one being returned.
            let _ = fs::rename(&aside, target);
            return Err(io_error()(error));
        }
        remove(&aside, files)
    }
}

/// Whether [`OutputFolder::create`] would accept `path`, without writing anything.
///
/// # Errors
/// [`OutputError`].
pub fn check_folder(
    path: &Path,
    own: impl FnOnce(&Path) -> Result<Vec<String>, String>,
) -> Result<(), OutputError> {
    examine(path, own).map(|_| ())
}

fn examine(
    path: &Path,
    own: impl FnOnce(&Path) -> Result<Vec<String>, String>,
) -> Result<(PathBuf, Present), OutputError> {
    let refused = |found: String| OutputError::Refused {
        path: path.into(),
        found,
        expected: EXPECTED,
    };
    let (target, metadata) = resolve(path, EXPECTED)?;
    let Some(metadata) = metadata else {
        return Ok((target, Present::Nothing));
    };
    if !metadata.is_dir() {
        return Err(refused("a file".into()));
    }
    if names(&target)?.is_empty() {
        return Ok((target, Present::Empty));
    }
    let files = own(&target).map_err(refused)?;
    refuse_foreign(path, &target, &files)?;
    let here = env::current_dir().is_ok_and(|here| here.starts_with(&target));
    if here || is_mount_point(&target, &metadata) {
        let kind = if here {
            "the current folder"
        } else {
            "a mount point"
        };
        let found = format!("{kind}, which holds an earlier result and cannot be replaced");
        return Err(refused(found));
    }
    Ok((target, Present::Own(files)))
}

fn refuse_foreign(path: &Path, target: &Path, files: &[String]) -> Result<(), OutputError> {
    match foreign(target, files)? {
        None => Ok(()),
        Some(name) => Err(OutputError::Refused {
            path: path.into(),
            found: format!("{name} in it, which that command does not write"),
            expected: EXPECTED,
        }),
    }
}

fn is_mount_point(folder: &Path, metadata: &fs::Metadata) -> bool {
    fs::metadata(parent(folder)).is_ok_and(|above| above.dev() != metadata.dev())
}

/// Renames a file unless its new name is taken, where the file system can tell.
fn rename_to_nothing(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) if !to.exists() => fs::rename(from, to),
        renamed => Ok(renamed?),
    }
}

fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
