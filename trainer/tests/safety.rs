//! The program killed, stopped, started twice, without memory, or only asked.

use crate::{
    processes::{self, newest, signal, wait_for},
    small::{configs, data, step},
};
use model_spec::checkpoint::TRAINING_FILE;
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

/// `trainer fit` of the model that adds brightness, small, with `more`.
fn fit(data: &Path, out: &Path, more: &[&str]) -> Command {
    processes::fit("smile-64.toml", data, out, more)
}

#[test]
fn kills_leave_a_whole_checkpoint_and_the_bytes_of_an_unbroken_run() {
    // `make test-kills` asks for 200.
    let kills = std::env::var("KILLS").ok();
    let kills = kills.map_or(50, |text| text.parse().expect("KILLS is a number"));
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    // Saves at every step, so that many kills fall into one.
    let endless = ["schedule.checkpoint_interval=1", "schedule.steps=1000000"];
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let (mut reached, mut half_written) = (0, 0);
    let started = Instant::now();
    for kill in 0..kills {
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
        "{kills} kills in {:.0} s, {half_written} of them inside a save, {reached} steps",
        started.elapsed().as_secs_f64()
    );
    assert!(reached >= kills / 2, "only {reached} steps");
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

/// Text of a program's standard error once it has ended, and its exit code.
fn ended(child: Child) -> (String, Option<i32>) {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (text, output.status.code())
}

/// Reads the log of a running program until a line has `words`.
fn read_until(child: &mut Child, words: &str) -> std::io::BufReader<std::process::ChildStderr> {
    use std::io::BufRead;
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "no {words:?}");
    }
    log
}

#[test]
fn signals_are_heeded_while_faces_are_rendered_and_classifiers_train() {
    use std::io::Read;
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let rendering = ["data.synthetic_faces_per_domain=10000000"];
    let long = ["classifier.steps=1000000"];
    let judge = [
        "evaluation.judge_steps=1000000",
        "evaluation.interval=2",
        "classifier.steps=50",
    ];
    let cases: [(&Path, &[&str], &str); 3] = [
        ("synthetic".as_ref(), &rendering, "data:"),
        (&data, &long, "classifier 50/1000000"),
        (&data, &judge, "judge 50/1000000"),
    ];
    for ((data, more, words), name) in cases.into_iter().zip(["-INT", "-TERM", "-HUP"]) {
        let mut command = fit(data, &out, more);
        if data == Path::new("synthetic") {
            command.args(["--attributes", "smile:neutral/smiling"]);
        }
        let mut child = command.spawn().unwrap();
        let mut log = read_until(&mut child, words);
        signal(&child, name);
        let asked = Instant::now();
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("nothing to save"), "{name}: {rest}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{name}");
        assert!(asked.elapsed() < Duration::from_secs(20), "{name}");
    }
}

#[test]
fn a_closed_terminal_saves_and_a_second_signal_ends_at_once() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let endless = [
        "schedule.steps=1000000",
        "schedule.checkpoint_interval=1000000",
    ];
    let child = fit(&data, &out, &endless).spawn().unwrap();
    wait_for("statistics", || out.join("stats.jsonl").exists());
    signal(&child, "-HUP");
    let (log, code) = ended(child);
    assert_eq!(code, Some(0), "{log}");
    assert!(newest(&out).unwrap() > 0);
    assert!(
        log.contains("newest checkpoint") && log.contains("step-"),
        "{log}"
    );

    // Steps that are long enough for a second signal.
    let slow = ["schedule.batch_size=1024", "schedule.steps=1000000"];
    let out = temporary.path().join("slow");
    let child = fit(&data, &out, &slow).spawn().unwrap();
    wait_for("the first step", || out.join("run.json").exists());
    sleep(Duration::from_millis(500));
    signal(&child, "-INT");
    sleep(Duration::from_millis(100));
    signal(&child, "-TERM");
    let (log, code) = ended(child);
    assert_eq!(code, Some(143), "{log}");
    assert_eq!(newest(&out), None);
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let asked = fit(&data, &out, &["schedule.steps=1000000"]);
    let mut command = Command::new("env");
    command
        .arg("--ignore-signal=HUP")
        .args(asked.get_args().skip(1))
        .env("OMP_NUM_THREADS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let lines = || {
        let text = fs::read_to_string(out.join("stats.jsonl")).unwrap_or_default();
        text.lines().count()
    };
    wait_for("statistics", || lines() > 0);
    signal(&child, "-HUP");
    let before = lines();
    // More than what was under way.
    wait_for("further steps", || lines() > before + 2);
    signal(&child, "-TERM");
    let (log, code) = ended(child);
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn an_evaluation_gives_way_to_a_request_to_stop_and_the_step_is_saved() {
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("run");
    // Every step ends with a long evaluation, and no checkpoint is due before the stop.
    let evaluating = [
        "schedule.steps=1000000",
        "schedule.checkpoint_interval=1000000",
        "schedule.tick_interval=1",
        "evaluation.interval=1",
        "evaluation.judge_steps=1",
        "architecture.image_size=128",
        "data.synthetic_faces_per_domain=60",
    ];
    let mut command = fit(Path::new("synthetic"), &out, &evaluating);
    command.args(["--attributes", "smile:neutral/smiling"]);
    let child = command.spawn().unwrap();
    let statistics = out.join("stats.jsonl");
    wait_for("a step", || statistics.exists());
    signal(&child, "-INT");
    let (log, code) = ended(child);
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("not evaluated: asked to stop"), "{log}");
    assert!(newest(&out).unwrap() > 0, "{log}");
    let text = fs::read_to_string(statistics).unwrap();
    assert!(
        !text.lines().any(|line| line.matches(':').count() < 2),
        "{text}"
    );
}

#[test]
fn files_that_the_settings_name_are_found_or_missed_before_anything_else() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let (out, settings) = (
        temporary.path().join("run"),
        temporary.path().join("settings"),
    );
    fs::create_dir(&settings).unwrap();
    let file = settings.join("mine.toml");
    let base = configs().join("celeba-hq-256.toml");
    fs::write(
        &file,
        format!("base = {base:?}\nface_mask = \"wing.ckpt\"\n"),
    )
    .unwrap();
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command
            .arg("fit")
            .arg("--config")
            .arg(&file)
            .arg("--data")
            .arg(&data);
        command
            .arg("--out")
            .arg(&out)
            .arg("--dry-run")
            .current_dir(temporary.path());
        let (log, code) = ended(command.stderr(Stdio::piped()).spawn().unwrap());
        assert_eq!(code, Some(1), "{log}");
        assert!(!log.contains("data:"), "{log}");
        log
    };
    let log = run();
    let expected = settings.join("wing.ckpt").display().to_string();
    assert!(
        log.contains(&expected) && log.contains("face_mask: no such file"),
        "{log}"
    );
    // In the current folder, where --set would look.
    fs::write(temporary.path().join("wing.ckpt"), "x").unwrap();
    assert!(run().contains("did you mean --set face_mask=wing.ckpt?"));
    // Beside the settings: read, and no weights.
    fs::write(settings.join("wing.ckpt"), "x").unwrap();
    let log = run();
    assert!(
        log.contains(&expected) && !log.contains("no such file"),
        "{log}"
    );
}

#[test]
fn a_dry_run_refuses_a_step_that_memory_does_not_hold() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let done = fit(&data, &out, &["schedule.batch_size=100000000"])
        .arg("--dry-run")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{log}");
    assert!(
        log.contains("a step of 100000000 images takes about"),
        "{log}"
    );
    assert!(log.contains("--set schedule.batch_size="), "{log}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let sheet = temporary.path().join("sheet.png");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command
        .arg("inspect")
        .arg("--data")
        .arg(&data)
        .arg("--sheet")
        .arg(&sheet);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before the first line is written.
    drop(child.stdout.take());
    let (log, code) = ended(child);
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked") && sheet.is_file(), "{log}");
}
