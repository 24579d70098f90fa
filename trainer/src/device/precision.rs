//! The precision that libtorch computes in.

use crate::libtorch::Autocast;
use tch::Device;

/// Runs `work` with convolutions and products in bfloat16.
pub(super) fn in_bfloat16<T>(device: Device, work: impl FnOnce() -> T) -> T {
    let _mode = Autocast::enter(device, true);
    work()
}

/// Runs `work` in float32, also inside [`super::Speed::mixed`].
pub fn in_float32<T>(device: Device, work: impl FnOnce() -> T) -> T {
    let _mode = Autocast::enter(device, false);
    work()
}
