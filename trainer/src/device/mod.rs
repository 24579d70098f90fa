//! Where and how a program computes: the CPU or a CUDA GPU, in which precision and memory order.

mod choice;
mod cuda;
mod driver;
mod library;
pub(crate) mod memory;
mod page_locked;
mod precision;
mod speed;

pub use choice::DeviceChoice;
pub(crate) use page_locked::page_locked;
pub use precision::in_float32;
pub use speed::Speed;

use tch::Device;

/// Loads `libtorch_cuda.so` where the loader finds it (e.g. `LD_LIBRARY_PATH` at a CUDA build of
/// the same libtorch). Must run before any other use of libtorch: asking it for CUDA earlier
/// hides CUDA for good.
pub fn load() {
    library::load_cuda();
}

/// Name of the processor or GPU, for log, run and model card.
#[must_use]
pub(crate) fn hardware(device: Device) -> String {
    if let Device::Cuda(number) = device {
        return match driver::ask() {
            Ok(driver) => match driver.cards.get(number) {
                Some(card) => format!("{card}, driver for CUDA {}", driver.supports),
                None => format!("{device:?}"),
            },
            Err(_) => format!("{device:?}"),
        };
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

/// Name of a GPU as its maker calls it.
pub(crate) fn card_name(device: Device) -> Option<&'static str> {
    let Device::Cuda(number) = device else {
        return None;
    };
    let driver = driver::ask().as_ref().ok()?;
    driver.cards.get(number).map(|card| card.name.as_str())
}

/// Bytes in use: of the GPU, by all programs; of this process where it computes on the CPU, at most so far.
pub(crate) fn memory_held(device: Device) -> Option<u64> {
    match device {
        Device::Cuda(_) => driver::memory_in_use(),
        _ => memory::peak(),
    }
}
