//! PyTorch's zip-of-pickle files (`.pth`, `.ckpt`), read as data and never executed.

use crate::{
    error::TrainError,
    weights::{self, Weights},
};
use candle_core::{DType, Tensor as CandleTensor, pickle};
use std::path::Path;
use tch::Tensor;

/// Reads the state dictionary in `path`, or the one under `key` inside it. Floating-point tensors
/// become 32-bit floats; integer ones (batch norms' counters) are left out.
///
/// # Errors
/// [`TrainError::Weights`] when the file is not such a file, wants anything but tensors and plain
/// containers, or has no `key`.
pub fn read(path: &Path, key: Option<&str>) -> Result<Weights, TrainError> {
    let wrong = |reason: String| TrainError::Weights {
        path: path.into(),
        reason,
    };
    let tensors = pickle::read_all_with_key(path, key).map_err(|e| wrong(e.to_string()))?;
    if tensors.is_empty() {
        let place = key.map_or(String::new(), |key| format!(" under {key:?}"));
        return Err(wrong(format!("found no tensors{place}")));
    }
    tensors
        .into_iter()
        .filter(|(_, tensor)| tensor.dtype().is_float())
        .map(|(name, tensor)| {
            let converted = convert(&tensor).map_err(|e| wrong(format!("{name}: {e}")))?;
            Ok((name, converted))
        })
        .collect()
}

/// Reads a state dictionary: a safetensors file, or PyTorch's own format, there under the first of
/// `keys` that it has or else at the top.
///
/// # Errors
/// [`TrainError::Weights`] or [`TrainError::Torch`].
pub fn read_any(path: &Path, keys: &[&str]) -> Result<Weights, TrainError> {
    if path.extension().is_some_and(|end| end == "safetensors") {
        return weights::read(path);
    }
    let found = keys.iter().find_map(|key| read(path, Some(key)).ok());
    found.map_or_else(|| read(path, None), Ok)
}

fn convert(tensor: &CandleTensor) -> Result<Tensor, candle_core::Error> {
    let shape: Vec<i64> = tensor.dims().iter().map(|&side| side as i64).collect();
    let values: Vec<f32> = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    Ok(Tensor::from_slice(&values).reshape(shape))
}
