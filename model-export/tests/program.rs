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
