//! Finds and loads the ONNX Runtime library. The mirror runs bundles with it, and the exporter measures
//! what a precision costs, so both look in the same places and give the same reasons.

#![warn(unreachable_pub)]

mod elf;
pub mod search;

use ort::environment::Environment;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The environment of the process: ONNX Runtime allows one, and it stays to the end.
static LOADED: Mutex<Option<Library>> = Mutex::new(None);

/// A loaded ONNX Runtime. There can be one in a process; the first one loaded stays.
#[derive(Clone)]
pub struct Library {
    environment: Environment,
    path: PathBuf,
}

/// No usable ONNX Runtime library.
#[derive(Debug, thiserror::Error)]
#[error(
    "no usable ONNX Runtime library (1.18 or newer); name one with --onnxruntime PATH. Looked at:{}",
    reasons(.searched)
)]
pub struct NoLibrary {
    /// Path and reason of every candidate.
    pub searched: Vec<(PathBuf, String)>,
}

impl Library {
    /// Loads the library at `explicit`, or the first usable one of [`search::candidates`], for a
    /// program called `program`.
    ///
    /// # Errors
    /// [`NoLibrary`] with the reason for every place. A named library (option or environment) that
    /// cannot be used is an error at once: another one would be a surprise.
    pub fn load(explicit: Option<&Path>, program: &str) -> Result<Self, NoLibrary> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut searched = Vec::new();
        for path in search::candidates(explicit) {
            if let Some(library) = loaded.as_ref().filter(|it| it.path == path) {
                return Ok(library.clone());
            }
            match open(&path, program) {
                Ok(environment) => {
                    log::info!("ONNX Runtime: {}", path.display());
                    let library = Self { environment, path };
                    *loaded = Some(library.clone());
                    return Ok(library);
                }
                Err(reason) => searched.push((path, reason)),
            }
        }
        Err(NoLibrary { searched })
    }

    /// What sessions are built in.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The library in use.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn open(library: &Path, program: &str) -> Result<Environment, String> {
    // The loader's own message for a missing file hides which of several files is missing.
    if library.components().count() > 1 && !library.exists() {
        return Err(missing(library));
    }
    if let Some(reason) = elf::wrong_architecture(library) {
        return Err(reason);
    }
    let builder = ort::init_from(library).map_err(|error| match &error {
        ort::LoadDynamicError::Dlopen { error, .. } => match error.source() {
            Some(source) => explained(&source.to_string()),
            None => explained(&error.to_string()),
        },
        ort::LoadDynamicError::MissingApi { .. } => "not an ONNX Runtime library".into(),
        ort::LoadDynamicError::BadVersion { version_str, .. } => {
            format!("wrong version: found {version_str}, expected 1.18 or newer")
        }
        ort::LoadDynamicError::InvalidVersionString => error.to_string(),
    })?;
    let logger = Arc::new(
        |level: ort::logging::LogLevel, _: &str, _: &str, _: &str, message: &str| {
            use ort::logging::LogLevel;
            let level = match level {
                // Errors are also returned.
                LogLevel::Fatal | LogLevel::Error | LogLevel::Warning => log::Level::Debug,
                LogLevel::Info | LogLevel::Verbose => log::Level::Trace,
            };
            log::log!(target: "onnxruntime", level, "{message}");
        },
    );
    builder
        .with_name(program)
        .with_telemetry(false)
        .with_logger(logger)
        .build()
        .map_err(|error| error.message().to_owned())
}

/// That there is no such file; beside a Python module that has ONNX Runtime inside, also why.
fn missing(library: &Path) -> String {
    let beside = library.parent().map(fs::read_dir);
    let mut names = beside.into_iter().flatten().flatten().flatten();
    let in_module = names.any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy()
            .starts_with("onnxruntime_pybind11_state")
    });
    if in_module {
        return "no such file: a Python wheel that keeps ONNX Runtime inside its module \
                onnxruntime_pybind11_state; take a build that has the library itself"
            .into();
    }
    "no such file".into()
}

/// The loader's message, with what it means where it does not say so.
fn explained(message: &str) -> String {
    if message.contains("`GLIBC_") && message.contains("not found") {
        return format!(
            "built for a newer system: {message}; take a build for this one (JetPack 5 has glibc 2.31, \
             JetPack 6 has 2.35)"
        );
    }
    message.to_owned()
}

fn reasons(searched: &[(PathBuf, String)]) -> String {
    let lines = searched
        .iter()
        .map(|(path, reason)| format!("\n  {}: {reason}", path.display()));
    lines.collect()
}
