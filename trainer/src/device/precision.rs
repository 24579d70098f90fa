//! The precision that libtorch computes in, where tch does not bind it.

use tch::Device;

/// Allows or forbids TF32, in which CUDA's tensor cores multiply float32 with 10 bits of mantissa.
pub(super) fn set_tf32(allowed: bool) {
    // SAFETY: these are libtorch's own functions with the signatures of ATen/Context.h; the context
    // they get is the one the first of them returns, and lives as long as the process.
    #[allow(unsafe_code, reason = "tch does not bind TF32")]
    unsafe {
        let context = global_context();
        set_allow_tf32_cublas(context, allowed);
        set_allow_tf32_cudnn(context, allowed);
    }
}

/// Runs `work` with convolutions and products in bfloat16.
pub(super) fn in_bfloat16<T>(device: Device, work: impl FnOnce() -> T) -> T {
    with_autocast(device, true, work)
}

/// Runs `work` in float32, also inside [`super::Speed::mixed`].
pub fn in_float32<T>(device: Device, work: impl FnOnce() -> T) -> T {
    with_autocast(device, false, work)
}

/// `c10::DeviceType` of a device.
fn device_type(device: Device) -> i8 {
    i8::from(device != Device::Cpu)
}

/// Restores the mode of this thread when dropped, so that a panic leaves it as it was.
struct Mode {
    device: i8,
    before: bool,
}

impl Drop for Mode {
    fn drop(&mut self) {
        // SAFETY: see `with_autocast`.
        #[allow(unsafe_code, reason = "tch has no bfloat16 autocast")]
        unsafe {
            if decrement_nesting() == 0 {
                clear_cache();
            }
            set_autocast_enabled(self.device, self.before);
        }
    }
}

fn with_autocast<T>(device: Device, enabled: bool, work: impl FnOnce() -> T) -> T {
    /// `c10::ScalarType::BFloat16`.
    const BFLOAT16: i8 = 15;
    let device = device_type(device);
    // SAFETY: libtorch's own functions with the signatures of ATen/autocast_mode.h, both enumerations
    // being one signed byte there; they only change state of this thread.
    #[allow(unsafe_code, reason = "tch has no bfloat16 autocast")]
    let mode = unsafe {
        let before = is_autocast_enabled(device);
        set_autocast_dtype(device, BFLOAT16);
        set_autocast_enabled(device, enabled);
        increment_nesting();
        Mode { device, before }
    };
    let result = work();
    drop(mode);
    result
}

#[repr(C)]
struct Context {
    _private: [u8; 0],
}

// SAFETY: the names hold the types of the arguments, so that a libtorch whose functions take others does not link; the
// results are those of its headers.
#[allow(unsafe_code, reason = "functions of libtorch that tch does not bind")]
unsafe extern "C" {
    #[link_name = "_ZN2at13globalContextEv"]
    fn global_context() -> *mut Context;
    #[link_name = "_ZN2at7Context18setAllowTF32CuBLASEb"]
    fn set_allow_tf32_cublas(context: *mut Context, allowed: bool);
    #[link_name = "_ZN2at7Context17setAllowTF32CuDNNEb"]
    fn set_allow_tf32_cudnn(context: *mut Context, allowed: bool);
    #[link_name = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE"]
    fn is_autocast_enabled(device: i8) -> bool;
    #[link_name = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb"]
    fn set_autocast_enabled(device: i8, enabled: bool);
    #[link_name = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE"]
    fn set_autocast_dtype(device: i8, kind: i8);
    #[link_name = "_ZN2at8autocast17increment_nestingEv"]
    fn increment_nesting() -> i32;
    #[link_name = "_ZN2at8autocast17decrement_nestingEv"]
    fn decrement_nesting() -> i32;
    #[link_name = "_ZN2at8autocast11clear_cacheEv"]
    fn clear_cache();
}
