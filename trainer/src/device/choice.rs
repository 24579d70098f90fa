//! Which device a command is asked to use: `--device`.

use super::{cuda, hardware};
use crate::error::TrainError;
use std::{fmt, str::FromStr};
use tch::Device;

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The first CUDA GPU, or the CPU where there is none.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA GPU of this number, and no other.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().map(Self::Cuda);
        let choice = match text {
            "auto" => Some(Self::Auto),
            "cpu" => Some(Self::Cpu),
            "cuda" => Some(Self::Cuda(0)),
            _ => text.strip_prefix("cuda:").and_then(number),
        };
        choice.ok_or_else(|| "expected cpu, cuda, cuda:N (N from 0) or auto".into())
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl DeviceChoice {
    /// That of a process which is the `local_rank`th of its machine: as many GPUs further.
    #[must_use]
    pub(crate) fn of_rank(self, local_rank: usize) -> Self {
        match self {
            Self::Auto if local_rank > 0 && cuda::check(0).is_ok() => Self::Cuda(local_rank),
            Self::Cuda(number) => Self::Cuda(number + local_rank),
            choice => choice,
        }
    }

    /// The device, named in the log; nothing but [`DeviceChoice::Auto`] falls back to the CPU.
    ///
    /// # Errors
    /// [`TrainError::Device`] saying what of CUDA is missing.
    pub(crate) fn resolve(self) -> Result<Device, TrainError> {
        let (device, reason) = match self {
            Self::Cpu => (Device::Cpu, None),
            Self::Auto => match cuda::check(0) {
                Ok(()) => (Device::Cuda(0), None),
                Err(absence) => (Device::Cpu, Some(absence)),
            },
            Self::Cuda(number) => match cuda::check(number) {
                Ok(()) => (Device::Cuda(number), None),
                Err(absence) => {
                    return Err(TrainError::Device {
                        asked: self.to_string(),
                        reason: absence.to_string(),
                    });
                }
            },
        };
        match (device, reason) {
            (Device::Cpu, None) => log::info!("device: the CPU, {}", hardware(device)),
            (_, Some(absence)) => {
                log::info!("device: the CPU, {}; no GPU: {absence}", hardware(device));
            }
            (Device::Cuda(number), _) => log::info!("device: cuda:{number}, {}", hardware(device)),
            _ => {}
        }
        Ok(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_read_as_it_is_written() {
        for choice in [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(3)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        for text in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CUDA 1", "cpu:1"] {
            assert!(text.parse::<DeviceChoice>().is_err(), "{text:?}");
        }
    }
}
