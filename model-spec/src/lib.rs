//! The contract between `trainer`, `model-export` and `edge`.
//!
//! ```text
//! trainer ──► Checkpoint (checkpoint.json + model.safetensors + parity.safetensors)
//!                 └─► model-export ──► Bundle (manifest.json + graphs + parity.safetensors),
//!                                          a folder or one .tar
//!                                          └─► edge
//! ```
//!
//! Every constant that two programs need exists here once: [`pixel`] ranges, [`attribute`]s and
//! their domains, [`tensor`] names, the meaning of a [`strength`], the [`manifest`], digests.

#![warn(unreachable_pub)]

pub mod architecture;
pub mod attribute;
pub mod bundle;
pub mod checkpoint;
pub mod container;
pub mod digest;
pub mod displacement;
pub mod error;
mod fidelity;
mod framing;
#[cfg(test)]
mod fuzzed;
pub mod graph;
pub mod jpeg;
mod json;
pub mod light;
pub mod manifest;
pub mod network;
pub mod pixel;
pub mod precision;
mod provenance;
pub mod signature;
pub mod strength;
pub mod tensor;

pub use architecture::{Architecture, OutputForm};
pub use attribute::{Attribute, AttributeSet};
pub use bundle::Bundle;
pub use checkpoint::CheckpointSpec;
pub use error::SpecError;
pub use fidelity::Fidelity;
pub use framing::Framing;
pub use graph::{GraphKind, GraphSpec, Graphs};
pub use light::Light;
pub use manifest::Manifest;
pub use pixel::ColourMode;
pub use precision::{Norms, Precision};
pub use provenance::Provenance;
pub use strength::EditWeights;
