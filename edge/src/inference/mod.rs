//! The model on an execution provider of ONNX Runtime: found, opened, checked, run.

pub mod bundle_path;
pub mod check;
pub mod engine_cache;
pub mod model;
pub mod parity;
pub mod provider;
pub mod provider_report;
pub mod runtime;
