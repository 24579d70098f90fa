//! Starts the built programs: `trainer`, `model-export` and `edge`.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The workspace's folder.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The file of `program`, built into the folder above this test's own.
///
/// # Errors
/// When this test's own place is not known.
pub fn program(program: &str) -> io::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).unwrap_or(&test);
    Ok(folder.join(program))
}

/// Runs `program`, built into the folder above this test's own, to its end.
///
/// # Errors
/// When the program has not been built (`cargo build --workspace`) or cannot be started.
pub fn run(program: &str, arguments: &[&str]) -> io::Result<Finished> {
    let path = self::program(program)?;
    let output = Command::new(&path)
        .args(arguments)
        .current_dir(workspace())
        .env("OMP_NUM_THREADS", "1")
        .output()
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    Ok(Finished {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}
