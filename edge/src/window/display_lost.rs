//! What happens when the X server goes away.
//!
//! Xlib then ends the process whatever the program does; the only choice left is how. Here the threads
//! end first, which gives the camera back, and a message says why.

use crate::error::EdgeError;
use std::{ffi::c_int, process, sync::OnceLock, thread, time::Duration};
use x11_dl::xlib::{Display, Xlib};

/// Time the threads get to end.
const GRACE: Duration = Duration::from_millis(400);

type End = Box<dyn Fn() + Send + Sync>;

static END: OnceLock<End> = OnceLock::new();

/// From now on, losing the display calls `end`, waits a moment, and ends the program with a message and
/// the exit code of a failure.
///
/// # Errors
/// [`EdgeError::Window`] without Xlib.
pub(crate) fn watch(end: End) -> Result<(), EdgeError> {
    // A process has one display, and the first one to watch it goes on doing so.
    if END.set(end).is_err() {
        return Ok(());
    }
    let xlib = Xlib::open().map_err(|error| EdgeError::Window(error.to_string()))?;
    #[allow(unsafe_code)]
    // SAFETY: the handler has the type that Xlib wants and never returns to it; setting it touches
    // nothing but a pointer inside Xlib, which stays loaded for the window's sake.
    unsafe {
        (xlib.XSetIOErrorHandler)(Some(lost));
    }
    Ok(())
}

#[allow(unsafe_code)]
// SAFETY: does not touch the display, which is gone. A panic would be stopped at this border.
unsafe extern "C" fn lost(_: *mut Display) -> c_int {
    if let Some(end) = END.get() {
        end();
    }
    thread::sleep(GRACE);
    let error = EdgeError::Window("the X display went away".into());
    eprintln!("error: {error}");
    process::exit(error.exit_code().into());
}
