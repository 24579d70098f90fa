//! The model on an execution provider of ONNX Runtime: found, opened, checked, run.

pub(crate) mod bundle_path;
pub(crate) mod check;
pub(crate) mod engine_cache;
pub(crate) mod model;
pub(crate) mod parity;
mod probe;
pub(crate) mod provider;
pub(crate) mod provider_report;
pub(crate) mod release_record;
pub(crate) mod runtime;
