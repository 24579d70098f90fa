//! ONNX Runtime on the processor, for calibration and for measuring what a precision costs.

use crate::error::{ExportError, Result};
use ndarray::ArrayD;
use onnx_runtime::Library;
use ort::{
    session::{Session as OrtSession, builder::GraphOptimizationLevel},
    value::TensorRef,
};
use std::{collections::BTreeMap, path::Path, thread::available_parallelism};

/// Arrays by the names of a graph's inputs or outputs.
pub type Arrays = BTreeMap<String, ArrayD<f32>>;

/// A loaded ONNX Runtime.
pub struct Runtime {
    library: Library,
    threads: usize,
}

impl Runtime {
    /// Loads the library at `explicit`, or from where the mirror finds it.
    ///
    /// # Errors
    /// [`ExportError::NoRuntime`].
    pub fn load(explicit: Option<&Path>) -> Result<Self> {
        Ok(Self {
            library: Library::load(explicit, env!("CARGO_PKG_NAME"))?,
            threads: available_parallelism().map_or(1, |count| count.get().min(4)),
        })
    }

    /// The same, computing on so many threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Opens the ONNX model `bytes`, called `name` in messages.
    ///
    /// # Errors
    /// [`ExportError::Runtime`].
    pub fn open(&self, name: &str, bytes: &[u8]) -> Result<Session> {
        let build = || {
            OrtSession::builder(self.library.environment())?
                .with_optimization_level(GraphOptimizationLevel::All)?
                .with_intra_threads(self.threads)?
                .with_inter_threads(1)?
                .with_intra_op_spinning(false)?
                .commit_from_memory(bytes)
        };
        Ok(Session {
            name: name.into(),
            session: build().map_err(|error: ort::Error| failed(name, &error))?,
        })
    }
}

/// An opened graph.
pub struct Session {
    name: String,
    session: OrtSession,
}

impl Session {
    /// Outputs by name.
    ///
    /// # Errors
    /// [`ExportError::Runtime`].
    pub fn run(&mut self, inputs: &[(&str, &ArrayD<f32>)]) -> Result<Arrays> {
        let name = &self.name;
        let failed = |error: ort::Error| failed(name, &error);
        let mut values = Vec::with_capacity(inputs.len());
        for (input, array) in inputs {
            let value = TensorRef::from_array_view(*array).map_err(failed)?;
            values.push((*input, value));
        }
        let outputs = self.session.run(values).map_err(failed)?;
        let mut arrays = Arrays::new();
        for (output, value) in &outputs {
            let array = value.try_extract_array::<f32>().map_err(failed)?;
            arrays.insert(output.to_owned(), array.to_owned());
        }
        Ok(arrays)
    }
}

fn failed(name: &str, error: &ort::Error) -> ExportError {
    ExportError::Runtime {
        graph: name.into(),
        reason: error.message().trim().into(),
    }
}
