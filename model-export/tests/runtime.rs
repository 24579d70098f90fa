//! Runs ONNX bytes in ONNX Runtime.

use model_export::precision::runtime::{Arrays, Runtime};
use ndarray::ArrayD;
use std::{io::Write, sync::OnceLock};

fn runtime() -> Result<&'static Runtime, &'static str> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let load = || match Runtime::load(None) {
        Ok(runtime) => Ok(runtime.with_threads(1)),
        Err(error) => Err(error.to_string()),
    };
    RUNTIME.get_or_init(load).as_ref().map_err(String::as_str)
}

/// Whether ONNX Runtime is not here; then the calling test ends early and this says so.
pub fn is_missing(test: &str) -> bool {
    loaded(test).is_none()
}

/// ONNX Runtime; without it the calling test ends early and this says so.
pub fn loaded(test: &str) -> Option<&'static Runtime> {
    let reason = match runtime() {
        Ok(runtime) => return Some(runtime),
        Err(reason) => reason,
    };
    let line = format!("SKIPPED {test}: {reason} (`make` installs it)\n");
    // Written directly: the test harness hides what passing tests print.
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// Outputs of the ONNX model `bytes` by name.
pub fn run(bytes: &[u8], inputs: &[(&str, &ArrayD<f32>)]) -> Arrays {
    let mut session = runtime().unwrap().open("test", bytes).unwrap();
    session.run(inputs).unwrap()
}
