//! Memory that the system does not move, from which a GPU copies on its own.

use tch::{Device, Tensor};

/// A copy in page-locked memory.
///
/// `Tensor::pin_memory` of tch always names a device, which libtorch deprecates and says at every call; the
/// operator behind it takes the same argument in silence.
pub(crate) fn page_locked(tensor: &Tensor, device: Device) -> Tensor {
    tensor.internal_pin_memory(device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, panic, process::Command};
    use tch::Kind;

    #[test]
    fn page_locking_is_not_announced_as_deprecated() {
        /// Set in a process of its own, whose standard error libtorch writes to.
        const CALL: &str = "TRAINER_TEST_PAGE_LOCKED";
        const NAME: &str =
            "device::page_locked::tests::page_locking_is_not_announced_as_deprecated";
        let device = Device::Cuda(0);
        if let Some(call) = env::var_os(CALL) {
            let tensor = Tensor::zeros([4], (Kind::Float, Device::Cpu));
            // Without a GPU there is no such memory, which is said after what is deprecated.
            let _ = panic::catch_unwind(|| match call.to_str() {
                Some("ours") => page_locked(&tensor, device),
                _ => tensor.pin_memory(device),
            });
            return;
        }
        // With the word before it: a panic names the test.
        let warns = |call: &str| {
            let mut command = Command::new(env::current_exe().unwrap());
            command
                .args(["--exact", NAME, "--nocapture"])
                .env(CALL, call);
            let output = command.output().unwrap();
            String::from_utf8_lossy(&output.stderr).contains("is deprecated")
        };
        assert!(warns("theirs"));
        assert!(!warns("ours"));
    }
}
