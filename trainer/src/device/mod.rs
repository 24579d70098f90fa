//! Where and how a program computes: the CPU or a CUDA GPU, in which precision and memory order.

pub(crate) mod memory;
mod precision;
mod speed;

pub use precision::in_float32;
pub use speed::Speed;

use tch::Device;

/// Loads `libtorch_cuda.so` where the loader finds it (e.g. `LD_LIBRARY_PATH` at a CUDA build of
/// the same libtorch). Must run before any other use of libtorch: asking it for CUDA earlier
/// hides CUDA for good.
pub fn load() {
    // SAFETY: loading a shared library runs its initialisers; libtorch's only register its CUDA
    // backend, and no thread of ours exists yet.
    #[allow(unsafe_code, reason = "the standard library cannot load a library")]
    unsafe {
        libc::dlopen(
            c"libtorch_cuda.so".as_ptr(),
            libc::RTLD_NOW | libc::RTLD_GLOBAL,
        );
    }
}

/// The first CUDA GPU, or the CPU, named in the log either way.
#[must_use]
pub(crate) fn choose() -> Device {
    let device = Device::cuda_if_available();
    match device {
        Device::Cpu => log::info!(
            "device: the CPU with {} threads (no CUDA build of libtorch was found)",
            tch::get_num_threads()
        ),
        _ => log::info!("device: {device:?}"),
    }
    device
}

/// Name of the processor or GPU, for a model card.
#[must_use]
pub(crate) fn hardware(device: Device) -> String {
    if device != Device::Cpu {
        return format!("{device:?}");
    }
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| {
            rest.trim_matches([' ', '\t', ':'])
        });
    format!("{model}, {} threads", tch::get_num_threads())
}
