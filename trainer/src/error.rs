//! What can go wrong.

use std::path::{Path, PathBuf};

/// Every variant names the file or the value that is wrong; its message is complete, reasons included.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The command line asks for something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// The settings are not valid.
    #[error("{}: {reason}", path.display())]
    Config {
        /// The settings file.
        path: PathBuf,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// A field of a checkpoint or of the settings is wrong.
    #[error(transparent)]
    Spec(#[from] model_spec::SpecError),
    /// A file or folder to write is there already and is not this program's.
    #[error(transparent)]
    Output(#[from] output::OutputError),
    /// libtorch refused an operation or a file.
    #[error("{what}: {source}")]
    Torch {
        /// What was being done.
        what: String,
        /// libtorch's reason.
        source: tch::TchError,
    },
    /// The data folder cannot be trained on.
    #[error("{}: {reason}", path.display())]
    Data {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// A tensor of a weights file is missing, extra or of another shape.
    #[error("{}: {reason}", path.display())]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// Which tensor, found and expected.
        reason: String,
    },
    /// A loss is NaN or infinite.
    #[error(
        "step {step}: loss `{loss}` is {value}, expected a finite number: stopped; \
         the last good checkpoint is {}",
        checkpoint.as_ref().map_or("none".into(), |path| path.display().to_string())
    )]
    NonFiniteLoss {
        /// The step, counted from 1.
        step: u64,
        /// Name of the loss.
        loss: &'static str,
        /// Its value.
        value: f64,
        /// The newest checkpoint on disk.
        checkpoint: Option<PathBuf>,
    },
    /// The run is ill, and its settings ask to stop then.
    #[error(
        "step {step}: {finding}; stopped because health.stop is true; the last checkpoint is {}",
        checkpoint.as_ref().map_or("none".into(), |path| path.display().to_string())
    )]
    Unhealthy {
        /// The step, counted from 1.
        step: u64,
        /// What is wrong.
        finding: String,
        /// The newest checkpoint on disk.
        checkpoint: Option<PathBuf>,
    },
    /// There is not enough memory for a step.
    #[error(
        "out of memory in a step of {batch_size} images: {}",
        if *batch_size > 1 {
            format!("try --set schedule.batch_size={}", batch_size / 2)
        } else {
            "no smaller batch is left: make the networks smaller (architecture.max_conv_dim)".into()
        }
    )]
    OutOfMemory {
        /// Images per step.
        batch_size: usize,
    },
    /// A step would not fit into memory.
    #[error(
        "a step of {batch_size} images takes about {} MB, and {} MB are available: {}",
        needed / 1_000_000,
        available / 1_000_000,
        if *fitting > 0 {
            format!("try --set schedule.batch_size={fitting}")
        } else {
            "make the networks smaller (architecture.max_conv_dim)".into()
        }
    )]
    NotEnoughMemory {
        /// Images per step.
        batch_size: usize,
        /// Bytes of such a step, extrapolated from smaller ones.
        needed: u64,
        /// Bytes that can still be had.
        available: u64,
        /// Images that fit; 0 if not even one does.
        fitting: usize,
    },
    /// The processes of a group cannot go on together.
    #[error(
        "{reason}{}",
        checkpoint.as_ref().map_or(String::new(), |path| format!("; the last good checkpoint is {}", path.display()))
    )]
    Rank {
        /// Which rank is gone, and how.
        reason: String,
        /// The newest checkpoint on disk, at the rank that writes them.
        checkpoint: Option<PathBuf>,
    },
    /// The device that was asked for cannot be used.
    #[error("--device {asked}: {reason}")]
    Device {
        /// As `--device` takes it.
        asked: String,
        /// What is missing, and what to do.
        reason: String,
    },
    /// The user asked for the end before there was anything to save.
    #[error("stopped")]
    Stopped,
    /// The run folder is not in the state that was asked for.
    #[error("{}: {reason}", path.display())]
    Run {
        /// The run folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl TrainError {
    /// Exit code of the program: 2 where the request itself is wrong, as clap's own, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.is_usage() { 2 } else { 1 }
    }

    /// Whether the request itself is wrong, rather than what it met on the way.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Usage(_)
                | Self::Config { .. }
                | Self::Spec(model_spec::SpecError::Request { .. })
        )
    }

    /// A file that could not be read or written.
    #[must_use]
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.into(),
            source,
        }
    }

    /// Names what was being done when libtorch failed.
    pub(crate) fn torch(what: impl Into<String>) -> impl FnOnce(tch::TchError) -> Self {
        let what = what.into();
        move |source| Self::Torch { what, source }
    }
}
