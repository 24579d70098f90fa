//! Turns a checkpoint into a bundle: ONNX graphs, manifest, parity sample and model card.
//!
//! ```text
//! checkpoint ─► network ─► rewrite ─► precision ─► onnx ─► bundle
//!               plain      exact      norms, 16 bits,       manifest, model card; atomic, signed
//!               graphs                8 bits; measured
//! ```
//!
//! [`export`] goes this way from end to end; [`graph`] is the form that all but the last two work on, and
//! [`cli`] the command line.

#![warn(unreachable_pub)]

pub mod bundle;
pub mod cli;
pub mod error;
pub mod export;
pub mod graph;
pub mod network;
pub mod onnx;
mod options;
pub mod precision;
pub mod rewrite;

pub use error::{ExportError, Result};
