//! Exported graphs open in other programs: Python's `onnx` checker and `onnxruntime`.

use crate::{fixture, precision, runtime};
use model_export::{
    export::{Options, export},
    network::{face_mask, weights::Weights},
    onnx,
    precision::{half, int8, runtime::Arrays},
    rewrite,
};
use model_spec::{Bundle, ColourMode, Norms, OutputForm, Precision, tensor};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The interpreter that `make onnx-tools` sets up; says so where there is none.
fn python() -> Option<PathBuf> {
    let python = Path::new(WORKSPACE).join("third_party/onnx-tools/bin/python");
    let found = python.exists();
    if !found {
        let place = python.display();
        let line = format!("SKIPPED elsewhere: no {place} (`make onnx-tools` makes it)\n");
        // Written directly: the test harness hides what passing tests print.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found.then_some(python)
}

/// Every graph through the checker and one run.
fn check(python: &Path, graphs: &[PathBuf]) {
    let script = Path::new(WORKSPACE).join("model-export/tests/open_elsewhere.py");
    let mut command = Command::new(python);
    let output = command.arg(script).args(graphs).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("{}", text(&output.stdout));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), graphs.len());
}

/// As [`check`], for the graphs of a bundle; returns how many there are.
fn check_bundle(python: &Path, bundle: &Path) -> usize {
    let opened = Bundle::open(bundle).unwrap();
    let graphs = opened.manifest().graphs.iter();
    let graphs: Vec<_> = graphs.map(|(_, graph)| bundle.join(&graph.file)).collect();
    check(python, &graphs);
    graphs.len()
}

#[test]
fn every_graph_in_32_bit_floats_passes_the_full_checker_and_runs() {
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
            assert_eq!(check_bundle(&python, &to), 4);
        }
    }
}

#[test]
fn every_graph_in_every_precision_passes_them_too() {
    let Some(python) = python() else {
        return;
    };
    if runtime::is_missing("every_graph_in_every_precision") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    let faces = folder.path().join("faces");
    precision::pictures(&faces, 1);
    let mut spec = fixture::spec(64, ColourMode::Rgb, OutputForm::Difference);
    spec.architecture.w_hpf = 1.0;
    precision::checkpoint(&from, &spec, &fixture::tensors(&spec), 1);
    for precision in [Precision::Fp16, Precision::Mixed, Precision::Int8] {
        for norms in [Norms::Native, Norms::Arithmetic] {
            let options = Options {
                norms,
                precision,
                calibration: Some(faces.clone()),
                // Noise through random weights is the worst there is.
                accept_loss: true,
                ..Options::default()
            };
            export(&from, &to, &options).unwrap();
            println!("{precision}, {}", norms.name());
            assert_eq!(check_bundle(&python, &to), 4);
        }
    }
}

#[test]
fn the_face_mask_network_passes_them_in_every_precision() {
    let Some(python) = python() else {
        return;
    };
    let Some(runtime) = runtime::loaded("the_face_mask_network") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("face_mask.safetensors");
    fs::write(&weights, fixture::serialised(&fixture::face_mask())).unwrap();
    let architecture = fixture::spec(64, ColourMode::Rgb, OutputForm::Image).architecture;
    let mut weights = Weights::load(&weights).unwrap();
    let mut exact = face_mask::build(&architecture, &mut weights);
    weights.finish().unwrap();
    rewrite::apply(&mut exact, &rewrite::PASSES);
    // What the script wants to see; `every_graph_…` sees what it really is.
    let names = "model licence image_size pixel_range channels domains attributes";
    let metadata: Vec<_> = names.split(' ').map(|name| (name, String::new())).collect();
    let image = Arrays::from([(tensor::IMAGE.into(), fixture::noise(&[1, 3, 64, 64], 3))]);
    let graphs = Precision::ALL.map(|precision| {
        let mut graph = exact.clone();
        match precision {
            Precision::Fp32 => {}
            Precision::Mixed | Precision::Fp16 => half::apply(&mut graph, precision).unwrap(),
            Precision::Int8 => {
                let samples = std::slice::from_ref(&image);
                assert!(int8::apply(&mut graph, samples, runtime).unwrap() > 0);
            }
        }
        let path = folder.path().join(format!("face_mask-{precision}.onnx"));
        fs::write(&path, onnx::encode(&graph, &metadata).unwrap()).unwrap();
        path
    });
    check(&python, &graphs);
}
