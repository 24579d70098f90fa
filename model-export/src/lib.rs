//! Turns a checkpoint into a bundle: ONNX graphs, manifest, parity sample and model card.
//!
//! ```text
//! checkpoint ─► weights ─► style_encoder,     ─► rewrite ─► precision ─► onnx ─► bundle_writer ─► bundle
//!                          style_transformer,    (exact)    norms,                (atomic,
//!                          generator, classifier,           floats, integers,      signed)
//!                          face_mask (plain graphs)         measured
//! ```

pub mod archive;
pub mod blocks;
pub mod bundle_writer;
pub mod classifier;
pub mod cli;
pub mod error;
pub mod export;
pub mod face_mask;
pub mod generator;
pub mod graph;
pub mod inspect;
pub mod layers;
pub mod model_card;
pub mod networks;
pub mod onnx;
pub mod op;
pub mod precision;
pub mod report;
pub mod rewrite;
pub mod runtime;
pub mod sign;
pub mod style_encoder;
pub mod style_transformer;
pub mod weights;

pub use error::{ExportError, Result};
