//! The program as a process of its own: started, signalled, waited for, and what it has saved.

use crate::small::{configs, settings};
use model_spec::{
    CheckpointSpec,
    checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE},
};
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// `trainer fit` on one thread, with the settings of `configs/name`, small networks and `more`.
pub fn fit(name: &str, data: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new("env");
    // Whatever the tests themselves were told to ignore.
    let own = [
        "--default-signal=INT,TERM,HUP",
        env!("CARGO_BIN_EXE_trainer"),
    ];
    command.args(own);
    command.arg("fit").arg("--config").arg(configs().join(name));
    command.arg("--data").arg(data).arg("--out").arg(out);
    for setting in settings(more) {
        command.args(["--set", &setting]);
    }
    command
        .env("OMP_NUM_THREADS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn signal(child: &Child, name: &str) {
    let number = child.id().to_string();
    let killed = Command::new("kill").args([name, &number]).status().unwrap();
    assert!(killed.success());
}

pub fn wait_for(what: &str, there: impl Fn() -> bool) {
    let started = Instant::now();
    while !there() {
        assert!(started.elapsed() < Duration::from_mins(2), "no {what}");
        sleep(Duration::from_millis(10));
    }
}

/// The newest checkpoint that `--resume` would take; all of its files must have their digests.
pub fn newest(out: &Path) -> Option<u64> {
    let entries = fs::read_dir(out.join("checkpoints")).ok()?;
    let paths = entries.map(|entry| entry.unwrap().path());
    let path = paths.filter(|path| path.extension().is_none()).max()?;
    let files = [MODEL_FILE, TRAINING_FILE, PARITY_FILE];
    let spec = CheckpointSpec::load(&path, &files).unwrap();
    Some(spec.provenance.steps)
}

/// Copies a folder to a new one.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}
