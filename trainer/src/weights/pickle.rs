//! PyTorch's zipped pickles (`.pth`, `.ckpt`), read as data and never executed.

use crate::{
    error::TrainError,
    weights::{self, Weights},
};
use candle_core::{
    DType, Tensor as CandleTensor,
    pickle::{self, Object, Stack},
};
use std::{fs::File, io::BufReader, path::Path};
use tch::Tensor;
use zip::ZipArchive;

/// Every name that a file of tensors and plain containers may contain, by module.
const NAMES: [(&str, &[&str]); 5] = [
    ("collections", &["OrderedDict"]),
    (
        "torch",
        &[
            "BFloat16Storage",
            "BoolStorage",
            "ByteStorage",
            "CharStorage",
            "DoubleStorage",
            "FloatStorage",
            "HalfStorage",
            "IntStorage",
            "LongStorage",
            "ShortStorage",
            "Size",
            "Tensor",
        ],
    ),
    ("torch._tensor", &["_rebuild_from_type_v2"]),
    (
        "torch._utils",
        &["_rebuild_parameter", "_rebuild_tensor_v2"],
    ),
    ("torch.nn.parameter", &["Parameter"]),
];

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
    refuse_strange(path).map_err(|e| wrong(e.to_string()))?;
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
pub(crate) fn read_any(path: &Path, keys: &[&str]) -> Result<Weights, TrainError> {
    if path.extension().is_some_and(|end| end == "safetensors") {
        return weights::read(path);
    }
    let found = keys.iter().find_map(|key| read(path, Some(key)).ok());
    found.map_or_else(|| read(path, None), Ok)
}

/// Refuses a pickle that names functions or classes other than those of tensors (our reader would call
/// none, but PyTorch would), or that describes impossible tensors, on which the reader would panic.
fn refuse_strange(path: &Path) -> Result<(), candle_core::Error> {
    let other = |e: zip::result::ZipError| candle_core::Error::Msg(e.to_string());
    let source = File::open(path)?;
    let bytes = source.metadata()?.len();
    let mut archive = ZipArchive::new(BufReader::new(source)).map_err(other)?;
    for entry in 0..archive.len() {
        let entry = archive.by_index(entry).map_err(other)?;
        let file = entry.name().map_err(other)?.into_owned();
        if !file.ends_with("data.pkl") {
            continue;
        }
        let mut reader = BufReader::new(entry);
        let mut stack = Stack::empty();
        // One instruction at a time, so that every object is seen when it is made, even if it is dropped later.
        while !stack.read(&mut reader)? {
            let problem = match stack.stack().last() {
                Some(Object::Class {
                    module_name,
                    class_name,
                }) if !is_known(module_name, class_name) => {
                    let expected = "nothing but tensors and plain containers";
                    format!("found {module_name}.{class_name}, expected {expected}")
                }
                Some(Object::Reduce { callable, args }) if !is_tensor(callable, args, bytes) => {
                    let expected = "a storage, an offset, sides and strides that are in this file";
                    format!("found a tensor made of something else, expected {expected}")
                }
                _ => continue,
            };
            return Err(candle_core::Error::Msg(format!("{file}: {problem}")));
        }
    }
    Ok(())
}

fn is_known(module: &str, class: &str) -> bool {
    let known = |(of, names): &(&str, &[&str])| module == *of && names.contains(&class);
    NAMES.iter().any(known)
}

/// Whether `callable`, a known name, can make a tensor of `args`, in a file of `bytes`.
fn is_tensor(callable: &Object, args: &Object, bytes: u64) -> bool {
    let (Object::Class { class_name, .. }, Object::Tuple(args)) = (callable, args) else {
        return false;
    };
    match (class_name.as_str(), &args[..]) {
        ("_rebuild_tensor_v2", [storage, offset, sides, strides, ..]) => {
            let counts = |numbers: &Object| match numbers {
                Object::Tuple(numbers) => numbers.iter().map(count).collect::<Option<Vec<u64>>>(),
                _ => None,
            };
            let (Some(sides), Some(strides)) = (counts(sides), counts(strides)) else {
                return false;
            };
            let elements = sides
                .iter()
                .try_fold(1_u64, |all, &side| all.checked_mul(side));
            let is_storage = matches!(storage, Object::PersistentLoad(it)
                if matches!(&**it, Object::Tuple(parts) if parts.len() >= 5));
            is_storage
                && count(offset).is_some_and(|offset| offset <= bytes)
                && sides.len() == strides.len()
                && elements.is_some_and(|elements| elements <= bytes)
        }
        ("_rebuild_tensor_v2", _) => false,
        ("_rebuild_parameter", args) => !args.is_empty(),
        ("_rebuild_from_type_v2", args) => args.len() >= 3,
        _ => true,
    }
}

fn count(number: &Object) -> Option<u64> {
    match number {
        Object::Int(number) => u64::try_from(*number).ok(),
        Object::Long(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn convert(tensor: &CandleTensor) -> Result<Tensor, candle_core::Error> {
    let shape: Vec<i64> = tensor.dims().iter().map(|&side| side as i64).collect();
    let values: Vec<f32> = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    Ok(Tensor::from_slice(&values).reshape(shape))
}
