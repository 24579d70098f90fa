//! Shared libraries that are opened while the program runs, if they are there.

use std::{
    ffi::{CStr, c_void},
    sync::OnceLock,
};

/// Opens a library for the rest of the process.
///
/// # Errors
/// The loader's reason.
pub(super) fn open(name: &CStr) -> Result<*mut c_void, String> {
    // SAFETY: loading a shared library runs its initialisers; libtorch's only register its CUDA backend, the
    // driver's only its own state.
    #[allow(unsafe_code, reason = "the standard library cannot load a library")]
    let (handle, reason) = unsafe {
        let handle = libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
        let reason = libc::dlerror();
        let reason = (handle.is_null() && !reason.is_null())
            .then(|| CStr::from_ptr(reason).to_string_lossy().into_owned());
        (handle, reason)
    };
    if handle.is_null() {
        return Err(reason.unwrap_or_else(|| "the loader gives no reason".into()));
    }
    Ok(handle)
}

static LIBTORCH_CUDA: OnceLock<Result<(), String>> = OnceLock::new();

/// See [`super::load`].
pub(super) fn load_cuda() {
    let _ = LIBTORCH_CUDA.get_or_init(|| open(c"libtorch_cuda.so").map(|_| ()));
}

/// How [`load_cuda`] went; nothing where it was not called, as in a test.
pub(super) fn cuda() -> Result<(), String> {
    LIBTORCH_CUDA.get().cloned().unwrap_or(Ok(()))
}
