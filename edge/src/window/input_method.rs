//! Input methods, which the mirror does not need.

use std::env;

/// Has Xlib look for no input method: minifb crashes when one is asked for that does not run.
///
/// To be called at the start of `main`, before any other thread exists.
pub fn disable() {
    #[allow(unsafe_code)]
    // SAFETY: setting a variable races with other threads that read the environment, and `main` has not
    // started any yet.
    unsafe {
        env::set_var("XMODIFIERS", "@im=none");
    }
}
