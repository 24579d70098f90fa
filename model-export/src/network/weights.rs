//! The tensors of `model.safetensors`, handed out by name and shape.

use crate::error::{ExportError, Result};
use ndarray::{Array, ArrayD, Dimension, IxDyn};
use safetensors::{Dtype, SafeTensors};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A stored tensor, decoded as far as its element type allows.
struct Stored {
    /// Element type and shape as shown in messages, e.g. `F32 [16, 3, 3, 3]`.
    kind: String,
    shape: Vec<usize>,
    /// Elements in row-major order; `None` for anything but 32-bit floats.
    values: Option<Vec<f32>>,
}

/// All tensors of a weights file.
///
/// The networks ask for each tensor they need. Whatever does not fit is written down and answered
/// with zeros, so that [`Weights::finish`] can name every wrong tensor at once.
pub struct Weights {
    path: PathBuf,
    stored: BTreeMap<String, Stored>,
    problems: Vec<String>,
}

impl Weights {
    /// Reads the safetensors file at `path`.
    ///
    /// # Errors
    /// [`ExportError::Io`] or [`ExportError::Safetensors`].
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(ExportError::io(path))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|reason| ExportError::Safetensors {
            path: path.into(),
            reason,
        })?;
        let stored = file.iter().map(|(name, view)| {
            let decode = || {
                view.data()
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&bytes| f32::from_le_bytes(bytes))
                    .collect()
            };
            let tensor = Stored {
                kind: format!("{:?} {:?}", view.dtype(), view.shape()),
                shape: view.shape().to_vec(),
                values: (view.dtype() == Dtype::F32).then(decode),
            };
            (name.to_owned(), tensor)
        });
        Ok(Self {
            path: path.into(),
            stored: stored.collect(),
            problems: Vec::new(),
        })
    }

    /// No tensors at all, for graphs without weights.
    #[must_use]
    pub fn none() -> Self {
        Self {
            path: PathBuf::new(),
            stored: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Removes every tensor of `network` that no operator of ours reads: the `attention` layers that
    /// official checkpoints carry without using them.
    pub fn take_unused(&mut self, network: &str) -> Vec<(String, ArrayD<f32>)> {
        let prefix = format!("{network}.attention.");
        let names = self.stored.keys().filter(|name| name.starts_with(&prefix));
        let shapes: Vec<_> = names
            .map(|name| (name.clone(), self.stored[name].shape.clone()))
            .collect();
        shapes
            .into_iter()
            .map(|(name, shape)| {
                let array = self.take(&name, IxDyn(&shape));
                (name, array)
            })
            .collect()
    }

    /// Removes the tensor `name` of `shape`; zeros when it is not there as expected.
    pub fn take<D: Dimension>(&mut self, name: &str, shape: D) -> Array<f32, D> {
        let values = self.values(name, shape.slice());
        values
            .and_then(|values| Array::from_shape_vec(shape.clone(), values).ok())
            .unwrap_or_else(|| Array::zeros(shape))
    }

    fn values(&mut self, name: &str, shape: &[usize]) -> Option<Vec<f32>> {
        let Some(tensor) = self.stored.remove(name) else {
            self.problems
                .push(format!("{name}: missing, expected F32 {shape:?}"));
            return None;
        };
        let (Some(values), true) = (tensor.values, tensor.shape == shape) else {
            self.problems.push(format!(
                "{name}: found {}, expected F32 {shape:?}",
                tensor.kind
            ));
            return None;
        };
        let mut wrong = values.iter().enumerate().filter(|(_, v)| !v.is_finite());
        if let Some((index, value)) = wrong.next() {
            self.problems.push(format!(
                "{name}: found {value} at element {index} and {} more such of {}, \
                 expected finite numbers",
                wrong.count(),
                values.len()
            ));
            return None;
        }
        Some(values)
    }

    /// Checks that every tensor was as expected, and that none is left over.
    ///
    /// # Errors
    /// [`ExportError::Weights`] with a line per wrong tensor.
    pub fn finish(mut self) -> Result<()> {
        for (name, tensor) in &self.stored {
            self.problems.push(format!(
                "{name}: found {}, expected no tensor of this name",
                tensor.kind
            ));
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ExportError::Weights {
            path: self.path,
            problems: self.problems,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::{TensorView, serialize};

    #[test]
    fn damaged_weights_are_refused_or_read() {
        let folder = fuzz::folder().unwrap();
        let path = folder.path().join("weights.safetensors");
        let view = |kind, shape: &[usize]| TensorView::new(kind, shape.to_vec(), &[1; 24]).unwrap();
        let tensors = [
            ("a.weight", view(Dtype::F32, &[2, 3])),
            ("a.bias", view(Dtype::F16, &[3, 4])),
        ];
        let seed = serialize(tensors, None).unwrap();
        fuzz::check("export-weights", &[seed], |input| {
            fs::write(&path, input).unwrap();
            if let Ok(mut weights) = Weights::load(&path) {
                drop(weights.take("a.weight", ndarray::Ix2(2, 3)));
                let _ = weights.take_unused("a");
                let _ = weights.finish();
            }
        });
    }
}
