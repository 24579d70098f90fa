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
    for (domain, smile) in DOMAINS {
        for edits in [&whole, &none] {
            // What an edit should give, and a way back that finds the untouched face.
            faces_into(&edits.join(domain).join("truth"), 200..210, 1.0 - smile);
            faces_into(&edits.join(domain).join("back"), 200..210, smile);
        }
    }
    let out = folder.join("good");
    let output = compare(folder, &[&half, &whole], &["--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let good = figures(&out);
    for path in ["neutral_to_smiling", "smiling_to_neutral"] {
        let figure = |name: &str| value(&good, &format!("{name}.{path}"));
        assert!(figure("edit_success") >= 0.9, "{good}");
        assert!(figure("monotonicity") >= 0.9, "{good}");
        // Both steps change the picture about alike.
        assert!(figure("smoothness") > 0.75, "{good}");
        assert_eq!(figure("counterfactual_error_inside"), 0.0, "{good}");
        assert!(figure("counterfactual_change") > 0.02, "{good}");
        assert_eq!(figure("cycle_error"), 0.0, "{good}");
        let flickers = |figures: &Value| figures.get(format!("flicker.{path}")).is_some();
        assert!(!flickers(&good), "{good}");
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
        let (error, change) = (
            figure("counterfactual_error_inside"),
            figure("counterfactual_change"),
        );
        // One of ten faces has been given a bar where the smile may be.
        assert!((error - change).abs() < 0.1 * change, "{idle}");
        assert!(figure("counterfactual_error_outside") < 0.02, "{idle}");
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

#[test]
fn an_edit_that_trembles_from_frame_to_frame_is_told_from_one_that_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    data(&folder.join("data"));
    let film = folder.join("film");
    for (domain, smile) in DOMAINS {
        let person = |name: &str, frame: usize, smile: f32| {
            let target = film.join(domain).join(name);
            fs::create_dir_all(&target).unwrap();
            let face = faces::training_face(200, smile, SIZE);
            face.save(target.join(format!("{frame:03}.png"))).unwrap();
        };
        for frame in 0..8 {
            person("before", frame, smile);
            // Neutral faces are made to smile for good, smiling ones in every second frame alone.
            let held = domain == "neutral" || frame % 2 == 0;
            let edited = if held { 1.0 - smile } else { smile };
            person("after", frame, edited);
        }
    }
    let out = folder.join("out");
    let output = compare(
        folder,
        &[&film],
        &["--film", "--out", out.to_str().unwrap()],
    );
    assert!(output.status.success(), "{output:?}");
    let figures = figures(&out);
    let of = |path: &str| value(&figures, &format!("flicker.{path}"));
    assert_eq!(of("neutral_to_smiling"), 0.0, "{figures}");
    // On, off, on: twice the edit over four times half of it.
    let trembling = of("smiling_to_neutral");
    assert!((trembling - 1.0).abs() < 1e-6, "{figures}");
}

fn judge(folder: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("judge").arg("--data").arg(folder.join("data"));
    command.arg("--config").arg(configs().join("smile.toml"));
    command.arg("--out").arg(out);
    command.args(["--steps", "60", "--device", "cpu"]);
    if !more.contains(&"--size") {
        command.args(["--size", "32"]);
    }
    command.args(more).output().unwrap()
}

#[test]
fn a_resnet_learns_to_judge_and_shows_the_labels_that_it_does_not_believe() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    data(&folder.join("data"));
    // A smile among the neutral test faces: no judge should believe its label.
    faces_into(&folder.join("data/test/neutral"), 400..401, 1.0);
    let weights = folder.join("resnet18.safetensors");
    let sheet = folder.join("confusions.png");
    let output = judge(folder, &weights, &["--confusions", sheet.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let of = |name: &str| {
        let line = printed.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert!(of("judge_accuracy.smile") >= 0.8, "{printed}");
    let mistaken = of("confused.neutral_as_smiling");
    assert!((0.05..0.4).contains(&mistaken), "{printed}");
    let sheet = image::open(&sheet).unwrap().into_rgb8();
    let wanted = faces::training_face(400, 1.0, SIZE);
    let margin = sheet.width() - 10 * SIZE;
    let shown = (0..10).any(|column| {
        let tile = image::imageops::crop_imm(&sheet, margin + column * SIZE, 0, SIZE, SIZE);
        tile.to_image() == wanted
    });
    assert!(shown, "the face with the wrong label is not on the sheet");

    // Its file says that it is a ResNet: `compare` takes it as it is.
    let edits = pairs(&folder.join("whole"), 1.0);
    // A plain one that believes every label, now that all are right, has nothing to show.
    fs::remove_file(folder.join("data/test/neutral/400.png")).unwrap();
    let (plain, none) = (folder.join("plain.safetensors"), folder.join("none.png"));
    let more = ["--network", "plain", "--confusions", none.to_str().unwrap()];
    let output = judge(folder, &plain, &more);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("believes every label") != none.exists(),
        "{said}"
    );
    faces_into(&folder.join("data/test/neutral"), 400..401, 1.0);

    let more = [
        "--judge-split",
        "train",
        "--judge",
        weights.to_str().unwrap(),
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("compare").arg("--pairs").arg(&edits);
    command.arg("--data").arg(folder.join("data"));
    command.arg("--config").arg(configs().join("smile.toml"));
    command
        .args(["--attribute", "smile", "--judge-size", "32"])
        .args(more);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    // And so does `judge`, which tries it without training again.
    let again = judge(folder, &weights, &[]);
    assert_eq!(String::from_utf8_lossy(&again.stdout), printed);
    let other = judge(folder, &weights, &["--size", "64"]);
    let text = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        !other.status.success() && text.contains("image_size: found 32, expected 64"),
        "{text}"
    );
}
