//! NVIDIA's libraries that ONNX Runtime's providers open: CUDA, cuDNN, TensorRT.

use super::{board::Board, finding::Finding};
use crate::machine::system::System;
use std::path::PathBuf;

/// Part, file name without its version, and the Debian package of JetPack that brings it.
const LIBRARIES: [(&str, &str, &str); 3] = [
    ("cuda", "libcudart.so", "nvidia-cuda"),
    (
        "cudnn",
        "libcudnn.so",
        "nvidia-cudnn8 (JetPack 5) or nvidia-cudnn (JetPack 6 and 7)",
    ),
    ("tensorrt", "libnvinfer.so", "nvidia-tensorrt"),
];

/// One line per library; none on a machine without a GPU, which has no use for them.
#[must_use]
pub(crate) fn findings(board: &Board, system: &System) -> Vec<Finding> {
    if !board.has_gpu() {
        return Vec::new();
    }
    let folders = folders(system);
    let found = LIBRARIES.map(
        |(part, file, package)| match newest(system, &folders, file) {
            Some((version, path)) => Finding::ok(part, format!("{version} ({})", path.display())),
            None => {
                let fix = if board.is_jetson() {
                    format!("sudo apt-get install {package}")
                } else {
                    "install it from NVIDIA, or leave it: then the processor computes".into()
                };
                Finding::warning(part, format!("{file} is in no library folder"), fix)
            }
        },
    );
    found.into()
}

/// Where Debian, JetPack and the CUDA toolkit keep libraries.
fn folders(system: &System) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = [
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu/tegra",
        "/usr/lib/aarch64-linux-gnu/nvidia",
        "/usr/lib/sbsa-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib64",
        "/usr/local/lib",
    ]
    .map(PathBuf::from)
    .into();
    for toolkit in system.list("/usr/local", "cuda") {
        folders.push(toolkit.join("lib64"));
        for target in system.list(toolkit.join("targets"), "") {
            folders.push(target.join("lib"));
        }
    }
    let named = std::env::var_os("LD_LIBRARY_PATH").filter(|_| system.is_real());
    folders.extend(named.iter().flat_map(std::env::split_paths));
    folders
}

/// The longest version behind `file`, as in `libnvinfer.so.8.5.2`, and where it lies.
fn newest(system: &System, folders: &[PathBuf], file: &str) -> Option<(String, PathBuf)> {
    let files = folders.iter().flat_map(|folder| system.list(folder, file));
    let versions = files.filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let version = name.strip_prefix(file)?.strip_prefix('.')?.to_owned();
        let numbers: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
        Some((numbers?, version, path))
    });
    // `8` and `8.5.2` are links to the same file: the longer one tells more.
    let newest = versions.max_by(|a, b| a.0.cmp(&b.0));
    newest.map(|(_, version, path)| (version, path))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;
    use crate::machine::system::tests::system;

    #[test]
    fn versions_are_read_from_file_names_and_a_missing_one_names_its_package() {
        let (_folder, system) = system(&[
            (
                "/etc/nv_tegra_release",
                "# R35 (release), REVISION: 4.1, GCID: 1\n",
            ),
            (
                "/usr/local/cuda-11.4/targets/aarch64-linux/lib/libcudart.so.11.0",
                "",
            ),
            (
                "/usr/local/cuda-11.4/targets/aarch64-linux/lib/libcudart.so.11.4.298",
                "",
            ),
            ("/usr/lib/aarch64-linux-gnu/libnvinfer.so.8", ""),
            ("/usr/lib/aarch64-linux-gnu/libnvinfer.so.8.5.2", ""),
            ("/usr/lib/aarch64-linux-gnu/libnvinfer_plugin.so.8.5.2", ""),
        ]);
        let findings = findings(&Board::read(&system), &system);
        let states: Vec<_> = findings.iter().map(|finding| finding.state).collect();
        assert_eq!(states, [Severity::Ok, Severity::Warning, Severity::Ok]);
        assert!(
            findings[0].found.starts_with("11.4.298 "),
            "{}",
            findings[0]
        );
        assert!(findings[1].fix.as_ref().unwrap().contains("cudnn"));
        assert!(findings[2].found.starts_with("8.5.2 "), "{}", findings[2]);
    }

    #[test]
    fn a_machine_without_a_gpu_is_not_told_to_install_them() {
        let (_folder, system) = system(&[]);
        assert!(findings(&Board::read(&system), &system).is_empty());
    }
}
