//! Why no pictures come.

use std::{fmt, io};

/// A reason, for the screen and for errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    /// In words, and what to do about it.
    pub(crate) reason: String,
}

/// What a person has to know first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    /// There is no such device.
    Missing,
    /// It was there, and has been unplugged.
    Away,
    /// Another program streams from it.
    Busy,
    /// This user may not open it.
    Forbidden,
    /// It is open and sends nothing.
    Silent,
    /// It sends pictures, none of which can be read.
    Unreadable,
    /// It is no camera, or lacks what is needed: waiting does not help.
    Unfit,
}

impl Trouble {
    pub(crate) fn new(kind: TroubleKind, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { kind, reason }
    }

    /// What an error of the camera means to a person.
    pub(super) fn of(error: &io::Error) -> Self {
        use TroubleKind::{Away, Busy, Forbidden, Missing, Silent, Unfit};
        if error.kind() == io::ErrorKind::TimedOut {
            return Self::new(Silent, "it sends no picture");
        }
        match error.raw_os_error() {
            Some(2) => Self::new(
                Missing,
                "absent: there is no such device; `edge cameras` lists those there are",
            ),
            Some(6 | 19) => Self::new(Away, "unplugged"),
            Some(13 | 1) => Self::new(Forbidden, "permission denied"),
            Some(16) => Self::new(Busy, "busy: another program uses it"),
            Some(25) => Self::new(Unfit, "not a camera"),
            _ => Self::new(Silent, error.to_string()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}
