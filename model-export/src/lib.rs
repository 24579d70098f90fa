//! Turns a checkpoint into a bundle: ONNX graphs, manifest, parity sample and model card.
//!
//! ```text
//! checkpoint ─► weights ─► generator, style_encoder, ─► rewrite ─► onnx ─► bundle_writer ─► bundle
//!                          style_transformer, classifier   (exact)            (atomic)
//!                          (plain graphs)
//! ```

pub mod blocks;
pub mod bundle_writer;
pub mod classifier;
pub mod cli;
pub mod error;
pub mod export;
pub mod generator;
pub mod graph;
pub mod layers;
pub mod model_card;
pub mod networks;
pub mod onnx;
pub mod op;
pub mod proto;
pub mod rewrite;
pub mod style_encoder;
pub mod style_transformer;
pub mod weights;

pub use error::{ExportError, Result};
