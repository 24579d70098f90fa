//! The built program: messages and exit codes.

use crate::fixture;
use model_spec::{Bundle, ColourMode, OutputForm};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_model-export");

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn checkpoint(folder: &Path) {
    let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    fixture::write(folder, &spec, &fixture::tensors(&spec));
}

#[test]
fn success_prints_one_line_per_graph() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    checkpoint(&from);
    let mut command = Command::new(PROGRAM);
    let (code, stdout, stderr) = run(command.arg("--checkpoint").arg(&from).arg("--out").arg(&to));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for graph in [
        "style_encoder",
        "style_transformer",
        "generator",
        "classifier",
    ] {
        let mut lines = stdout.lines();
        let line = lines
            .find(|line| line.starts_with(&format!("{graph}.onnx: ")))
            .unwrap();
        assert!(
            line.contains("multiply-adds") && line.contains("parameters") && line.contains("MB")
        );
    }
    assert!(Bundle::open(&to).is_ok());
}

#[test]
fn wrong_usage_ends_with_2_and_a_failure_with_1_and_its_reason() {
    let (code, _, stderr) = run(Command::new(PROGRAM).arg("--checkpoint"));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--checkpoint"));
    let usage = ["--checkpoint", "a", "--out", "b", "--precision", "int8"];
    let (code, _, stderr) = run(Command::new(PROGRAM).args(usage));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--calibration"), "{stderr}");
    let idle = [
        &["--calibration", "faces"][..],
        &["--accept-loss"],
        &["--onnxruntime", "lib"],
    ];
    for options in idle {
        let usage = [&usage[..4], options].concat();
        let (code, _, stderr) = run(Command::new(PROGRAM).args(usage));
        assert_eq!(code, Some(2), "{options:?}: {stderr}");
        assert!(
            stderr.contains(options[0]) && stderr.contains("fp32"),
            "{stderr}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command
        .arg("--checkpoint")
        .arg(folder.path())
        .arg("--out")
        .arg(folder.path().join("bundle"));
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("a folder without checkpoint.json"),
        "{stderr}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A limit on file size stands for the full disk: both fail a write half way.
#[test]
fn full_disk_leaves_the_former_bundle_and_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    checkpoint(&from);
    let export = |limit: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, PROGRAM, "--checkpoint"])
            .arg(&from)
            .arg("--out")
            .arg(&to);
        run(&mut command)
    };
    let (code, _, stderr) = export("8");
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains(".onnx") && stderr.contains("too large"),
        "{stderr}"
    );
    assert!(!to.exists());
    assert_eq!(export("unlimited").0, Some(0));
    assert_eq!(export("8").0, Some(1));
    assert!(Bundle::open(&to).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn full_disk_leaves_no_half_archive_either() {
    let folder = tempfile::tempdir().unwrap();
    let (from, plain) = (folder.path().join("ckpt"), folder.path().join("plain"));
    checkpoint(&from);
    let export = |to: &Path, limit: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, PROGRAM, "--checkpoint"]);
        run(command.arg(&from).arg("--out").arg(to))
    };
    assert_eq!(export(&plain, "unlimited").0, Some(0));
    let files = fs::read_dir(&plain).unwrap();
    let largest = files.map(|file| file.unwrap().metadata().unwrap().len());
    // Room for every file, and none for all of them; in units of 512 bytes.
    let room = largest.max().unwrap() / 512 + 2;
    let to = folder.path().join("bundle.tar");
    let (code, _, stderr) = export(&to, &room.to_string());
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("bundle.tar") && stderr.contains("too large"),
        "{stderr}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_is_no_checkpoint_is_named_with_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let refused = |name: &str, why: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.arg("--checkpoint").arg(path(name));
        let (code, _, stderr) = run(command.arg("--out").arg(path("bundle")));
        assert_eq!(code, Some(1));
        for part in why {
            assert!(stderr.contains(part), "{part:?} is not in: {stderr}");
        }
        assert!(!stderr.contains("panicked") && !path("bundle").exists());
    };
    refused("nothing", &["nothing/checkpoint.json", "No such file"]);
    fs::write(path("nets_ema.ckpt"), b"PK\x03\x04").unwrap();
    refused("nets_ema.ckpt", &["found a file", "trainer import"]);
    fs::create_dir(path("folder")).unwrap();
    refused("folder", &["a folder without checkpoint.json"]);
    fs::write(path("folder/checkpoint.json"), "{").unwrap();
    refused("folder", &["checkpoint.json"]);
    fs::write(path("folder/checkpoint.json"), "{\"format_version\": 1}").unwrap();
    refused("folder", &["checkpoint.json", "missing field"]);

    // An architecture that there is none of, and another one than the weights'.
    checkpoint(&path("ckpt"));
    let json = path("ckpt/checkpoint.json");
    let text = fs::read_to_string(&json).unwrap();
    let with = |size: &str| {
        let changed = text.replace("\"image_size\": 32", &format!("\"image_size\": {size}"));
        assert_ne!(changed, text);
        fs::write(&json, changed).unwrap();
    };
    with("48");
    refused(
        "ckpt",
        &["checkpoint.json", "architecture.image_size", "48"],
    );
    with("64");
    refused(
        "ckpt",
        &[
            "model.safetensors",
            "tensors are wrong",
            "generator.encode.3.conv1.weight: missing",
        ],
    );
}

#[test]
fn explaining_lists_every_rewrite_and_leaving_one_out_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    checkpoint(&from);
    let export = |options: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.arg("--checkpoint").arg(&from).arg("--out").arg(&to);
        let (code, stdout, stderr) = run(command.args(options));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        (
            stdout,
            Bundle::open(&to).unwrap().manifest().rewrites.clone(),
        )
    };
    let (stdout, all) = export(&["--explain"]);
    for pass in model_export::rewrite::PASSES {
        let lines = stdout.lines().map(str::trim_start);
        assert_eq!(lines.filter(|line| line.starts_with(pass.name)).count(), 4);
    }
    assert!(stdout.contains("times fewer multiply-adds"), "{stdout}");
    let (stdout, some) = export(&["--no-pooled-conv", "--no-scale", "--explain"]);
    assert!(!stdout.contains("pooled-conv"), "{stdout}");
    assert_eq!(some.len() + 2, all.len());

    let mut command = Command::new(PROGRAM);
    let (code, stdout, _) = run(command.arg("inspect").arg(&to));
    assert_eq!(code, Some(0));
    assert!(stdout.contains("InstanceNormalization"), "{stdout}");
}
