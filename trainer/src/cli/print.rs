//! What a command prints on standard output.

use crate::{error::TrainError, evaluation::Estimates};
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

/// Prints figures with their intervals, one a line.
///
/// # Errors
/// [`TrainError::Io`].
pub(super) fn figures(figures: &Estimates) -> Result<(), TrainError> {
    line(format_args!(
        "{:64} {:>7} {:>16}",
        "figure", "value", "95 % interval"
    ))?;
    for (name, figure) in figures {
        let interval = match figure.low.is_finite() {
            true => format!("{:.3} to {:.3}", figure.low, figure.high),
            false => "-".into(),
        };
        line(format_args!(
            "{name:64} {:7.3} {interval:>16}",
            figure.value
        ))?;
    }
    Ok(())
}
