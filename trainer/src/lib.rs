//! Trains L2M-GAN, the face editor (Yang et al., CVPR 2021), with libtorch.
//!
//! ```text
//! data ──► Sampler ──► edit ──► discriminator step ──► editor step ──► average ──► checkpoint
//!          (batch of     (SE, T, G)        (objective, losses, Adam)              (model, parity,
//!           step n)                                                                training state)
//! ```

pub mod adam;
pub mod applied;
pub mod attributes;
pub mod average;
pub mod bench;
pub mod checkpoint;
pub mod classify;
pub mod config;
pub mod config_file;
pub mod cuda;
pub mod data;
pub mod difference;
pub mod dry_run;
pub mod edit;
pub mod error;
pub mod evaluate;
pub mod fit;
pub mod fit_aligner;
pub mod frechet;
pub mod grid;
pub mod import;
pub mod losses;
pub mod metrics;
pub mod model;
pub mod networks;
pub mod objective;
pub mod parity;
pub mod pickle;
pub mod portrait;
pub mod progress;
pub mod run_folder;
pub mod saver;
pub mod speed;
pub mod stats;
pub mod sweep;
pub mod tensorboard;
pub mod training_step;
pub mod watch;
pub mod weights;
