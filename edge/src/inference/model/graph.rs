//! One graph of a bundle: opened, checked against its manifest, run.

use crate::{
    error::EdgeError,
    inference::runtime::{Opener, Runtime},
};
use model_spec::{
    Bundle, GraphSpec,
    graph::{Dimension, TensorSpec},
};
use ort::{
    session::{Session, SessionOutputs},
    value::{Outlet, TensorElementType, TensorRef, ValueType},
};
use std::path::PathBuf;

/// A graph, ready to run.
pub(super) struct Graph {
    path: PathBuf,
    session: Session,
    /// Shapes of one face's inputs, in the graph's order, without the batch.
    inputs: Vec<Vec<usize>>,
}

/// Why a graph does not open.
pub(super) enum OpenError {
    /// The provider cannot; another may.
    Provider(String),
    /// The bundle is not what its manifest says.
    Contract(EdgeError),
}

impl Graph {
    /// Opens it and checks its inputs and outputs.
    pub(super) fn open(
        bundle: &Bundle,
        runtime: &Runtime,
        opener: &Opener,
        spec: &GraphSpec,
    ) -> Result<Self, OpenError> {
        let path = bundle.path(&spec.file);
        let bytes = bundle
            .read(&spec.file)
            .map_err(|error| OpenError::Contract(error.into()))?;
        let session = runtime
            .open_graph(spec.file.trim_end_matches(".onnx"), &bytes, opener)
            .map_err(|reason| OpenError::Provider(format!("{}: {reason}", spec.file)))?;
        for (what, outlets, specs) in [
            ("inputs", session.inputs(), &spec.inputs),
            ("outputs", session.outputs(), &spec.outputs),
        ] {
            let (found, expected) = (described(outlets), expected(specs));
            if found != expected {
                return Err(OpenError::Contract(EdgeError::Graph {
                    path,
                    field: what.into(),
                    found,
                    expected,
                }));
            }
        }
        let inputs = spec.inputs.iter().map(fixed_sides).collect();
        Ok(Self {
            path,
            session,
            inputs,
        })
    }

    /// Runs `N` faces; every slice holds whole faces of its input's shape, and those behind the
    /// graph's last input are not read.
    pub(super) fn run(&mut self, inputs: &[&[f32]]) -> Result<SessionOutputs<'_>, EdgeError> {
        let path = &self.path;
        let failed = |error: ort::Error| EdgeError::runtime(path.display().to_string(), error);
        let mut values = Vec::with_capacity(inputs.len());
        for (data, sides) in inputs.iter().zip(&self.inputs) {
            let face: usize = sides.iter().product();
            let batch = data.len() / face;
            let shape: Vec<usize> = std::iter::once(batch)
                .chain(sides.iter().copied())
                .collect();
            let value = TensorRef::from_array_view((shape, *data)).map_err(failed)?;
            values.push(ort::session::SessionInputValue::from(value));
        }
        self.session.run(&values[..]).map_err(failed)
    }
}

/// Copies an output, by name.
pub(super) fn read(
    outputs: &SessionOutputs<'_>,
    name: &str,
    into: &mut Vec<f32>,
) -> Result<(), EdgeError> {
    let output = outputs
        .get(name)
        .ok_or_else(|| EdgeError::Internal(format!("no output {name}")))?;
    let (_, data) = output
        .try_extract_tensor::<f32>()
        .map_err(|error| EdgeError::runtime(format!("output {name}"), error))?;
    into.clear();
    into.extend_from_slice(data);
    Ok(())
}

fn fixed_sides(spec: &TensorSpec) -> Vec<usize> {
    let sides = spec.shape.iter().filter_map(|side| match side {
        Dimension::Fixed(side) => Some(*side),
        Dimension::Free(_) => None,
    });
    sides.collect()
}

/// `image float32 [?, 1, 64, 64], style float32 [?, 64]`
fn expected(specs: &[TensorSpec]) -> String {
    let tensors = specs.iter().map(|spec| {
        let sides = spec.shape.iter().map(|side| match side {
            Dimension::Fixed(side) => side.to_string(),
            Dimension::Free(_) => "?".into(),
        });
        let sides: Vec<_> = sides.collect();
        format!("{} float32 [{}]", spec.name, sides.join(", "))
    });
    tensors.collect::<Vec<_>>().join(", ")
}

fn described(outlets: &[Outlet]) -> String {
    let tensors = outlets.iter().map(|outlet| match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } => {
            let sides = shape.iter().enumerate().map(|(i, &side)| match side {
                -1 => "?".to_owned(),
                // The batch, where a provider was told that it is always one face.
                1 if i == 0 => "?".to_owned(),
                side => side.to_string(),
            });
            let element = match ty {
                TensorElementType::Float32 => "float32".to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            let sides: Vec<_> = sides.collect();
            format!("{} {element} [{}]", outlet.name(), sides.join(", "))
        }
        other => format!("{} {other:?}", outlet.name()),
    });
    tensors.collect::<Vec<_>>().join(", ")
}
