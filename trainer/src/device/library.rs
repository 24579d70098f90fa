//! The CUDA part of libtorch, which is opened while the program runs, if it is there.

use crate::shared_library::SharedLibrary;
use std::sync::OnceLock;

static LIBTORCH_CUDA: OnceLock<Result<(), String>> = OnceLock::new();

/// See [`super::load`].
pub(super) fn load_cuda() {
    let open = || SharedLibrary::open(c"libtorch_cuda.so").map(|_| ());
    let _ = LIBTORCH_CUDA.get_or_init(open);
}

/// How [`load_cuda`] went; nothing where it was not called, as in a test.
pub(super) fn cuda() -> Result<(), String> {
    LIBTORCH_CUDA.get().cloned().unwrap_or(Ok(()))
}
