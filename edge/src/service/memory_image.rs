//! No image of this program's memory on disk.

use crate::error::EdgeError;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Leaves no core dump when the program crashes, and lets no other program of the same user read its memory: both
/// hold the picture of whoever is in front of the mirror.
///
/// # Errors
/// [`EdgeError::Internal`] with the system's reason.
pub(crate) fn forbid() -> Result<(), EdgeError> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| EdgeError::Internal(format!("core dumps cannot be switched off: {error}")))
}
