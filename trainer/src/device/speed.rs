//! Switches of a run's `[speed]` section: they make a step faster and leave its result alone.

use super::precision;
use crate::{error::TrainError, libtorch, networks::ConvolutionForm};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor, nn::VarStore};

/// Switches; the defaults give the same losses as [`Speed::PLAIN`], to rounding.
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
    /// Kernels that cuDNN tries for each shape of convolution before it keeps the fastest; 0 means all it knows, which
    /// takes longest before the first steps.
    pub kernel_candidates: u8,
}

/// Of cuDNN's candidates, which come best first by its own guess, so many are tried.
const KERNEL_CANDIDATES: u8 = 4;

impl Default for Speed {
    fn default() -> Self {
        Self {
            rewrites: true,
            channels_last: false,
            bf16: false,
            tf32: true,
            pinned: true,
            kernel_candidates: KERNEL_CANDIDATES,
        }
    }
}

impl Speed {
    /// The plain graph in float32.
    pub const PLAIN: Self = Self {
        rewrites: false,
        channels_last: false,
        bf16: false,
        tf32: false,
        pinned: false,
        kernel_candidates: KERNEL_CANDIDATES,
    };

    /// How resampled convolutions are computed.
    #[must_use]
    pub(crate) const fn convolution_form(self) -> ConvolutionForm {
        if self.rewrites {
            ConvolutionForm::Rewritten
        } else {
            ConvolutionForm::Plain
        }
    }

    /// Refuses switches that `device` does not support.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the switch.
    pub(crate) fn check(self, device: Device) -> Result<(), TrainError> {
        if self.bf16 && device == Device::Cpu {
            return Err(TrainError::Usage(
                "speed.bf16: found true, expected false: there is no CUDA GPU".into(),
            ));
        }
        Ok(())
    }

    /// Sets libtorch's switches of the whole process.
    pub(crate) fn set_up(self, device: Device) {
        if device != Device::Cpu {
            tch::Cuda::cudnn_set_benchmark(true);
            libtorch::set_cudnn_candidates(self.kernel_candidates);
        }
        libtorch::allow_tf32(self.tf32);
    }

    /// Why the first steps take longer than those after them, if they do.
    pub(crate) fn first_steps(self, device: Device) -> Option<String> {
        let candidates = match self.kernel_candidates {
            0 => "all".into(),
            count => count.to_string(),
        };
        (device != Device::Cpu)
            .then(|| format!("first steps: cuDNN tries {candidates} kernels for each convolution"))
    }

    /// Puts kernels into the wanted memory order; their values stay.
    pub(crate) fn arrange(self, store: &VarStore) {
        for (_, mut tensor) in store.variables() {
            if tensor.dim() == 4 {
                let plain = tensor.detach().contiguous();
                tensor.set_data(&self.arranged(plain));
            }
        }
    }

    /// Puts a batch of images `[N,C,H,W]` into the wanted memory order.
    pub(crate) fn arranged(self, x: Tensor) -> Tensor {
        if self.channels_last {
            channels_last(&x)
        } else {
            x
        }
    }

    /// Runs `work` with convolutions and products in bfloat16 if `bf16` is set.
    pub fn mixed<T>(self, device: Device, work: impl FnOnce() -> T) -> T {
        if self.bf16 {
            precision::in_bfloat16(device, work)
        } else {
            work()
        }
    }
}

/// The same values with the channels innermost in memory.
fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}
