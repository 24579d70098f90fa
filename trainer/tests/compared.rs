//! `trainer compare`: edits by any method, as pictures.

use crate::small::configs;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const SIZE: u32 = 32;
/// Domains with the smile of their faces.
const DOMAINS: [(&str, f32); 2] = [("neutral", 0.0), ("smiling", 1.0)];

/// Sixteen faces per domain and split for the judge.
fn data(folder: &Path) -> PathBuf {
    for (split, first) in [("train", 0), ("test", 100)] {
        for (domain, smile) in DOMAINS {
            let target = folder.join(split).join(domain);
            faces_into(&target, first..first + 16, smile);
        }
    }
    folder.into()
}

fn faces_into(folder: &Path, seeds: std::ops::Range<u64>, smile: f32) {
    fs::create_dir_all(folder).unwrap();
    for seed in seeds {
        let face = faces::training_face(seed, smile, SIZE);
        face.save(folder.join(format!("{seed}.png"))).unwrap();
    }
}

/// Ten faces per domain whose smile goes `part` of the way to the other domain's.
fn pairs(folder: &Path, part: f32) -> PathBuf {
    for (domain, smile) in DOMAINS {
        let edited = smile + part * (1.0 - 2.0 * smile);
        faces_into(&folder.join(domain).join("before"), 200..210, smile);
        faces_into(&folder.join(domain).join("after"), 200..210, edited);
    }
    folder.into()
}

fn compare(folder: &Path, pairs: &[&Path], more: &[&str]) -> Output {
    command(folder, pairs, more).output().unwrap()
}

fn command(folder: &Path, pairs: &[&Path], more: &[&str]) -> Command {
    let data = folder.join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("compare").arg("--pairs").args(pairs);
    command.arg("--data").arg(data);
    command.arg("--config").arg(configs().join("smile.toml"));
    command.arg("--judge").arg(folder.join("judge.safetensors"));
    command.args(["--attribute", "smile", "--judge-size", "32"]);
    command.args(["--judge-steps", "80"]).args(more);
    command
}

fn figures(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("compare.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn value(figures: &Value, name: &str) -> f64 {
    figures[name][0]
        .as_f64()
        .unwrap_or_else(|| panic!("no {name} in {figures}"))
}

#[test]
fn edits_that_work_are_told_from_edits_that_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    data(&folder.join("data"));
    let half = pairs(&folder.join("half"), 0.5);
    let whole = pairs(&folder.join("whole"), 1.0);
    let none = pairs(&folder.join("none"), 0.0);
    for domain in ["neutral", "smiling"] {
        let bearded = none.join(domain).join("after/203.png");
        let mut face = image::open(&bearded).unwrap().into_rgb8();
        for pixel in face.rows_mut().skip(SIZE as usize - 4).flatten() {
            pixel.0 = [20; 3];
        }
        face.save(&bearded).unwrap();
    }
    let out = folder.join("good");
    let output = compare(folder, &[&half, &whole], &["--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let good = figures(&out);
    for path in ["neutral_to_smiling", "smiling_to_neutral"] {
        let figure = |name: &str| value(&good, &format!("{name}.{path}"));
        assert!(figure("edit_success") >= 0.9, "{good}");
        assert!(figure("monotonicity") >= 0.9, "{good}");
        for sheet in ["best", "median", "worst"] {
            assert!(out.join(format!("{path}.{sheet}.png")).is_file());
        }
        let interval = &good[format!("edit_success.{path}")];
        assert!(interval[1].as_f64() <= interval[0].as_f64(), "{good}");
    }
    let out = folder.join("idle");
    let output = compare(folder, &[&none], &["--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let idle = figures(&out);
    for path in ["neutral_to_smiling", "smiling_to_neutral"] {
        let figure = |name: &str| value(&idle, &format!("{name}.{path}"));
        assert!(figure("edit_success") <= 0.2, "{idle}");
        // Only the last rows of one face changed.
        assert_eq!(figure("change_ratio"), 0.0, "{idle}");
    }
    // At a fifth of the light the judge sees nothing, unless it is given the light of its own faces.
    let dark = pairs(&folder.join("dark"), 1.0);
    for domain in ["neutral", "smiling"] {
        for side in ["before", "after"] {
            for file in fs::read_dir(dark.join(domain).join(side)).unwrap() {
                let path = file.unwrap().path();
                let mut face = image::open(&path).unwrap().into_rgb8();
                face.iter_mut().for_each(|byte| *byte /= 5);
                face.save(&path).unwrap();
            }
        }
    }
    let out = folder.join("lit");
    let arguments = ["--light", "--out", out.to_str().unwrap()];
    let output = compare(folder, &[&dark], &arguments);
    assert!(output.status.success(), "{output:?}");
    let lit = figures(&out);
    for path in ["neutral_to_smiling", "smiling_to_neutral"] {
        assert!(value(&lit, &format!("edit_success.{path}")) >= 0.9, "{lit}");
    }
    let output = compare(folder, &[&dark], &[]);
    assert!(!output.status.success(), "the judge sees in the dark");
    // A reader that has gone, as `| head` does, is no error.
    let mut child = command(folder, &[&none], &[]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    // The same judge, read again, says the same of the untouched pictures.
    let accuracy = "judge_accuracy.neutral";
    assert_eq!(good[accuracy], idle[accuracy]);
}

#[test]
fn a_judge_that_knows_nothing_and_pictures_without_labels_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    data(&folder.join("data"));
    let whole = pairs(&folder.join("whole"), 1.0);
    let refused = |output: Output, words: &[&str]| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{text}");
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    };
    let ignorant = folder.join("ignorant.safetensors");
    let more = ["--judge-steps", "1", "--judge", ignorant.to_str().unwrap()];
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(["compare", "--judge-size", "32"]).args(more);
    command.arg("--pairs").arg(&whole);
    command.arg("--data").arg(folder.join("data"));
    command.arg("--config").arg(configs().join("smile.toml"));
    refused(
        command.output().unwrap(),
        &["judge_accuracy", "at least 85 %"],
    );

    let unlabelled = folder.join("unlabelled");
    faces_into(&unlabelled, 0..3, 0.0);
    refused(
        compare(folder, &[&unlabelled], &[]),
        &["unlabelled", "labels"],
    );

    fs::remove_file(whole.join("neutral/after/203.png")).unwrap();
    refused(compare(folder, &[&whole], &[]), &["neutral", "203"]);

    refused(
        compare(folder, &[&whole], &["--attribute", "age"]),
        &["age"],
    );
}
