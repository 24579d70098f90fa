//! The ways to compute a step that a benchmark compares.

use crate::device::Speed;
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

    /// Plain first; each further one adds a switch that `device` has.
    pub(super) fn all(device: Device) -> Vec<Self> {
        let variant = |name: &str, speed| Self {
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
            variant("plain, float32", Speed::PLAIN),
            variant("rewrites", rewritten),
            variant("rewrites, channels last", channels_last),
        ];
        let mut best = rewritten;
        if device != Device::Cpu {
            best.pinned = true;
            variants.push(variant("rewrites, pinned copies", best));
            best.tf32 = true;
            variants.push(variant("… and TF32", best));
            best.bf16 = true;
            variants.push(variant("… and bfloat16", best));
            best.channels_last = true;
            variants.push(variant("… and channels last", best));
        }
        let switches = match device {
            Device::Cpu => "rewrites",
            _ => "all of the last",
        };
        variants.push(Self {
            r1: R1::Lazy,
            ..variant(&format!("{switches}, R1 every {LAZY_R1} steps"), best)
        });
        variants
    }
}
