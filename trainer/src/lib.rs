//! Trains L2M-GAN, the face editor (Yang et al., CVPR 2021), with libtorch.
//!
//! ```text
//! data ──► Sampler ──► edit ──► discriminator step ──► editor step ──► average ──► checkpoint
//!          (batch of     (SE, T, G)        (objective, losses, Adam)              (model, parity,
//!           step n)                                                                training state)
//! ```

pub mod adam;
pub mod average;
pub mod checkpoint;
pub mod classify;
pub mod config;
pub mod cuda;
pub mod data;
pub mod edit;
pub mod error;
pub mod evaluate;
pub mod fit;
pub mod grid;
pub mod import;
pub mod losses;
pub mod model;
pub mod networks;
pub mod objective;
pub mod parity;
pub mod pickle;
pub mod progress;
pub mod run_folder;
pub mod weights;
