//! Steps that do not fit into memory fail with advice.

use crate::error::TrainError;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};

/// Runs a step of `batch_size` images; turns libtorch's failure to allocate into an error that says
/// which batch size to try.
///
/// # Errors
/// [`TrainError::OutOfMemory`], or what `work` returns.
pub fn with_memory_hint<T>(
    batch_size: usize,
    work: impl FnOnce() -> Result<T, TrainError>,
) -> Result<T, TrainError> {
    // tch panics where libtorch throws; the networks of a step that failed are not used again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            if !is_out_of_memory(text) {
                resume_unwind(panic);
            }
            Err(TrainError::OutOfMemory { batch_size })
        }
    }
}

/// Whether libtorch's message says that memory is short, on a GPU or in the machine.
fn is_out_of_memory(message: &str) -> bool {
    [
        "out of memory",
        "can't allocate memory",
        "CUDNN_STATUS_ALLOC_FAILED",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// Keeps the panics that [`with_memory_hint`] turns into errors from being reported twice.
pub fn silence_memory_panics() {
    let report = take_hook();
    set_hook(Box::new(move |info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<String>().map_or("", String::as_str);
        if !is_out_of_memory(text) {
            report(info);
        }
    }));
}
