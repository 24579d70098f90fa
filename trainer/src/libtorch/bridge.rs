//! What `bridge.cpp` offers of libtorch.

use std::ffi::{CStr, c_char, c_int, c_void};
use torch_sys::C_tensor;

// SAFETY: the declarations are those of `bridge.cpp`, which is compiled with this crate.
#[allow(unsafe_code, reason = "declares the functions of bridge.cpp")]
unsafe extern "C" {
    fn libtorch_free_text(text: *mut c_char);
    pub(super) fn libtorch_adam(
        parameters: *const *mut C_tensor,
        gradients: *const *mut C_tensor,
        first_moments: *const *mut C_tensor,
        second_moments: *const *mut C_tensor,
        count: usize,
        step: *mut C_tensor,
        rate: f64,
        beta1: f64,
        beta2: f64,
        weight_decay: f64,
        epsilon: f64,
    ) -> *mut c_char;
    pub(super) fn libtorch_lerp(
        tensors: *const *mut C_tensor,
        towards: *const *mut C_tensor,
        count: usize,
        weight: f64,
    ) -> *mut c_char;
    pub(super) fn libtorch_allow_tf32(allowed: bool);
    pub(super) fn libtorch_set_cudnn_candidates(count: c_int);
    pub(super) fn libtorch_cudnn_candidates() -> c_int;
    pub(super) fn libtorch_enter_autocast(cuda: bool, enabled: bool) -> bool;
    pub(super) fn libtorch_leave_autocast(cuda: bool, before: bool);
    pub(super) fn libtorch_cuda_stream(device: c_int, stream: *mut *mut c_void) -> *mut c_char;
    pub(super) fn libtorch_start_counting() -> u64;
    pub(super) fn libtorch_stop_counting(
        handle: u64,
        each: unsafe extern "C" fn(*mut c_void, *const c_char, i64, i64),
        receiver: *mut c_void,
    );
}

/// Turns what a function of a bridge returned into a result. libtorch's reasons have a stack of C++ below their first
/// line, which says nothing to a user.
pub(crate) fn checked(reason: *mut c_char) -> Result<(), String> {
    if reason.is_null() {
        return Ok(());
    }
    // SAFETY: not null, so a text ended by zero that malloc made, which nobody else has.
    #[allow(unsafe_code, reason = "takes over a text of C++")]
    let text = unsafe {
        let text = CStr::from_ptr(reason).to_string_lossy().into_owned();
        libtorch_free_text(reason);
        text
    };
    Err(text.lines().next().unwrap_or_default().to_owned())
}
