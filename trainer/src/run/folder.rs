//! The folder of a training run.
//!
//! ```text
//! RUN/config.toml        resolved settings        RUN/stats.jsonl         losses and metrics
//! RUN/run.json           revision, data digest    RUN/tensorboard/        the same, as events
//! RUN/classifier/        classifier and judge     RUN/samples/step-N.png  fixed faces, edited
//! RUN/checkpoints/step-N/                         RUN/best/step-N/        best by its metrics
//! RUN/lock               held while `fit` runs
//! ```

use crate::error::TrainError;
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
        fs::create_dir_all(root).map_err(|e| TrainError::io(root, e))?;
        let lock_path = root.join("lock");
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
        let Ok(lock) = File::open(root.join("lock")) else {
            return Ok(());
        };
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(in_use(root));
        }
        match finished(&root.join("checkpoints"))
            .unwrap_or_default()
            .pop()
        {
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
        finished(&self.root.join("checkpoints"))
    }

    /// The newest finished checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn newest_checkpoint(&self) -> Result<Option<PathBuf>, TrainError> {
        Ok(self.checkpoints()?.pop())
    }

    /// The best checkpoint so far.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn best_checkpoint(&self) -> Result<Option<PathBuf>, TrainError> {
        Ok(finished(&self.root.join("best"))?.pop())
    }

    /// Removes all but the newest `kept` checkpoints, and all but the newest best one.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn prune(&self, kept: usize) -> Result<(), TrainError> {
        for (folder, kept) in [("checkpoints", kept), ("best", 1)] {
            let paths = finished(&self.root.join(folder))?;
            for path in &paths[..paths.len().saturating_sub(kept)] {
                // Renamed first: a kill half way must not leave behind what looks like a checkpoint.
                let removed = path.with_extension("removed");
                fs::rename(path, &removed).map_err(|e| TrainError::io(path, e))?;
                fs::remove_dir_all(&removed).map_err(|e| TrainError::io(&removed, e))?;
            }
        }
        Ok(())
    }

    /// Removes what a killed run left half written or half removed.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn sweep(&self) -> Result<(), TrainError> {
        for folder in ["checkpoints", "best"] {
            let folder = self.root.join(folder);
            for path in folders(&folder)? {
                if path.extension().is_some() {
                    fs::remove_dir_all(&path).map_err(|e| TrainError::io(&path, e))?;
                }
            }
        }
        Ok(())
    }
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
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

/// Checkpoints in `folder`; those being written or removed have a file extension.
fn finished(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let mut paths = folders(folder)?;
    paths.retain(|path| path.extension().is_none());
    Ok(paths)
}
