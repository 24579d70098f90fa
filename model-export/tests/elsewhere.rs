//! Exported graphs open in other programs: Python's `onnx` checker and `onnxruntime`.

use crate::fixture;
use model_export::export::{Options, export};
use model_spec::{ColourMode, Norms, OutputForm};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The interpreter that `make onnx-tools` sets up; says so where there is none.
fn python() -> Option<PathBuf> {
    let python = Path::new(WORKSPACE).join("third_party/onnx-tools/bin/python");
    let found = python.exists();
    if !found {
        println!(
            "skipped: no {} (`make onnx-tools` makes it)",
            python.display()
        );
    }
    found.then_some(python)
}

fn check(python: &Path, bundle: &Path, names: &[&str]) {
    let script = Path::new(WORKSPACE).join("model-export/tests/open_elsewhere.py");
    let graphs = names
        .iter()
        .map(|name| bundle.join(name).with_extension("onnx"));
    let output = Command::new(python)
        .arg(script)
        .args(graphs)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("{}", text(&output.stdout));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn every_graph_passes_the_checker_with_full_shape_inference_and_runs() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    for (w_hpf, norms) in [(0.0, Norms::Native), (1.0, Norms::Arithmetic)] {
        let mut spec = fixture::spec(64, ColourMode::Rgb, OutputForm::Difference);
        spec.architecture.w_hpf = w_hpf;
        fixture::write(&from, &spec, &fixture::tensors(&spec));
        for passes in [Options::default().passes, vec![]] {
            let options = Options {
                passes,
                norms,
                ..Options::default()
            };
            export(&from, &to, &options).unwrap();
            let names = [
                "style_encoder",
                "style_transformer",
                "generator",
                "classifier",
            ];
            check(&python, &to, &names);
        }
    }
}
