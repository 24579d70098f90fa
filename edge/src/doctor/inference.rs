//! The bundle, ONNX Runtime, and the providers that would run it.

use super::{board::Board, finding::Finding};
use crate::{
    error::EdgeError,
    inference::{
        bundle_path,
        provider::Provider,
        runtime::{self, Runtime},
    },
    track::{mouth, mouth::Mouth},
};
use model_spec::Bundle;
use std::path::Path;

/// Whether the bundle is whole.
#[must_use]
pub(crate) fn bundle(named: Option<&Path>) -> Finding {
    let opened = bundle_path::resolve(named).and_then(|folder| {
        let bundle = Bundle::open(&folder)?;
        Mouth::of_bundle(&bundle)?;
        Ok((folder, bundle))
    });
    match opened {
        Ok((folder, bundle)) => {
            let (manifest, digest) = (bundle.manifest(), bundle.digest());
            let (name, digest) = (&manifest.name, digest.get(..12).unwrap_or(digest));
            let whole = format!(
                "{name} ({digest}) in {}, every file whole",
                folder.display()
            );
            match mouth::missing_file(manifest) {
                None => Finding::ok("bundle", whole),
                Some(file) => Finding::warning(
                    "bundle",
                    format!(
                        "{whole}, but no {file}: the edit does not fade while a mask or a hand covers the mouth"
                    ),
                    format!(
                        "export it from a checkpoint that has {file}; edge/README.md has the steps"
                    ),
                ),
            }
        }
        Err(error) => Finding::error(
            "bundle",
            error.to_string(),
            "copy the bundle again, or name another one with --bundle DIR",
        ),
    }
}

/// ONNX Runtime and one line per provider.
#[must_use]
pub(crate) fn runtime(board: &Board, named: Option<&Path>) -> Vec<Finding> {
    let runtime = match Runtime::load(named) {
        Ok(runtime) => runtime,
        Err(error) => return vec![no_runtime(board, &error)],
    };
    let library = runtime.library().display().to_string();
    let mut findings = vec![Finding::ok("onnxruntime", library)];
    let mut gpu = false;
    for provider in [Provider::TensorRt, Provider::Cuda] {
        match runtime.try_provider(provider) {
            Ok(()) => {
                gpu = true;
                findings.push(Finding::ok(
                    "provider",
                    match provider {
                        Provider::Cuda => "CUDA computes".to_owned(),
                        Provider::Cpu | Provider::TensorRt => format!("{} loads", provider.label()),
                    },
                ));
            }
            // On a machine without a GPU it is no news that there is none; kernels are missing for one that is there.
            Err(reason) if !board.has_gpu() && !runtime::lacks_kernels(&reason) => {}
            Err(reason) => findings.push(Finding::warning(
                "provider",
                format!("{}: {reason}", provider.label()),
                provider_fix(board),
            )),
        }
    }
    if !gpu {
        findings.push(Finding::ok("provider", "CPU computes"));
    }
    findings
}

fn no_runtime(board: &Board, error: &EdgeError) -> Finding {
    let fix = if board.is_jetson() {
        provider_fix(board)
    } else {
        "make onnxruntime (from the source tree) puts one where it is found".into()
    };
    Finding::error("onnxruntime", error.to_string(), fix)
}

/// Where a GPU build comes from.
fn provider_fix(board: &Board) -> String {
    match board.jetpack_major() {
        Some(5) => "install ONNX Runtime 1.18.0 for JetPack 5 from NVIDIA's Jetson Zoo and name its library \
                    with ORT_DYLIB_PATH; cross/README.md has the steps"
            .into(),
        Some(6) => "install onnxruntime-gpu 1.20 or newer for JetPack 6 from NVIDIA's Jetson AI Lab index and \
                    name its library with ORT_DYLIB_PATH; cross/README.md has the steps"
            .into(),
        Some(7) => "install an ONNX Runtime for CUDA 13 that has kernels for this GPU (Orin: sm_87; Thor: sm_110), or \
                    build one, and name its library with ORT_DYLIB_PATH; cross/README.md has the steps"
            .into(),
        _ => "install onnxruntime-gpu with the CUDA it was built for, and name its library with \
              ORT_DYLIB_PATH"
            .into(),
    }
}
