//! The gate of the precisions, through the built program: refused beyond the tolerance, written by name.

use crate::{fixture, precision, runtime};
use model_spec::{Bundle, ColourMode, OutputForm};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A checkpoint that some precision cannot hold.
struct Place(tempfile::TempDir);

impl Place {
    /// One output channel of a layer is so many times as large as the others; the norm behind it makes
    /// them equal again.
    fn with_outlier(layer: &str, times: f32) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Image);
        let mut tensors = fixture::tensors(&spec);
        let weight = tensors.get_mut(layer).unwrap();
        weight
            .index_axis_mut(ndarray::Axis(0), 0)
            .mapv_inplace(|value| times * value);
        precision::checkpoint(&place.path("ckpt"), &spec, &tensors, 2);
        precision::pictures(&place.path("faces"), 3);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Exit code, standard output and standard error of an export to `bundle`.
    fn export(&self, options: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_model-export"))
            .args(["--checkpoint", "ckpt", "--out", "bundle"])
            .args(options)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

#[track_caller]
fn assert_tells(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

const INT8: [&str; 4] = ["--precision", "int8", "--calibration", "faces"];
const ACCEPTED: &str = "beyond the tolerance of this precision, and accepted by name";

#[test]
fn too_large_a_loss_is_refused_with_what_was_found_and_the_tolerance() {
    if runtime::is_missing("too_large_a_loss") {
        return;
    }
    let place = Place::with_outlier("generator.encode.1.conv1.weight", 3000.0);
    let (code, stdout, stderr) = place.export(&INT8);
    println!("{stderr}");
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_tells(
        &stderr,
        &[
            "--precision int8 loses too much on 3 of the 3 calibration pictures",
            "found ",
            " dB PSNR, expected at least 30 dB",
            "--accept-loss",
        ],
    );
    assert_eq!(place.names(), ["ckpt", "faces"], "nothing was written");

    // A bundle that was there stays.
    assert_eq!(place.export(&[]).0, Some(0));
    let before = Bundle::open(&place.path("bundle")).unwrap();
    assert_eq!(place.export(&INT8).0, Some(1));
    let after = Bundle::open(&place.path("bundle")).unwrap();
    assert_eq!(after.digest(), before.digest());
    assert_eq!(place.names(), ["bundle", "ckpt", "faces"]);
}

#[test]
fn loss_that_is_accepted_is_written_and_manifest_card_and_inspection_say_so() {
    if runtime::is_missing("loss_that_is_accepted") {
        return;
    }
    let place = Place::with_outlier("generator.encode.1.conv1.weight", 3000.0);
    let (code, stdout, stderr) = place.export(&[&INT8[..], &["--accept-loss"]].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_tells(&stdout, &[ACCEPTED, "int8: PSNR against 32-bit floats "]);
    let bundle = place.path("bundle");
    let opened = Bundle::open(&bundle).unwrap();
    let fidelity = opened.manifest().fidelity.as_ref().unwrap();
    assert!(fidelity.loss_accepted);
    assert!(fidelity.psnr_decibels < 30.0, "{fidelity:?}");
    let read = |file: &str| fs::read_to_string(bundle.join(file)).unwrap();
    assert_tells(&read("manifest.json"), &["\"loss_accepted\": true"]);
    assert_tells(&read("MODEL_CARD.md"), &["## Loss", ACCEPTED]);
    let inspected = Command::new(env!("CARGO_BIN_EXE_model-export"))
        .args([Path::new("inspect"), &bundle])
        .output()
        .unwrap();
    assert_tells(&String::from_utf8(inspected.stdout).unwrap(), &[ACCEPTED]);
}

#[test]
fn loss_within_the_tolerance_needs_no_leave_and_claims_none() {
    if runtime::is_missing("loss_within_the_tolerance") {
        return;
    }
    let place = Place::with_outlier("generator.encode.1.conv1.weight", 1.0);
    for leave in [&[][..], &["--accept-loss"]] {
        let (code, stdout, stderr) = place.export(&[&["--precision", "mixed"][..], leave].concat());
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert_tells(&stdout, &["mixed: an edit takes "]);
        assert!(!stdout.contains(ACCEPTED), "{stdout}");
        let manifest = fs::read_to_string(place.path("bundle/manifest.json")).unwrap();
        assert!(!manifest.contains("loss_accepted"), "{manifest}");
    }
}

#[test]
fn numbers_that_overflow_16_bit_floats_between_layers_are_refused() {
    if runtime::is_missing("numbers_that_overflow") {
        return;
    }
    // Every weight fits into 16 bits, and the sums do not.
    let place = Place::with_outlier("generator.encode.1.conv1.weight", 60000.0);
    assert_eq!(place.export(&[]).0, Some(0), "32-bit floats hold them");
    let (code, _, stderr) = place.export(&["--precision", "fp16"]);
    println!("{stderr}");
    assert_eq!(code, Some(1));
    assert_tells(
        &stderr,
        &[
            "--precision fp16",
            "2 faces of the parity sample",
            "no finite numbers",
        ],
    );
}
