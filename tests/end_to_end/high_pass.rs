//! Generators with high-pass skips and blocks of two widths, the official kind: from weights and from training to
//! a running mirror.

use crate::{has_onnxruntime, pickled, succeed};
use model_spec::{Architecture, ColourMode, OutputForm};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tests::run;
use trainer::{
    config::attributes,
    networks::{FaceMask, StoredEditor},
    weights::{self, Weights},
};

const SIZE: u32 = 64;
const ATTRIBUTES: &str = "smile:neutral/smiling";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Three faces per domain, to learn from and to be judged on.
fn faces(folder: &Path) -> PathBuf {
    for split in ["train", "test"] {
        for (domain, smile) in [("neutral", 0.0), ("smiling", 1.0)] {
            let target = folder.join(split).join(domain);
            fs::create_dir_all(&target).unwrap();
            for seed in 0..3 {
                let face = faces::training_face(seed, smile, SIZE);
                face.save(target.join(format!("{seed}.png"))).unwrap();
            }
        }
    }
    folder.into()
}

/// A file as the official one: every network under its key, the style transformer inside the style encoder.
pub fn official_file(path: &Path) {
    let architecture = Architecture {
        image_size: SIZE as usize,
        colour: ColourMode::Rgb,
        style_dim: 8,
        stem_channels: 4,
        max_conv_dim: 8,
        w_hpf: 1.0,
        output: OutputForm::Image,
        largest_displacement: 0.0,
        classifier_channels: 0,
    };
    tch::manual_seed(3);
    let attributes = attributes::parse(ATTRIBUTES).unwrap();
    let stored = StoredEditor::new(&architecture, &attributes, tch::Device::Cpu);
    let (mut generator, mut style_encoder) = (Weights::new(), Weights::new());
    for (name, tensor) in weights::of_store(&stored.store, "") {
        if let Some(rest) = name.strip_prefix("generator.") {
            generator.insert(rest.into(), tensor);
        } else {
            let name = name
                .replace("style_encoder.", "")
                .replace("style_transformer.unrelated.", "transform1.")
                .replace("style_transformer.related.", "transform2.");
            style_encoder.insert(name, tensor);
        }
    }
    assert!(generator.contains_key("decode.4.conv1x1.weight"));
    let fan = FaceMask::new(tch::Device::Cpu).weights();
    let parts = [
        ("generator", &generator),
        ("style_encoder", &style_encoder),
        ("fan", &fan),
    ];
    pickled::save(path, &parts);
}

/// Runs the mirror on the demo's face; how many frames it edited.
fn mirrored(bundle: &Path, more: &[&str]) -> u64 {
    let report = bundle.with_extension("json");
    let mut arguments = vec!["run", "--bundle", text(bundle), "--source", "demo"];
    arguments.extend(["--display", "none", "--frames", "5", "--sync"]);
    arguments.extend(["--report", text(&report)]);
    arguments.extend(more);
    succeed("edge", &arguments);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    report["frames_edited"].as_u64().unwrap()
}

/// A frame is edited in one direction or the other: which one, the classifier knows.
fn assert_edits(bundle: &Path) {
    let both = ["smile=1", "smile=-1"].map(|strength| mirrored(bundle, &["--attr", strength]));
    assert!(both.iter().sum::<u64>() > 0, "{both:?}");
}

#[test]
fn official_weights_walk_the_documented_path_to_a_running_mirror() {
    if !has_onnxruntime() {
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    let data = faces(&at("data"));
    let (file, imported, complete) = (at("nets_ema.ckpt"), at("official"), at("complete"));
    official_file(&file);
    let import = ["import", text(&file), "--attributes", ATTRIBUTES, "--out"];
    succeed("trainer", &[&import[..], &[text(&imported)]].concat());

    // Without a classifier nothing tells where an edit starts.
    let (face, edited) = (data.join("test/neutral/0.png"), at("edited.png"));
    let edit = [
        "edit",
        "--checkpoint",
        text(&imported),
        "--input",
        text(&face),
        "--attr",
        "smile=1",
        "--out",
        text(&edited),
    ];
    let refused = run("trainer", &edit).unwrap();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("--source-domain"),
        "{}",
        refused.stderr
    );
    assert!(!edited.exists());
    succeed(
        "trainer",
        &[&edit[..], &["--source-domain", "neutral"]].concat(),
    );
    assert_ne!(fs::read(&edited).unwrap(), fs::read(&face).unwrap());
    let wrong = run(
        "trainer",
        &[&edit[..], &["--source-domain", "smirking"]].concat(),
    )
    .unwrap();
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stderr.contains("neutral, smiling"),
        "{}",
        wrong.stderr
    );

    let (classifier, judge) = (at("classifier.safetensors"), at("judge.safetensors"));
    let mut arguments = vec!["classifier", "--checkpoint", text(&imported)];
    arguments.extend([
        "--data",
        text(&data),
        "--out",
        text(&classifier),
        "--steps",
        "2",
    ]);
    succeed("trainer", &arguments);
    let with = [text(&complete), "--classifier", text(&classifier)];
    succeed("trainer", &[&import[..], &with].concat());
    for (checkpoint, own) in [(&imported, false), (&complete, true)] {
        let mut arguments = vec!["eval", "--checkpoint", text(checkpoint)];
        arguments.extend(["--data", text(&data), "--judge", text(&judge)]);
        arguments.extend(["--judge-steps", "2", "--faces-per-domain", "2"]);
        arguments.extend(["--film-people", "0"]);
        let figures = succeed("trainer", &arguments).stdout;
        assert!(figures.contains("judge_accuracy.smile"), "{figures}");
        assert_eq!(
            figures.contains("classifier_accuracy.smile"),
            own,
            "{figures}"
        );
    }

    let bundle = at("bundle");
    let arguments = ["--checkpoint", text(&complete), "--out", text(&bundle)];
    succeed("model-export", &arguments);
    succeed("edge", &["check", "--bundle", text(&bundle)]);
    assert_edits(&bundle);
}

#[test]
fn a_generator_with_high_pass_skips_is_trained_exported_and_run_with_masks() {
    if !has_onnxruntime() {
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let at = |name: &str| temporary.path().join(name);
    let data = faces(&at("data"));
    let (masks, out) = (at("masks.safetensors"), at("run"));
    tch::manual_seed(4);
    weights::write(&masks, &FaceMask::new(tch::Device::Cpu).weights()).unwrap();
    let face_mask = format!("--set=face_mask={:?}", text(&masks));
    let mut arguments = vec!["fit", "--config", "trainer/configs/smile-64.toml"];
    arguments.extend(["--data", text(&data), "--out", text(&out), &face_mask]);
    arguments.extend([
        "--set=architecture.w_hpf=1",
        "--set=architecture.stem_channels=4",
        "--set=architecture.max_conv_dim=8",
        "--set=architecture.classifier_channels=4",
        "--set=data.synthetic_share=0",
        "--set=classifier.steps=2",
        "--set=evaluation.interval=0",
        "--set=schedule.batch_size=2",
        "--set=schedule.steps=2",
        "--set=schedule.checkpoint_interval=2",
        "--set=schedule.discriminator_head_start=1",
    ]);
    succeed("trainer", &arguments);
    let (checkpoint, bundle) = (out.join("checkpoints/step-00000002"), at("bundle"));
    let arguments = ["--checkpoint", text(&checkpoint), "--out", text(&bundle)];
    succeed("model-export", &arguments);
    succeed("edge", &["check", "--bundle", text(&bundle)]);
    assert_edits(&bundle);
}
