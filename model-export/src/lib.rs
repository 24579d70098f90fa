//! Turns a checkpoint into a bundle: ONNX graphs, manifest, parity sample and model card.
//!
//! ```text
//! checkpoint ─► weights ─► style_encoder,     ─► rewrite ─► precision ─► onnx ─► bundle_writer ─► bundle
//!                          style_transformer,    (exact)    norms,                (atomic,
//!                          generator, classifier,           floats, integers,      signed)
//!                          face_mask (plain graphs)         measured
//! ```

#![warn(unreachable_pub)]

pub mod bundle;
pub mod cli;
pub mod error;
pub mod export;
pub mod graph;
pub mod network;
pub mod onnx;
pub mod precision;
pub mod rewrite;

pub use error::{ExportError, Result};
