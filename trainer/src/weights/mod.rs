//! Named tensors on disk (safetensors; PyTorch's files are read, too), copied into networks by name.

mod labelled;
pub mod pickle;
mod rename;
mod source;
mod stranger;

pub use rename::RenameTable;
pub use source::Source;

pub(crate) use labelled::{Label, check_target, label_field, write_labelled};

use crate::error::TrainError;
use output::OutputFile;
use std::{collections::BTreeMap, path::Path};
use tch::{Kind, Tensor, nn::VarStore};

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

/// Refuses numbers that are not finite: a network with one draws nothing but them.
///
/// # Errors
/// [`TrainError::Weights`] naming the first such tensors of `path`.
pub(crate) fn check_finite(weights: &Weights, path: &Path) -> Result<(), TrainError> {
    let wrong = weights.iter().filter_map(|(name, tensor)| {
        let values = tensor.reshape([-1]);
        let strange = values.isfinite().logical_not();
        let count = strange.sum(Kind::Int64).int64_value(&[]);
        if count == 0 {
            return None;
        }
        let first = strange
            .to_kind(Kind::Int64)
            .argmax(0, false)
            .int64_value(&[]);
        Some(format!(
            "{name}: found {} at element {first} ({count} such of {}), expected finite numbers",
            values.double_value(&[first]),
            values.size()[0],
        ))
    });
    refuse(wrong.collect(), path)
}

/// An error of the first `problems`, where there are any.
fn refuse(mut problems: Vec<String>, path: &Path) -> Result<(), TrainError> {
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

/// Writes `weights` to `path`, a name that is ours, whole or not at all.
///
/// # Errors
/// [`TrainError::Torch`] or [`TrainError::Output`], naming the file.
pub fn write(path: &Path, weights: &Weights) -> Result<(), TrainError> {
    let file = OutputFile::create(path, |_| Ok(()))?;
    write_tensors(file.path(), weights, path)?;
    Ok(file.finish()?)
}

fn write_tensors(to: &Path, weights: &Weights, label: &Path) -> Result<(), TrainError> {
    // Files hold rows of values, whatever the memory order.
    let tensors: Vec<(&String, Tensor)> = weights
        .iter()
        .map(|(name, tensor)| (name, tensor.contiguous()))
        .collect();
    Tensor::write_safetensors(&tensors, to)
        .map_err(TrainError::torch(format!("writing {}", label.display())))
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

/// Copies `from`, whose names start with `prefix`, into `targets`; every target must have its tensor.
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
        let name = format!("{prefix}{name}");
        match from.get(&name) {
            Some(tensor) if tensor.size() == target.size() => {
                tch::no_grad(|| target.shallow_clone().copy_(tensor));
            }
            found => problems.push(unlike(&name, found, target)),
        }
    }
    refuse(problems, path)
}

/// Copies `from` into `targets`, which must have the same names and shapes.
///
/// # Errors
/// [`TrainError::Weights`] naming every missing, misshapen and extra tensor of `path`.
pub fn copy_exactly(targets: &Weights, from: &Weights, path: &Path) -> Result<(), TrainError> {
    let wrong = targets.iter().filter_map(|(name, target)| {
        let found = from.get(name);
        let fits = found.is_some_and(|tensor| tensor.size() == target.size());
        (!fits).then(|| unlike(name, found, target))
    });
    let extra = from
        .iter()
        .filter(|(name, _)| !targets.contains_key(*name))
        .map(|(name, tensor)| format!("{name}: found {:?}, expected none", tensor.size()));
    let problems: Vec<String> = wrong.chain(extra).collect();
    if problems.is_empty() {
        return copy_into(targets, from, "", path);
    }
    Err(TrainError::Weights {
        path: path.into(),
        reason: format!(
            "{} tensors do not fit:\n  {}",
            problems.len(),
            problems.join("\n  ")
        ),
    })
}

fn unlike(name: &str, found: Option<&Tensor>, target: &Tensor) -> String {
    let expected = target.size();
    match found {
        None => format!("{name}: missing, expected {expected:?}"),
        Some(tensor) => format!("{name}: found {:?}, expected {expected:?}", tensor.size()),
    }
}

/// `weights` without `prefix` where a name has it (`module.` of a data-parallel run).
#[must_use]
pub(crate) fn without_prefix(weights: Weights, prefix: &str) -> Weights {
    let strip = |name: String| {
        name.strip_prefix(prefix)
            .map_or(name.clone(), str::to_owned)
    };
    weights
        .into_iter()
        .map(|(name, tensor)| (strip(name), tensor))
        .collect()
}
