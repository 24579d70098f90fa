//! Where TensorRT keeps the engines it built.
//!
//! TensorRT names an engine by its graph, not by its weights, and loads what it finds: an engine of
//! another bundle would draw another model. So each combination of what an engine depends on has a
//! folder of its own.

use crate::inference::provider::ProviderRequest;
use model_spec::{Bundle, digest};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The folder for `bundle` with `request` on this machine, made if need be.
///
/// # Errors
/// Why there is none.
pub(crate) fn folder(
    bundle: &Bundle,
    request: &ProviderRequest,
    library: &Path,
) -> Result<PathBuf, String> {
    let root = match &request.engine_cache {
        Some(folder) => folder.clone(),
        None => user_cache().ok_or(
            "nowhere to keep engines: neither XDG_CACHE_HOME nor HOME is set; \
             name a folder with --engine-cache DIR",
        )?,
    };
    let bundle_digest = bundle.digest().to_owned();
    let architecture = &bundle.manifest().architecture;
    let parts = [
        ("bundle", bundle_digest.clone()),
        ("onnxruntime", identity(library)),
        ("tensorrt", tensorrt()),
        ("devices", devices().join(", ")),
        ("precision", request.precision.name().into()),
        ("builder_level", format!("{:?}", request.builder_level)),
        ("shapes", format!("1 face of {}", architecture.image_size)),
    ];
    let folder = root.join(name(&bundle.manifest().name, &parts));
    fs::create_dir_all(&folder)
        .map_err(|error| format!("engine cache {}: {error}", folder.display()))?;
    // For whoever wonders which of many folders may go.
    let text: String = parts
        .iter()
        .map(|(what, value)| format!("{what}: {value}\n"))
        .collect();
    fs::write(folder.join("engines.txt"), text)
        .map_err(|error| format!("engine cache {}: {error}", folder.display()))?;
    Ok(folder)
}

/// `smile-64-0123456789abcdef`: readable, and another one when any part differs.
fn name(bundle: &str, parts: &[(&str, String)]) -> String {
    let text: String = parts
        .iter()
        .map(|(what, value)| format!("{what}={value}\n"))
        .collect();
    let digest = digest::of_bytes(text.as_bytes());
    let readable: String = bundle
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    format!("{readable}-{}", digest.get(..16).unwrap_or(&digest))
}

fn user_cache() -> Option<PathBuf> {
    let filled = |name| env::var_os(name).filter(|value| !value.is_empty());
    let cache = filled("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&filled("HOME")?).join(".cache")))?;
    Some(cache.join("smile-mirror").join("tensorrt"))
}

/// Versioned name and length of a library; two builds that share both are not to be expected.
fn identity(library: &Path) -> String {
    let real = fs::canonicalize(library).unwrap_or_else(|_| library.to_owned());
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let bytes = fs::metadata(&real).map_or(0, |data| data.len());
    format!("{name} ({bytes} bytes)")
}

/// The TensorRT library that will be loaded, as far as its place is known.
fn tensorrt() -> String {
    let named = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let system = [
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/local/lib",
        "/usr/lib",
    ];
    let folders = env::split_paths(&named).chain(system.map(PathBuf::from));
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("libnvinfer.so")
            })
            .collect();
        found.sort();
        if let Some(library) = found.pop() {
            return identity(&library);
        }
    }
    "unknown".into()
}

/// Names of the graphics processors, or of the board.
fn devices() -> Vec<String> {
    let cards = fs::read_dir("/proc/driver/nvidia/gpus");
    let mut names: Vec<String> = cards
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|card| fs::read_to_string(card.path().join("information")).ok())
        .filter_map(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("Model:"))?;
            Some(line.trim().to_owned())
        })
        .collect();
    if let Ok(board) = fs::read_to_string("/proc/device-tree/model") {
        names.push(board.trim_end_matches('\0').to_owned());
    }
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_that_differs_gives_another_folder() {
        let parts = [("bundle", "a".to_owned()), ("precision", "fp16".to_owned())];
        let base = name("my model/1", &parts);
        assert!(base.starts_with("mymodel1-"), "{base}");
        for i in 0..parts.len() {
            let mut other = parts.clone();
            other[i].1.push('x');
            assert_ne!(name("my model/1", &other), base);
        }
        assert_eq!(name("my model/1", &parts), base);
    }
}
