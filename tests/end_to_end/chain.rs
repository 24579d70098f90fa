//! From pictures to a running mirror, with networks small enough to train in seconds.

use crate::{has_onnxruntime, succeed};
use std::{fs, path::Path};

const SIZE: u32 = 64;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn faces_become_a_model_a_bundle_and_a_running_mirror() {
    if !has_onnxruntime() {
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    for (domain, smile) in [("neutral", 0.0), ("smiling", 1.0)] {
        let folder = data.join("train").join(domain);
        fs::create_dir_all(&folder).unwrap();
        for seed in 0..4 {
            let face = faces::training_face(seed, smile, SIZE);
            face.save(folder.join(format!("{seed}.png"))).unwrap();
        }
    }
    let run = temporary.path().join("run");
    let small = [
        "--set=architecture.stem_channels=4",
        "--set=architecture.max_conv_dim=8",
        "--set=architecture.classifier_channels=4",
        "--set=data.synthetic_faces_per_domain=2",
        "--set=classifier.steps=4",
        "--set=schedule.steps=4",
        "--set=schedule.discriminator_head_start=1",
    ];
    let mut arguments = vec!["fit", "--config", "trainer/configs/smile-64.toml"];
    arguments.extend(["--data", text(&data), "--out", text(&run)]);
    arguments.extend(small);
    succeed("trainer", &arguments);

    let checkpoint = run.join("checkpoints/step-00000004");
    let bundle = temporary.path().join("bundle");
    let export = ["--checkpoint", text(&checkpoint), "--out", text(&bundle)];
    succeed("model-export", &export);

    // libtorch wrote the parity sample, ONNX Runtime repeats it: within 1e-4 or an error.
    succeed("edge", &["check", "--bundle", text(&bundle)]);

    let report = temporary.path().join("report.json");
    // After four steps the classifier knows nothing, and a value it sees already is not added: only one of the
    // two directions edits.
    let mut edited = 0;
    for strength in ["smile=1.0", "smile=-1.0"] {
        let mut arguments = vec!["run", "--bundle", text(&bundle), "--source", "demo"];
        arguments.extend(["--display", "none", "--frames", "20"]);
        arguments.extend(["--attr", strength, "--report", text(&report)]);
        succeed("edge", &arguments);
        let report: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
        let number = |name: &str| {
            report["frames"][name]
                .as_u64()
                .or(report[name].as_u64())
                .unwrap_or_else(|| panic!("no {name} in {report}"))
        };
        assert!(number("frames_with_face") > 0, "{report}");
        edited += number("frames_edited");
    }
    assert!(edited > 0, "no frame was edited in either direction");

    let edited = temporary.path().join("edited.png");
    let face = data.join("train/neutral/0.png");
    let mut arguments = vec!["edit", "--checkpoint", text(&checkpoint)];
    arguments.extend(["--input", text(&face), "--attr", "smile=1"]);
    arguments.extend(["--out", text(&edited)]);
    succeed("trainer", &arguments);
    assert!(edited.exists());
}
