//! Trains L2M-GAN, the face editor (Yang et al., CVPR 2021), with libtorch.
//!
//! ```text
//! data ──► Sampler ──► edit ──► discriminator step ──► editor step ──► average ──► checkpoint
//!          (batch of     (SE, T, G)        (objective, losses, Adam)              (model, parity,
//!           step n)                                                                training state)
//! ```

pub mod align;
pub mod checkpoint;
pub mod cli;
pub mod config;
pub mod data;
pub mod device;
pub mod editing;
pub mod error;
pub mod evaluation;
pub mod import;
pub mod losses;
pub mod networks;
pub mod optimiser;
pub mod run;
pub mod training;
pub mod weights;
