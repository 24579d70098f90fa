//! What a command prints on standard output.

use crate::error::TrainError;
use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints a line.
///
/// # Errors
/// [`TrainError::Io`], but not when a reader has closed the pipe: it has seen enough.
pub(super) fn line(text: impl Display) -> Result<(), TrainError> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(TrainError::io("standard output".as_ref(), error))
        }
        _ => Ok(()),
    }
}
