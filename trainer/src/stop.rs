//! Ending early, on request.

use crate::error::TrainError;
use std::sync::atomic::{AtomicBool, Ordering};

/// For work that nobody can ask to end.
pub(crate) static NEVER: AtomicBool = AtomicBool::new(false);

/// # Errors
/// [`TrainError::Stopped`] once `stop` is set.
pub(crate) fn check(stop: &AtomicBool) -> Result<(), TrainError> {
    if stop.load(Ordering::Relaxed) {
        return Err(TrainError::Stopped);
    }
    Ok(())
}
