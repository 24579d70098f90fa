//! The program killed, stopped, started twice, without memory, or only asked.

use crate::small::{configs, data, settings, step};
use model_spec::{
    CheckpointSpec,
    checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use trainer::{error::TrainError, training::with_memory_hint};

/// `trainer fit` on one thread, with the small settings and `more`.
fn fit(data: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command
        .arg("fit")
        .arg("--config")
        .arg(configs().join("smile-64.toml"))
        .arg("--data")
        .arg(data)
        .arg("--out")
        .arg(out)
        .env("OMP_NUM_THREADS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for setting in settings(more) {
        command.args(["--set", &setting]);
    }
    command
}

fn signal(child: &Child, name: &str) {
    let number = child.id().to_string();
    let killed = Command::new("kill").args([name, &number]).status().unwrap();
    assert!(killed.success());
}

fn wait_for(what: &str, there: impl Fn() -> bool) {
    let started = Instant::now();
    while !there() {
        assert!(started.elapsed() < Duration::from_mins(2), "no {what}");
        sleep(Duration::from_millis(10));
    }
}

/// The newest checkpoint that `--resume` would take; all of its files must have their digests.
fn newest(out: &Path) -> Option<u64> {
    let entries = fs::read_dir(out.join("checkpoints")).ok()?;
    let mut paths: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none())
        .collect();
    paths.sort();
    let path = paths.pop()?;
    let files = [MODEL_FILE, TRAINING_FILE, PARITY_FILE];
    let spec = CheckpointSpec::load(&path, &files).unwrap();
    Some(spec.provenance.steps)
}

#[test]
fn fifty_kills_leave_a_whole_checkpoint_and_the_bytes_of_an_unbroken_run() {
    const KILLS: usize = 50;
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    // Saves at every step, so that many kills fall into one.
    let endless = ["schedule.checkpoint_interval=1", "schedule.steps=1000000"];
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let (mut reached, mut half_written) = (0, 0);
    let started = Instant::now();
    for kill in 0..KILLS {
        let mut child = fit(&data, &out, &endless).arg("--resume").spawn().unwrap();
        // Every other run has saved a step before; the others are inside their first save.
        let (saved, saving) = (format!("step-{:08}", reached + 1), kill % 2 == 0);
        wait_for("progress", || {
            let entries = fs::read_dir(out.join("checkpoints"));
            let names = entries.into_iter().flatten().flatten();
            let mut names = names.map(|entry| entry.file_name().into_string().unwrap());
            names.any(|name| name >= saved && name.contains('.') == saving)
        });
        sleep(Duration::from_micros(rng.random_range(0..100_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = newest(&out).unwrap_or(0);
        assert!(
            now >= reached,
            "kill {kill}: went back from {reached} to {now}"
        );
        reached = now;
        if let Ok(entries) = fs::read_dir(out.join("checkpoints")) {
            let mut names = entries.flatten();
            half_written += usize::from(names.any(|e| e.path().extension().is_some()));
        }
    }
    println!(
        "{KILLS} kills in {:.0} s, {half_written} of them inside a save, {reached} steps",
        started.elapsed().as_secs_f64()
    );
    assert!(reached >= KILLS as u64 / 2, "only {reached} steps");
    assert!(half_written > 0, "no kill fell into a save");

    let last = format!("schedule.steps={}", reached + 2);
    let finish = ["schedule.checkpoint_interval=1", last.as_str()];
    let resumed = fit(&data, &out, &finish).arg("--resume").output().unwrap();
    assert!(resumed.status.success(), "{resumed:?}");
    let whole = temporary.path().join("whole");
    let unbroken = fit(&data, &whole, &finish[1..]).output().unwrap();
    assert!(unbroken.status.success(), "{unbroken:?}");
    let read = |out: &Path| fs::read(step(out, reached + 2).join(TRAINING_FILE)).unwrap();
    assert!(
        read(&out) == read(&whole),
        "other bytes than an unbroken run's"
    );
}

#[test]
fn a_second_fit_is_refused_and_sigterm_finishes_the_step_and_saves() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let endless = [
        "schedule.steps=1000000",
        "schedule.checkpoint_interval=1000000",
    ];
    let child = fit(&data, &out, &endless).spawn().unwrap();
    wait_for("statistics", || out.join("stats.jsonl").exists());
    let second = fit(&data, &out, &endless).arg("--resume").output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let message = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(message.contains("in use by another"), "{message}");
    signal(&child, "-TERM");
    let finished = child.wait_with_output().unwrap();
    assert!(finished.status.success(), "{finished:?}");
    assert!(newest(&out).unwrap() > 0);
}

#[test]
fn a_dry_run_computes_a_step_and_writes_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let done = fit(&data, &out, &[]).arg("--dry-run").output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains("train/smiling: 3 faces"), "{text}");
    assert!(
        text.contains("loss cycle:") && text.contains("memory:"),
        "{text}"
    );
    assert!(!out.exists());
    fs::remove_dir_all(data.join("train/neutral")).unwrap();
    let done = fit(&data, &out, &[]).arg("--dry-run").output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(!out.exists());
}

#[test]
fn wrong_requests_end_with_2_and_failures_with_1() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let code = |command: &mut Command| command.output().unwrap().status.code();
    let mut wrong = fit(&data, &out, &["schedule.stpes=3"]);
    assert_eq!(code(&mut wrong), Some(2));
    let mut wrong = fit(&data, &out, &["speed.bf16=true"]);
    assert_eq!(code(&mut wrong), Some(2));
    let mut wrong = fit("synthetic".as_ref(), &out, &[]);
    assert_eq!(code(wrong.args(["--attributes", "moustache"])), Some(2));
    let mut missing = fit(&data.join("nowhere"), &out, &[]);
    assert_eq!(code(&mut missing), Some(1));
}

#[test]
fn no_memory_for_a_step_says_which_batch_size_to_try() {
    let starved = |batch_size| {
        with_memory_hint(batch_size, || {
            let kind = (tch::Kind::Float, tch::Device::Cpu);
            Ok(tch::Tensor::zeros([1 << 30, 1 << 20], kind))
        })
        .unwrap_err()
    };
    let error = starved(8);
    assert!(matches!(error, TrainError::OutOfMemory { batch_size: 8 }));
    assert!(
        error.to_string().contains("schedule.batch_size=4"),
        "{error}"
    );
    assert!(starved(1).to_string().contains("max_conv_dim"));
}
