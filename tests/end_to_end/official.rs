//! Official weights through the whole chain: `trainer import`, `model-export`, ONNX Runtime, `edge`.

use crate::{has_onnxruntime, succeed};
use model_export::precision::runtime::{Arrays, Runtime, Session};
use model_spec::{
    Bundle, CheckpointSpec,
    checkpoint::{FACE_MASK_FILE, MODEL_FILE},
    digest, tensor,
};
use ndarray::{ArrayD, Axis, IxDyn};
use safetensors::{Dtype, SafeTensors};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tests::run;
use trainer::{networks::FaceMask, weights};

/// The promise of a bundle, for values up to 1; larger ones in proportion.
const TOLERANCE: f32 = 1e-4;

/// Golden data, and what `trainer import` and `model-export` make of its weights.
struct Official {
    folder: tempfile::TempDir,
    floats: Arrays,
    integers: BTreeMap<String, Vec<usize>>,
}

impl Official {
    /// `None`, said aloud, where the golden data or ONNX Runtime is missing.
    fn new(name: &str, attributes: &str) -> Option<Self> {
        let golden = tests::workspace().join("../shared/fixtures").join(name);
        if !golden.is_dir() {
            println!("skipped: no golden data at {}", golden.display());
            return None;
        }
        if !has_onnxruntime() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let (checkpoint, bundle) = (folder.path().join("ckpt"), folder.path().join("bundle"));
        let weights = golden.join("nets_ema.ckpt");
        let mut arguments = vec!["import", text(&weights), "--out", text(&checkpoint)];
        arguments.extend(["--attributes", attributes]);
        succeed("trainer", &arguments);
        let arguments = ["--checkpoint", text(&checkpoint), "--out", text(&bundle)];
        succeed("model-export", &arguments);
        let bytes = fs::read(golden.join("io.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let (mut floats, mut integers) = (Arrays::new(), BTreeMap::new());
        for (name, view) in file.iter() {
            let data = view.data();
            if view.dtype() == Dtype::F32 {
                let values = data.as_chunks().0.iter().map(|it| f32::from_le_bytes(*it));
                let array = ArrayD::from_shape_vec(IxDyn(view.shape()), values.collect());
                floats.insert(name.to_owned(), array.unwrap());
            } else {
                let values = data.as_chunks().0.iter().map(|it| i64::from_le_bytes(*it));
                integers.insert(name.to_owned(), values.map(|it| it as usize).collect());
            }
        }
        Some(Self {
            folder,
            floats,
            integers,
        })
    }

    fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    /// Runs the exported graphs as the golden data was made, and compares every stage.
    fn check(&self, masks: bool) {
        let bundle = Bundle::open(&self.bundle()).unwrap();
        let runtime = Runtime::load(None).unwrap();
        let open = |file: &str| runtime.open(file, &bundle.read(file).unwrap()).unwrap();
        let mut outputs = open("style_encoder.onnx")
            .run(&[(tensor::IMAGE, &self.floats["x"])])
            .unwrap();
        let styles = outputs.remove(tensor::STYLES).unwrap();
        let style = self.rows(&styles, "y_src");
        self.compare("style", &style);
        let parts = open("style_transformer.onnx")
            .run(&[(tensor::STYLE, &style)])
            .unwrap();
        let (unrelated, related) = (
            &parts[tensor::STYLE_UNRELATED],
            &parts[tensor::STYLE_RELATED],
        );
        let target = self.rows(&parts[tensor::STYLE_RELATED_TARGETS], "y_trg");
        self.compare("style_unrelated", unrelated);
        self.compare("style_related", related);
        self.compare("style_related_target", &target);
        let mut generator: Session = open("generator.onnx");
        for degree in ["0", "0.5", "1", "1.5"] {
            let strength: f32 = degree.parse().unwrap();
            let code = unrelated + related + (&target - related) * strength;
            let mut inputs = vec![(tensor::IMAGE, &self.floats["x"]), (tensor::STYLE, &code)];
            if masks {
                inputs.push((tensor::MASK_FIRST, &self.floats["mask0"]));
                inputs.push((tensor::MASK_SECOND, &self.floats["mask1"]));
            }
            let edited = generator.run(&inputs).unwrap().remove(tensor::EDITED);
            self.compare(&format!("edited_degree_{degree}"), &edited.unwrap());
        }
    }

    /// `[N,d]`: of `values [N,Y,d]`, each face's row of the domain in `domains`.
    fn rows(&self, values: &ArrayD<f32>, domains: &str) -> ArrayD<f32> {
        let domains = &self.integers[domains];
        let shape = [domains.len(), values.len_of(Axis(2))];
        ArrayD::from_shape_fn(IxDyn(&shape), |at| values[[at[0], domains[at[0]], at[1]]])
    }

    fn compare(&self, name: &str, found: &ArrayD<f32>) {
        let expected = &self.floats[name];
        assert_eq!(found.shape(), expected.shape(), "{name}");
        let scale = expected
            .iter()
            .fold(1.0, |most: f32, it| most.max(it.abs()));
        let pairs = found.iter().zip(expected);
        let worst = pairs.fold(0.0, |most: f32, (a, b)| most.max((a - b).abs()));
        println!("{name}: max|diff| {worst:.2e}, largest value {scale:.2}");
        assert!(worst <= TOLERANCE * scale, "{name}: {worst} of {scale}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn official_weights_match_the_reference_at_every_degree_and_name_their_domain() {
    let attributes = "smile:neutral/smiling,gender:female/male";
    let Some(official) = Official::new("official-64-plain", attributes) else {
        return;
    };
    official.check(false);
    let bundle = official.bundle();
    succeed("edge", &["check", "--bundle", text(&bundle)]);
    let mut arguments = vec!["run", "--bundle", text(&bundle), "--source", "demo"];
    arguments.extend(["--display", "none", "--frames", "3"]);
    let refused = run("edge", &arguments).unwrap();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for part in ["graphs.classifier", "--source-domain", "smiling+female"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    arguments.extend(["--source-domain", "neutral+female"]);
    succeed("edge", &arguments);
}

#[test]
fn official_weights_with_high_pass_skips_match_the_reference_and_want_masks() {
    let Some(official) = Official::new("official-256-hpf", "smile:neutral/smiling") else {
        return;
    };
    official.check(true);
    let bundle = official.bundle();
    succeed("edge", &["check", "--bundle", text(&bundle)]);
    let mut arguments = vec!["run", "--bundle", text(&bundle), "--source", "demo"];
    arguments.extend(["--display", "none", "--frames", "3"]);
    arguments.extend(["--source-domain", "neutral"]);
    let refused = run("edge", &arguments).unwrap();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("graphs.face_mask"),
        "{}",
        refused.stderr
    );
}

#[test]
fn official_weights_with_a_face_mask_network_edit_live_faces() {
    let name = "official-256-hpf";
    let Some(official) = Official::new(name, "smile:neutral/smiling") else {
        return;
    };
    let (checkpoint, bundle) = (official.folder.path().join("ckpt"), official.bundle());
    // The golden weights come without the network that official ones have under `fan`.
    tch::manual_seed(3);
    let network = FaceMask::new(tch::Device::Cpu).weights();
    weights::write(&checkpoint.join(FACE_MASK_FILE), &network).unwrap();
    let mut spec = CheckpointSpec::load(&checkpoint, &[MODEL_FILE]).unwrap();
    let digest = digest::of_file(&checkpoint.join(FACE_MASK_FILE)).unwrap();
    spec.files.insert(FACE_MASK_FILE.into(), digest);
    spec.save(&checkpoint).unwrap();
    let arguments = ["--checkpoint", text(&checkpoint), "--out", text(&bundle)];
    succeed("model-export", &arguments);
    succeed("edge", &["check", "--bundle", text(&bundle)]);
    let report = official.folder.path().join("report.json");
    let mut arguments = vec!["run", "--bundle", text(&bundle), "--source", "demo"];
    arguments.extend([
        "--display",
        "none",
        "--frames",
        "5",
        "--report",
        text(&report),
    ]);
    arguments.extend(["--source-domain", "neutral", "--attr", "smile=1", "--sync"]);
    succeed("edge", &arguments);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert!(report["frames_edited"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn weights_that_were_not_imported_are_refused_with_the_way_to_do_it() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("nets_ema.ckpt");
    fs::write(&weights, b"PK\x03\x04").unwrap();
    let bundle = folder.path().join("bundle");
    let arguments = ["--checkpoint", text(&weights), "--out", text(&bundle)];
    let refused = run("model-export", &arguments).unwrap();
    assert_eq!(refused.code, Some(1));
    for part in ["nets_ema.ckpt", "found a file", "trainer import"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert!(!bundle.exists());
}
