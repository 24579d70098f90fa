//! What makes a step faster without making it another step: switches of a run's `[speed]` section.

use crate::{error::TrainError, networks::Form};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor, nn::VarStore};

/// Switches; the defaults give the same losses as none of them would, to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speed {
    /// Convolutions next to a resampling as one convolution of fewer multiply-adds.
    pub rewrites: bool,
    /// Images and kernels stored with the channels innermost, as tensor cores want them.
    pub channels_last: bool,
    /// Convolutions and products in bfloat16, weights and norms in float32; R1 is float32 throughout.
    /// Only CUDA GPUs gain from it; elsewhere it is refused.
    pub bf16: bool,
    /// Float32 products on CUDA tensor cores, with 10 bits of mantissa.
    pub tf32: bool,
    /// Batches in page-locked memory, copied to a CUDA GPU while it works.
    pub pinned: bool,
}

impl Default for Speed {
    fn default() -> Self {
        Self {
            rewrites: true,
            channels_last: false,
            bf16: false,
            tf32: true,
            pinned: true,
        }
    }
}

impl Speed {
    /// Nothing but the plain graph in float32.
    pub const PLAIN: Self = Self {
        rewrites: false,
        channels_last: false,
        bf16: false,
        tf32: false,
        pinned: false,
    };

    /// How resampled convolutions are computed.
    #[must_use]
    pub const fn form(self) -> Form {
        if self.rewrites {
            Form::Rewritten
        } else {
            Form::Plain
        }
    }

    /// Refuses what `device` cannot do.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the switch.
    pub fn check(self, device: Device) -> Result<(), TrainError> {
        if self.bf16 && device == Device::Cpu {
            return Err(TrainError::Usage(
                "speed.bf16: found true, expected false: there is no CUDA GPU".into(),
            ));
        }
        Ok(())
    }

    /// Sets what libtorch keeps for the whole process.
    pub fn set_up(self, device: Device) {
        if device != Device::Cpu {
            tch::Cuda::cudnn_set_benchmark(true);
        }
        // SAFETY: these are libtorch's own functions with the signatures of ATen/Context.h; the
        // context they get is the one the first of them returns, and lives as long as the process.
        #[allow(unsafe_code, reason = "tch does not bind TF32")]
        unsafe {
            let context = global_context();
            set_allow_tf32_cublas(context, self.tf32);
            set_allow_tf32_cudnn(context, self.tf32);
        }
    }

    /// Puts kernels into the wanted memory order; their values stay.
    pub fn arrange(self, store: &VarStore) {
        for (_, mut tensor) in store.variables() {
            if tensor.dim() == 4 {
                let plain = tensor.detach().contiguous();
                tensor.set_data(&self.arranged(plain));
            }
        }
    }

    /// Puts a batch of images `[N,C,H,W]` into the wanted memory order.
    pub fn arranged(self, x: Tensor) -> Tensor {
        if self.channels_last {
            channels_last(&x)
        } else {
            x
        }
    }

    /// Runs `work` with convolutions and products in bfloat16 if `bf16` is set.
    pub fn mixed<T>(self, device: Device, work: impl FnOnce() -> T) -> T {
        if self.bf16 {
            with_bf16(device, true, work)
        } else {
            work()
        }
    }
}

/// The same values with the channels innermost in memory.
fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

/// Runs `work` in float32, also inside [`Speed::mixed`].
pub fn in_float32<T>(device: Device, work: impl FnOnce() -> T) -> T {
    with_bf16(device, false, work)
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
        // SAFETY: see `with_bf16`.
        #[allow(unsafe_code, reason = "tch has no bfloat16 autocast")]
        unsafe {
            if decrement_nesting() == 0 {
                clear_cache();
            }
            set_autocast_enabled(self.device, self.before);
        }
    }
}

fn with_bf16<T>(device: Device, enabled: bool, work: impl FnOnce() -> T) -> T {
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
