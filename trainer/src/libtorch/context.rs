//! Settings of libtorch's context: of the whole process, or of a thread.

use super::bridge::{
    checked, libtorch_allow_tf32, libtorch_cuda_stream, libtorch_cudnn_candidates,
    libtorch_enter_autocast, libtorch_leave_autocast, libtorch_set_cudnn_candidates,
};
use std::{ffi::c_void, marker::PhantomData, ptr};
use tch::Device;

/// Allows or forbids TF32, in which CUDA's tensor cores multiply float32 with 10 bits of mantissa.
pub(crate) fn allow_tf32(allowed: bool) {
    // SAFETY: sets two flags of the process.
    #[allow(unsafe_code, reason = "calls C++")]
    unsafe {
        libtorch_allow_tf32(allowed);
    }
}

/// How many kernels cuDNN may try for each shape of convolution before it keeps the fastest; 0 means all it knows.
/// Returns what libtorch then has.
pub(crate) fn set_cudnn_candidates(count: u8) -> i32 {
    // SAFETY: sets and reads a number of the process.
    #[allow(unsafe_code, reason = "calls C++")]
    unsafe {
        libtorch_set_cudnn_candidates(count.into());
        libtorch_cudnn_candidates()
    }
}

/// A thread's autocast to bfloat16, as it was before once this is dropped, also by a panic.
#[derive(Debug)]
pub(crate) struct Autocast {
    cuda: bool,
    before: bool,
    /// The mode is this thread's.
    _one_thread: PhantomData<*const ()>,
}

impl Autocast {
    /// Switches it on or off.
    pub(crate) fn enter(device: Device, enabled: bool) -> Self {
        let cuda = device != Device::Cpu;
        // SAFETY: changes state of this thread only, which `drop` undoes on it.
        #[allow(unsafe_code, reason = "calls C++")]
        let before = unsafe { libtorch_enter_autocast(cuda, enabled) };
        Self {
            cuda,
            before,
            _one_thread: PhantomData,
        }
    }
}

impl Drop for Autocast {
    fn drop(&mut self) {
        // SAFETY: as in `enter`.
        #[allow(unsafe_code, reason = "calls C++")]
        unsafe {
            libtorch_leave_autocast(self.cuda, self.before);
        }
    }
}

/// The `cudaStream_t` on which libtorch queues this thread's work for a GPU, which becomes the thread's current one.
///
/// # Errors
/// libtorch's reason, e.g. that CUDA is not loaded.
pub(crate) fn cuda_stream(device: usize) -> Result<*mut c_void, String> {
    let device = i8::try_from(device).map_err(|_| format!("cuda:{device}: no such device"))?;
    let mut stream = ptr::null_mut();
    // SAFETY: the call fills in the local where it succeeds.
    #[allow(unsafe_code, reason = "calls C++")]
    checked(unsafe { libtorch_cuda_stream(device.into(), &raw mut stream) })?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_of_cudnn_is_bounded() {
        assert_eq!(set_cudnn_candidates(3), 3);
        assert_eq!(set_cudnn_candidates(10), 10);
    }

    #[test]
    fn without_cuda_there_is_no_stream_and_libtorch_says_so() {
        let reason = cuda_stream(0).unwrap_err();
        assert!(reason.to_lowercase().contains("cuda"), "{reason}");
    }
}
