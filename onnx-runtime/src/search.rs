//! The places where the library may lie.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// File name of the library.
const LIBRARY: &str = "libonnxruntime.so";

/// `explicit` alone; else what `ORT_DYLIB_PATH` names, alone; else the program's folder, its
/// `../lib/smile-mirror` and `../lib`, `third_party/onnxruntime/<arch>` from the working folder (and from the program's)
/// upwards, and the system's loader.
#[must_use]
pub fn candidates(explicit: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = explicit {
        return vec![inside(path)];
    }
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return vec![inside(Path::new(&path))];
    }
    let program = env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let mut folders = Vec::new();
    if let Some(folder) = beside {
        folders.push(folder.to_owned());
        if let Some(parent) = folder.parent() {
            folders.push(parent.join("lib/smile-mirror"));
            folders.push(parent.join("lib"));
        }
    }
    let third_party = Path::new("third_party/onnxruntime").join(env::consts::ARCH);
    let working = env::current_dir().ok();
    for start in [working.as_deref(), beside].into_iter().flatten() {
        // One line per place a person would look at, not one per ancestor that has no such folder.
        let existing = start
            .ancestors()
            .map(|folder| folder.join(&third_party))
            .find(|folder| folder.is_dir());
        let folder = existing.unwrap_or_else(|| start.join(&third_party));
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let mut candidates: Vec<PathBuf> = folders
        .iter()
        .map(|folder| match folder.is_dir() {
            true => inside(folder),
            false => folder.join(LIBRARY),
        })
        .collect();
    candidates.push(LIBRARY.into());
    candidates
}

/// The library inside a folder, also one that only has its versioned name; a file is itself.
fn inside(path: &Path) -> PathBuf {
    // ort resolves relative paths against the program's folder; a user means the working folder.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.is_dir() {
        return path;
    }
    let plain = path.join(LIBRARY);
    if plain.exists() {
        return plain;
    }
    let is_versioned = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.strip_prefix(LIBRARY)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut versioned: Vec<PathBuf> = entries
        .filter(|entry| is_versioned(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    versioned.sort();
    versioned.pop().unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_gives_its_library_alone_also_one_with_a_version_in_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let versioned = folder.path().join("libonnxruntime.so.1.23.2");
        fs::write(&versioned, b"").unwrap();
        assert_eq!(candidates(Some(folder.path())), [versioned]);
        let plain = folder.path().join(LIBRARY);
        fs::write(&plain, b"").unwrap();
        assert_eq!(candidates(Some(folder.path())), [plain]);
    }
}
