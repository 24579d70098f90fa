//! The folder of a training run.
//!
//! ```text
//! RUN/config.toml        resolved settings        RUN/stats.jsonl         losses, one line per tick
//! RUN/classifier/        attribute classifier     RUN/samples/step-N.png  fixed faces, edited
//! RUN/checkpoints/step-N/                         RUN/lock                held while `fit` runs
//! ```

use crate::error::TrainError;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Paths of a run, and the lock that keeps a second `fit` out.
#[derive(Debug)]
pub struct RunFolder {
    root: PathBuf,
    // Held for its drop: the operating system frees the lock when the process ends, however it ends.
    _lock: File,
}

impl RunFolder {
    /// Takes `root` for a run; a folder with checkpoints needs `resume`.
    ///
    /// # Errors
    /// [`TrainError::Run`] when it is in use or holds checkpoints, [`TrainError::Io`].
    pub fn open(root: &Path, resume: bool) -> Result<Self, TrainError> {
        for folder in ["checkpoints", "samples", "classifier"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(|e| TrainError::io(&path, e))?;
        }
        let lock_path = root.join("lock");
        let lock = File::create(&lock_path).map_err(|e| TrainError::io(&lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(TrainError::Run {
                    path: root.into(),
                    reason: "in use by another `trainer fit`; choose another --out".into(),
                });
            }
            Err(TryLockError::Error(e)) => return Err(TrainError::io(&lock_path, e)),
        }
        let run = Self {
            root: root.into(),
            _lock: lock,
        };
        if !resume && let Some(checkpoint) = run.newest_checkpoint()? {
            return Err(TrainError::Run {
                path: checkpoint,
                reason: "the run has checkpoints; go on with --resume or choose another --out"
                    .into(),
            });
        }
        Ok(run)
    }

    /// Path of a file of the run.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where the sample grid of `step` goes.
    #[must_use]
    pub fn sample(&self, step: u64) -> PathBuf {
        self.root.join(format!("samples/step-{step:08}.png"))
    }

    /// Where the checkpoint of `step` goes.
    #[must_use]
    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.root.join(format!("checkpoints/step-{step:08}"))
    }

    /// Finished checkpoints, oldest first.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn checkpoints(&self) -> Result<Vec<PathBuf>, TrainError> {
        let folder = self.root.join("checkpoints");
        let entries = fs::read_dir(&folder).map_err(|e| TrainError::io(&folder, e))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        // Unfinished ones end in `.partial`.
        paths.retain(|path| path.is_dir() && path.extension().is_none());
        paths.sort();
        Ok(paths)
    }

    /// The newest finished checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn newest_checkpoint(&self) -> Result<Option<PathBuf>, TrainError> {
        Ok(self.checkpoints()?.pop())
    }

    /// Removes all but the newest `kept` checkpoints.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn prune(&self, kept: usize) -> Result<(), TrainError> {
        let paths = self.checkpoints()?;
        for path in &paths[..paths.len().saturating_sub(kept)] {
            fs::remove_dir_all(path).map_err(|e| TrainError::io(path, e))?;
        }
        Ok(())
    }
}
