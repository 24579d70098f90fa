//! Why a camera gives no pictures.

use std::{fmt, path::PathBuf, time::Duration};

/// A camera that is away or silent and is being tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interruption {
    pub(crate) device: PathBuf,
    pub(crate) reason: Reason,
}

/// Why a camera gives no pictures, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    Absent,
    Unplugged,
    /// This user may not use it.
    Denied {
        /// Empty if unknown.
        fix: String,
    },
    /// Another program streams from it.
    Busy {
        /// Its name and process, as far as this user may know them.
        users: Vec<String>,
    },
    /// A device that is no camera at all.
    NotACamera,
    /// A video device that does not stream what it captures.
    NoStream,
    /// No first picture within this time.
    NoFirstPicture(Duration),
    /// The pictures stopped this long ago.
    Silent(Duration),
    /// It has no format that the mirror reads.
    NoKnownFormat {
        /// Its own formats.
        offered: String,
        /// Those that the mirror reads.
        known: String,
    },
    /// It gave another format than the one it agreed to.
    WrongFormat {
        found: String,
        /// Those that the mirror reads.
        known: String,
    },
    /// It does not have the mode that was asked for.
    NoSuchMode {
        wanted: String,
        /// All of its modes.
        offered: Vec<String>,
    },
    /// Any other error, in the system's words.
    System(String),
}

impl fmt::Display for Interruption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.device.display(), self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => out
                .write_str("absent: there is no such device; `edge cameras` lists those there are"),
            Self::Unplugged => out.write_str("unplugged"),
            Self::Denied { fix } if fix.is_empty() => out.write_str("permission denied"),
            Self::Denied { fix } => write!(out, "permission denied: {fix}"),
            Self::Busy { users } if users.is_empty() => {
                out.write_str("busy: another program uses it")
            }
            Self::Busy { users } => write!(out, "busy: {} uses it", users.join(", ")),
            Self::NotACamera => out.write_str("not a camera"),
            Self::NoStream => out.write_str("not a camera: it streams no pictures"),
            Self::NoFirstPicture(waited) => {
                write!(
                    out,
                    "it sends no picture (waited {} seconds)",
                    waited.as_secs()
                )
            }
            Self::Silent(time) => write!(out, "no picture for {} seconds", time.as_secs()),
            Self::NoKnownFormat { offered, known } => {
                write!(out, "offers no {known} pictures, only: {offered}")
            }
            Self::WrongFormat { found, known } => {
                write!(out, "wrong format: found {found}, expected {known}")
            }
            Self::NoSuchMode { wanted, offered } => {
                write!(out, "has no mode {wanted}; it has {}", offered.join(", "))
            }
            Self::System(text) => out.write_str(text),
        }
    }
}
