//! Named tensors on disk (safetensors), copied into networks by name.

use crate::error::TrainError;
use std::{collections::BTreeMap, path::Path};
use tch::{Tensor, nn::VarStore};

/// Tensors by name.
pub type Weights = BTreeMap<String, Tensor>;

/// At most this many wrong tensors are named in one error.
const NAMED_IN_ERROR: usize = 5;

/// Reads every tensor of `path`.
///
/// # Errors
/// [`TrainError::Torch`] naming the file.
pub fn read(path: &Path) -> Result<Weights, TrainError> {
    let tensors = Tensor::read_safetensors(path)
        .map_err(TrainError::torch(format!("reading {}", path.display())))?;
    Ok(tensors.into_iter().collect())
}

/// Writes `weights` to `path` and syncs it.
///
/// # Errors
/// [`TrainError::Torch`] or [`TrainError::Io`], naming the file.
pub fn write(path: &Path, weights: &Weights) -> Result<(), TrainError> {
    let tensors: Vec<(&String, &Tensor)> = weights.iter().collect();
    Tensor::write_safetensors(&tensors, path)
        .map_err(TrainError::torch(format!("writing {}", path.display())))?;
    std::fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| TrainError::io(path, e))
}

/// The variables of `store`, each name behind `prefix`.
#[must_use]
pub fn of_store(store: &VarStore, prefix: &str) -> Weights {
    store
        .variables()
        .into_iter()
        .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
        .collect()
}

/// Copies `from`, whose names start with `prefix`, into `targets`; every target must be there.
///
/// # Errors
/// [`TrainError::Weights`] naming the first missing or misshapen tensors of `path`.
pub fn copy_into(
    targets: &Weights,
    from: &Weights,
    prefix: &str,
    path: &Path,
) -> Result<(), TrainError> {
    let mut problems = Vec::new();
    for (name, target) in targets {
        match from.get(&format!("{prefix}{name}")) {
            None => problems.push(format!("{prefix}{name}: missing")),
            Some(tensor) if tensor.size() != target.size() => problems.push(format!(
                "{prefix}{name}: found {:?}, expected {:?}",
                tensor.size(),
                target.size()
            )),
            Some(tensor) => tch::no_grad(|| target.shallow_clone().copy_(tensor)),
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let more = problems.len().saturating_sub(NAMED_IN_ERROR);
    problems.truncate(NAMED_IN_ERROR);
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    Err(TrainError::Weights {
        path: path.into(),
        reason: problems.join("; "),
    })
}
