//! Which execution provider runs a model, for the reports of `edge run`, `check` and `bench`.

use crate::inference::{
    model::Model,
    provider::{Choice, Failure, Precision, Provider},
};
use serde::Serialize;
use std::path::Path;

/// The execution provider of a run.
#[derive(Debug, Clone, Serialize)]
pub struct ProviderReport {
    /// What `--provider` asked for.
    pub asked: String,
    /// What ran.
    pub running: Provider,
    /// Arithmetic it was asked for.
    pub precision: Precision,
    /// Which were tried before, and why they did not run.
    pub failures: Vec<Failure>,
    /// The ONNX Runtime library.
    pub library: String,
}

impl ProviderReport {
    /// Of a model that was opened.
    #[must_use]
    pub fn new(asked: Choice, model: &Model, library: &Path) -> Self {
        Self {
            asked: asked.to_string(),
            running: model.provider(),
            precision: model.precision(),
            failures: model.failures().to_vec(),
            library: library.display().to_string(),
        }
    }
}
