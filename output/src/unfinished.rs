//! What is not finished when a signal ends the program.

use crate::ending_signals;
use signal_hook::{iterator::Signals, low_level::emulate_default_handler};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

/// Temporary files and folders of this process.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One temporary file or folder, known to [`remove_on_signals`] until this is dropped.
#[derive(Debug)]
pub(crate) struct Unfinished(PathBuf);

impl Unfinished {
    pub(crate) fn new(path: &Path) -> Self {
        unfinished().push(path.into());
        Self(path.into())
    }
}

/// Runs `work`, which puts what `path` holds where it belongs; no signal ends the program half way.
pub(crate) fn place<T>(path: &Path, work: impl FnOnce() -> T) -> T {
    let mut paths = unfinished();
    let placed = work();
    paths.retain(|known| known != path);
    placed
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

/// From now on [`ending_signals`] remove this process's temporary files and folders before they end it. For programs
/// that have nothing else to do then.
///
/// # Errors
/// What the system says when no thread or handler can be had.
pub fn remove_on_signals() -> io::Result<()> {
    let mut signals = Signals::new(ending_signals())?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // Held to the end, so that nothing is begun or placed any more.
                let paths = unfinished();
                for path in paths.iter() {
                    // Best effort: the program ends either way.
                    let _ = if path.is_dir() {
                        fs::remove_dir_all(path)
                    } else {
                        fs::remove_file(path)
                    };
                }
                let _ = emulate_default_handler(signal);
            }
        })?;
    Ok(())
}
