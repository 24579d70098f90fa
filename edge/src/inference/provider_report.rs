//! Which execution provider runs a model, for the reports of `edge run`, `check` and `bench`.

use crate::inference::{
    model::Model,
    provider::{Failure, Precision, Provider, ProviderChoice},
};
use serde::Serialize;
use std::path::Path;

/// The execution provider of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ProviderReport {
    /// What `--provider` asked for.
    pub(crate) asked: String,
    /// What ran.
    pub(crate) running: Provider,
    /// Arithmetic it was asked for.
    pub(crate) precision: Precision,
    /// Which were tried before, and why they did not run.
    pub(crate) failures: Vec<Failure>,
    /// The ONNX Runtime library.
    pub(crate) library: String,
}

impl ProviderReport {
    /// Of a model that was opened.
    #[must_use]
    pub(crate) fn new(asked: ProviderChoice, model: &Model, library: &Path) -> Self {
        Self {
            asked: asked.to_string(),
            running: model.provider(),
            precision: model.precision(),
            failures: model.failures().to_vec(),
            library: library.display().to_string(),
        }
    }
}
