//! The ways to compute a step that a benchmark compares.

use crate::{device::Speed, error::TrainError};
use tch::Device;

/// Steps between R1 penalties where they are lazy (Karras et al. 2020).
const LAZY_R1: u64 = 16;

/// How often the R1 penalty is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum R1 {
    /// At every step.
    Every,
    /// At every [`LAZY_R1`]th step.
    Lazy,
}

/// A figure of the two kinds of step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ByPenalty<T> {
    /// Of a step without R1.
    pub(super) without: T,
    /// Of a step with R1.
    pub(super) with: T,
}

/// One way to compute a step.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    /// As `--variants` takes it.
    pub(super) key: &'static str,
    pub(super) name: String,
    pub(super) speed: Speed,
    pub(super) r1: R1,
}

impl Variant {
    /// The mean of a figure over steps without and with R1, weighted by how often each comes.
    pub(super) fn mean(&self, figure: ByPenalty<f64>) -> f64 {
        match self.r1 {
            R1::Lazy => (figure.without * (LAZY_R1 - 1) as f64 + figure.with) / LAZY_R1 as f64,
            R1::Every => figure.with,
        }
    }

    /// Those of these short names, in the order of the table; all for none.
    ///
    /// # Errors
    /// [`TrainError::Usage`] listing the names.
    pub(super) fn chosen(device: Device, names: &[String]) -> Result<Vec<Self>, TrainError> {
        let mut variants = Self::all(device);
        let known: Vec<&str> = variants.iter().map(|variant| variant.key).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(TrainError::Usage(format!(
                "--variants: found {name:?}, expected some of: {}",
                known.join(", ")
            )));
        }
        variants.retain(|variant| names.is_empty() || names.iter().any(|name| name == variant.key));
        Ok(variants)
    }

    /// Plain first; each further one adds a switch that `device` has.
    fn all(device: Device) -> Vec<Self> {
        let variant = |key, name: &str, speed| Self {
            key,
            name: name.into(),
            speed,
            r1: R1::Every,
        };
        let rewritten = Speed {
            rewrites: true,
            ..Speed::PLAIN
        };
        let channels_last = Speed {
            channels_last: true,
            ..rewritten
        };
        let mut variants = vec![
            variant("plain", "plain, float32", Speed::PLAIN),
            variant("rewrites", "rewrites", rewritten),
            variant("channels-last", "rewrites, channels last", channels_last),
        ];
        let mut best = rewritten;
        if device != Device::Cpu {
            best.pinned = true;
            variants.push(variant("pinned", "rewrites, pinned copies", best));
            best.tf32 = true;
            variants.push(variant("tf32", "… and TF32", best));
            best.bf16 = true;
            variants.push(variant("bf16", "… and bfloat16", best));
            best.channels_last = true;
            variants.push(variant("all", "… and channels last", best));
        }
        let switches = match device {
            Device::Cpu => "rewrites",
            _ => "all of the last",
        };
        let name = format!("{switches}, R1 every {LAZY_R1} steps");
        variants.push(Self {
            r1: R1::Lazy,
            ..variant("lazy-r1", &name, best)
        });
        variants
    }
}
