//! The folder of a training run.
//!
//! ```text
//! RUN/config.toml        resolved settings        RUN/stats.jsonl         losses and metrics
//! RUN/run.json           revision, data digest    RUN/tensorboard/        the same, as events
//! RUN/classifier/        classifier and judge     RUN/samples/step-N.png  fixed faces, edited
//! RUN/checkpoints/step-N/                         RUN/best/step-N/        best by its metrics
//! RUN/lock               held while `fit` runs
//! ```

use crate::{checkpoint, error::TrainError};
use output::OutputError;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Paths of a run, and the lock that keeps a second `fit` out.
#[derive(Debug)]
pub(crate) struct RunFolder {
    root: PathBuf,
    // Held until dropped; the operating system frees the lock when the process ends, however it ends.
    _lock: File,
}

impl RunFolder {
    /// Opens and locks `root` for a run; a folder with checkpoints needs `resume`.
    ///
    /// # Errors
    /// [`TrainError::Run`] when it is in use or holds checkpoints, [`TrainError::Io`].
    pub(crate) fn open(root: &Path, resume: bool) -> Result<Self, TrainError> {
        refuse_foreign(root)?;
        fs::create_dir_all(root).map_err(|e| TrainError::io(root, e))?;
        let lock_path = root.join(LOCK);
        let lock = File::create(&lock_path).map_err(|e| TrainError::io(&lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(in_use(root));
            }
            Err(TryLockError::Error(e)) => return Err(TrainError::io(&lock_path, e)),
        }
        for folder in ["checkpoints", "best", "samples", "classifier"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(|e| TrainError::io(&path, e))?;
        }
        let run = Self {
            root: root.into(),
            _lock: lock,
        };
        if !resume && let Some(checkpoint) = run.newest_checkpoint()? {
            return Err(has_checkpoints(checkpoint));
        }
        Ok(run)
    }

    /// What [`RunFolder::open`] would refuse, without creating or locking anything.
    ///
    /// # Errors
    /// [`TrainError::Run`] when `root` is in use or holds checkpoints.
    pub(crate) fn check(root: &Path, resume: bool) -> Result<(), TrainError> {
        refuse_foreign(root)?;
        let Ok(lock) = File::open(root.join(LOCK)) else {
            return Ok(());
        };
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(in_use(root));
        }
        match steps(&root.join("checkpoints")).unwrap_or_default().pop() {
            Some(checkpoint) if !resume => Err(has_checkpoints(checkpoint)),
            _ => Ok(()),
        }
    }

    /// Path of a file of the run.
    #[must_use]
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where the sample grid of `step` goes.
    #[must_use]
    pub(crate) fn sample(&self, step: u64) -> PathBuf {
        self.root.join(format!("samples/step-{step:08}.png"))
    }

    /// Where the checkpoint of `step` goes.
    #[must_use]
    pub(crate) fn checkpoint(&self, step: u64) -> PathBuf {
        self.root.join(format!("checkpoints/step-{step:08}"))
    }

    /// Where the best checkpoint goes if it is that of `step`.
    #[must_use]
    pub(crate) fn best(&self, step: u64) -> PathBuf {
        self.root.join(format!("best/step-{step:08}"))
    }

    /// Finished checkpoints, oldest first.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn checkpoints(&self) -> Result<Vec<PathBuf>, TrainError> {
        steps(&self.root.join("checkpoints"))
    }

    /// The newest finished checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn newest_checkpoint(&self) -> Result<Option<PathBuf>, TrainError> {
        Ok(self.checkpoints()?.pop())
    }

    /// The newest finished checkpoint of the run in `root`, without opening it.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn newest_checkpoint_of(root: &Path) -> Result<Option<PathBuf>, TrainError> {
        let folder = root.join("checkpoints");
        if !folder.exists() {
            return Ok(None);
        }
        Ok(steps(&folder)?.pop())
    }

    /// The best checkpoint so far.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn best_checkpoint(&self) -> Result<Option<PathBuf>, TrainError> {
        Ok(steps(&self.root.join("best"))?.pop())
    }

    /// Removes all but the newest `kept` checkpoints, and all but the newest best one. Only `step-NNNNNNNN` are
    /// looked at, and those that hold other files as well are kept.
    ///
    /// # Errors
    /// [`TrainError::Output`].
    pub(crate) fn prune(&self, kept: usize) -> Result<(), TrainError> {
        for (folder, kept) in [("checkpoints", kept), ("best", 1)] {
            let paths = steps(&self.root.join(folder))?;
            for path in &paths[..paths.len().saturating_sub(kept)] {
                match output::discard(path, &checkpoint::file_names()) {
                    Err(refused @ OutputError::Refused { .. }) => log::warn!("kept: {refused}"),
                    done => done?,
                }
            }
        }
        Ok(())
    }

    /// Removes what a killed run left half written or half removed, known by its temporary name.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn sweep(&self) -> Result<(), TrainError> {
        for folder in ["checkpoints", "best"] {
            for path in folders(&self.root.join(folder))? {
                if is_unfinished(&path) {
                    fs::remove_dir_all(&path).map_err(|e| TrainError::io(&path, e))?;
                }
            }
        }
        Ok(())
    }
}

/// Names in a run folder.
const NAMES: [&str; 9] = [
    "config.toml",
    "run.json",
    "classifier",
    "checkpoints",
    "best",
    "stats.jsonl",
    "tensorboard",
    "samples",
    LOCK,
];
const LOCK: &str = "lock";

/// Refuses a folder that holds something and is not a run's: one has its description, or, if it was killed
/// early, its lock and nothing that is not a run's.
fn refuse_foreign(root: &Path) -> Result<(), TrainError> {
    let own = |root: &Path| {
        let text = fs::read(root.join("run.json")).unwrap_or_default();
        let description: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let entries = fs::read_dir(root).map_err(|e| e.to_string())?;
        let names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let foreign = names.iter().find(|name| !NAMES.contains(&name.as_str()));
        let described = description.get("trainer_version").is_some();
        match foreign {
            _ if described => {}
            None if names.iter().any(|name| name == LOCK) => {}
            None => return Err("a folder without the run.json of a run".into()),
            Some(name) => return Err(format!("{name} in a folder that is no run's")),
        }
        Ok(())
    };
    let refused = |found: String| TrainError::Run {
        path: root.into(),
        reason: format!("found {found}, expected a new name, an empty folder, or a run's folder"),
    };
    match fs::symlink_metadata(root) {
        Err(_) => Ok(()),
        Ok(_) if !root.exists() => Err(refused("a link that leads nowhere".into())),
        Ok(_) if !root.is_dir() => Err(refused("a file".into())),
        Ok(_) if is_empty(root)? => Ok(()),
        Ok(_) => own(root).map_err(refused),
    }
}

fn is_empty(folder: &Path) -> Result<bool, TrainError> {
    let mut entries = fs::read_dir(folder).map_err(|e| TrainError::io(folder, e))?;
    Ok(entries.next().is_none())
}

fn in_use(root: &Path) -> TrainError {
    TrainError::Run {
        path: root.into(),
        reason: "in use by another `trainer fit`; choose another --out".into(),
    }
}

fn has_checkpoints(checkpoint: PathBuf) -> TrainError {
    TrainError::Run {
        path: checkpoint,
        reason: "the run has checkpoints; continue it with --resume or choose another --out".into(),
    }
}

/// Folders in `folder`, sorted.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let entries = fs::read_dir(folder).map_err(|e| TrainError::io(folder, e))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|e| TrainError::io(folder, e))?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

/// Checkpoints in `folder`, in the order of their steps.
fn steps(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let mut paths = folders(folder)?;
    paths.retain(|path| path.file_name().is_some_and(checkpoint::is_step));
    paths.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    Ok(paths)
}

/// Whether `path` is a checkpoint that is being written or removed.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let step = name.split('.').next().unwrap_or_default();
    checkpoint::is_step(step.as_ref()) && output::is_temporary_of(&name, step)
}
