//! Files of the system under a root, so that tests can bring a system of their own.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The system's files: `/proc`, `/sys`, `/etc` and the like.
#[derive(Debug, Clone)]
pub(crate) struct System {
    root: PathBuf,
}

impl Default for System {
    fn default() -> Self {
        Self::at("/")
    }
}

impl System {
    /// With `root` in the place of `/`.
    #[must_use]
    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Whether this is the machine's own file tree.
    #[must_use]
    pub(crate) fn is_real(&self) -> bool {
        self.root == Path::new("/")
    }

    /// Where the absolute `path` lies.
    #[must_use]
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The text of `path` without the space, line end or zero byte at its end; none where it cannot
    /// be read. Bytes that are no text are replaced.
    #[must_use]
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = fs::read(self.path(path)).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        Some(text.trim_end_matches(['\0', '\n', ' ']).to_owned())
    }

    /// The number in `path`.
    #[must_use]
    pub(crate) fn number(&self, path: impl AsRef<Path>) -> Option<i64> {
        self.read(path)?.trim().parse().ok()
    }

    /// Paths (as seen from the root) of the entries of `folder` whose name starts with `prefix`,
    /// sorted; empty where it cannot be read.
    #[must_use]
    pub(crate) fn list(&self, folder: impl AsRef<Path>, prefix: &str) -> Vec<PathBuf> {
        let folder = folder.as_ref();
        let entries = fs::read_dir(self.path(folder))
            .into_iter()
            .flatten()
            .flatten();
        let mut paths: Vec<PathBuf> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(|entry| folder.join(entry.file_name()))
            .collect();
        paths.sort();
        paths
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use tempfile::TempDir;

    /// A system with these files, as `(path, text)`.
    pub(crate) fn system(files: &[(&str, &str)]) -> (TempDir, System) {
        let folder = tempfile::tempdir().unwrap();
        let system = System::at(folder.path());
        for (path, text) in files {
            let path = system.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        (folder, system)
    }

    #[test]
    fn text_comes_without_the_zero_byte_of_the_device_tree_and_numbers_are_parsed() {
        let (_folder, system) = system(&[
            ("/proc/device-tree/model", "Board\0"),
            ("/sys/class/thermal/thermal_zone0/temp", "41500\n"),
            ("/sys/class/thermal/cooling_device0/type", "pwm-fan\n"),
        ]);
        assert_eq!(system.read("/proc/device-tree/model").unwrap(), "Board");
        let zones = system.list("/sys/class/thermal", "thermal_zone");
        assert_eq!(zones, [Path::new("/sys/class/thermal/thermal_zone0")]);
        assert_eq!(system.number(zones[0].join("temp")), Some(41500));
        assert_eq!(system.read("/nothing"), None);
    }
}
