//! Runs ONNX bytes in ONNX Runtime.

use ndarray::ArrayD;
use ort::{
    environment::Environment,
    session::{Session, builder::GraphOptimizationLevel},
    value::TensorRef,
};
use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::OnceLock};

fn library() -> PathBuf {
    let installed = "../third_party/onnxruntime/x86_64/libonnxruntime.so.1.23.2";
    let pinned = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(installed);
    std::env::var_os("ORT_DYLIB_PATH").map_or(pinned, PathBuf::from)
}

fn environment() -> Option<&'static Environment> {
    static ENVIRONMENT: OnceLock<Option<Environment>> = OnceLock::new();
    let start = || {
        let library = library();
        if !library.exists() {
            return None;
        }
        let builder = ort::init_from(&library).unwrap();
        Some(
            builder
                .with_name("model-export")
                .with_telemetry(false)
                .build()
                .unwrap(),
        )
    };
    ENVIRONMENT.get_or_init(start).as_ref()
}

/// Whether ONNX Runtime is not here; then the calling test ends early and this says so.
pub fn is_missing(test: &str) -> bool {
    let missing = environment().is_none();
    if missing {
        let library = library();
        let line = format!(
            "SKIPPED {test}: no ONNX Runtime at {} (`make` installs it)\n",
            library.display()
        );
        // Written directly: the test harness hides what passing tests print.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    missing
}

/// Outputs of the ONNX model `bytes` by name.
pub fn run(bytes: &[u8], inputs: &[(&str, &ArrayD<f32>)]) -> BTreeMap<String, ArrayD<f32>> {
    let mut session = Session::builder(environment().unwrap())
        .unwrap()
        .with_optimization_level(GraphOptimizationLevel::All)
        .unwrap()
        .with_intra_threads(1)
        .unwrap()
        .commit_from_memory(bytes)
        .unwrap();
    let values = inputs
        .iter()
        .map(|(name, array)| (*name, TensorRef::from_array_view(*array).unwrap()))
        .collect::<Vec<_>>();
    let outputs = session.run(values).unwrap();
    outputs
        .iter()
        .map(|(name, value)| {
            let array = value.try_extract_array::<f32>().unwrap().to_owned();
            (name.to_owned(), array)
        })
        .collect()
}
