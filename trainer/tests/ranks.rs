//! Several processes that train one model: the same as one, on rank 0's disk alone, and ended together.

use crate::{
    layouts::celeba_hq,
    processes::{self, copy, newest, signal, wait_for},
    small::step,
};
use model_spec::{
    CheckpointSpec,
    checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE},
};
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output},
    thread::sleep,
    time::{Duration, Instant},
};
use tch::{Kind, Tensor};
use trainer::weights;

/// A run of the shipped model's settings, small, with everything that a batch has in common in its losses.
const SETTINGS: [&str; 5] = [
    "schedule.batch_size=8",
    "schedule.tick_interval=1",
    "data.augmentation.cover_probability=0.5",
    "classifier.steps=4",
    "health.stop=false",
];

/// One process of such a run, with `more`.
fn fit(data: &Path, out: &Path, more: &[&str]) -> Command {
    processes::fit("smile.toml", data, out, &[&SETTINGS, more].concat())
}

/// Faces of a data set whose table says which are no examples of their domain.
fn data(folder: &Path) -> PathBuf {
    celeba_hq(folder, 31);
    folder.into()
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

/// Starts two ranks as a launcher would; each names a folder of its own for its output, the first one `out`.
fn two_ranks(data: &Path, out: &Path, more: &[&str], resume: bool) -> [Child; 2] {
    let port = free_port();
    let outs = [out.to_owned(), out.with_extension("second")];
    [0, 1].map(|rank| {
        let mut command = fit(data, &outs[rank], more);
        command
            .args(resume.then_some("--resume"))
            .env("RANK", rank.to_string())
            .env("WORLD_SIZE", "2")
            .env("MASTER_ADDR", "localhost")
            .env("MASTER_PORT", &port);
        command.spawn().unwrap()
    })
}

fn ended(children: [Child; 2]) -> [Output; 2] {
    children.map(|child| child.wait_with_output().unwrap())
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn train_on_two(data: &Path, out: &Path, more: &[&str], resume: bool) {
    for output in ended(two_ranks(data, out, more, resume)) {
        assert!(output.status.success(), "{}", text(&output));
    }
    assert!(!out.with_extension("second").exists(), "rank 1 has written");
}

fn train_on_one(data: &Path, out: &Path, more: &[&str], resume: bool) {
    let output = fit(data, out, more)
        .args(resume.then_some("--resume"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

/// Figures of a run's statistics by step and name.
fn figures(out: &Path) -> BTreeMap<(u64, String), f64> {
    let text = fs::read_to_string(out.join("stats.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let figures = lines.flat_map(|line: serde_json::Map<String, serde_json::Value>| {
        let step = line["step"].as_u64().unwrap();
        let named = line.into_iter().filter(|(name, _)| name != "step");
        let named = named.filter_map(move |(name, value)| Some(((step, name), value.as_f64()?)));
        named.collect::<Vec<_>>()
    });
    figures.collect()
}

/// Length of `a - b` over all tensors of a checkpoint's file whose name begins with `prefix`.
fn distance(a: &Path, b: &Path, file: &str, prefix: &str) -> f64 {
    let [a, b] = [a, b].map(|path| weights::read(&path.join(file)).unwrap());
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let named = a.iter().filter(|(name, _)| name.starts_with(prefix));
    let square = |(name, tensor): (&String, &Tensor)| {
        let difference = tensor.to_kind(Kind::Double) - b[name].to_kind(Kind::Double);
        difference.square().sum(Kind::Double).double_value(&[])
    };
    named.map(square).sum::<f64>().sqrt()
}

/// Asserts that two runs differ by no more than rounding, in weights of `step` compared with what training changed
/// since `before`, and in losses.
fn assert_alike(a: &Path, b: &Path, before: u64, step_count: u64) {
    let (late, early) = (step(a, step_count), step(a, before));
    for (file, prefix) in [
        (MODEL_FILE, "generator."),
        (MODEL_FILE, "style_"),
        (TRAINING_FILE, "editor."),
        (TRAINING_FILE, "discriminator."),
        (TRAINING_FILE, "editor_adam.first."),
        (TRAINING_FILE, "discriminator_adam.second."),
    ] {
        let learnt = distance(&late, &early, file, prefix);
        let apart = distance(&late, &step(b, step_count), file, prefix);
        println!("{prefix}: apart {apart:.2e}, learnt {learnt:.2e}");
        assert!(learnt > 0.0, "{file}: {prefix}* has learnt nothing");
        assert!(
            apart < 0.01 * learnt,
            "{file}: {prefix}* are {apart:e} apart, and learnt {learnt:e}"
        );
    }
    let (a, b) = (figures(a), figures(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    assert!(a.len() > 20, "{a:?}");
    for (name, expected) in a {
        let found = b[&name];
        let apart = (found - expected).abs() / expected.abs().max(1e-3);
        assert!(apart < 1e-3, "{name:?}: found {found}, expected {expected}");
    }
}

#[test]
fn two_ranks_train_like_one_and_resume_on_two_or_on_one() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let run = |name: &str| -> PathBuf { temporary.path().join(name) };
    let (one, two, parts, again) = (run("one"), run("two"), run("parts"), run("again"));
    train_on_one(&data, &one, &[], false);
    train_on_two(&data, &two, &[], false);
    assert_alike(&one, &two, 2, 4);

    // Gone on after the second step: the same bytes on as many ranks.
    for run in [&parts, &again] {
        copy(&two, run);
        fs::remove_dir_all(step(run, 4)).unwrap();
    }
    train_on_two(&data, &parts, &[], true);
    for file in [MODEL_FILE, TRAINING_FILE, PARITY_FILE] {
        let read = |out: &Path| fs::read(step(out, 4).join(file)).unwrap();
        assert!(read(&two) == read(&parts), "{file} differs");
    }
    // On another number, what rounding leaves, and a note in the checkpoint.
    train_on_one(&data, &again, &[], true);
    assert_alike(&two, &again, 2, 4);
    let notes = CheckpointSpec::load(&step(&again, 4), &[])
        .unwrap()
        .provenance
        .notes;
    assert!(
        notes.iter().any(|note| note.contains("2 ranks")),
        "{notes:?}"
    );
}

/// Kills one of two ranks in the middle of training: what the other one says, and how long it stays.
fn survivor_of(killed: usize) -> (String, Duration) {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let endless = ["schedule.checkpoint_interval=1", "schedule.steps=1000000"];
    let [mut victim, other] = {
        let [first, second] = two_ranks(&data, &out, &endless, false);
        if killed == 0 {
            [first, second]
        } else {
            [second, first]
        }
    };
    wait_for("checkpoint", || step(&out, 2).exists());
    victim.kill().unwrap();
    let started = Instant::now();
    let output = other.wait_with_output().unwrap();
    let took = started.elapsed();
    victim.wait().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(newest(&out).unwrap() >= 2);
    (text(&output), took)
}

/// Ten seconds are promised; a machine that runs other tests may be slower.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_killed_rank_ends_rank_0_which_names_it_and_the_checkpoint() {
    let (log, took) = survivor_of(1);
    println!("ended after {took:?}: {log}");
    assert!(took < SOON, "{took:?}");
    assert!(log.contains("rank 1 of 2 is gone"), "{log}");
    assert!(
        log.contains("the last good checkpoint is") && log.contains("step-"),
        "{log}"
    );
}

#[test]
fn without_rank_0_the_others_end() {
    let (log, took) = survivor_of(0);
    println!("ended after {took:?}: {log}");
    assert!(took < SOON, "{took:?}");
    assert!(log.contains("rank 0 of 2 is gone"), "{log}");
}

#[test]
fn a_signal_to_any_rank_ends_all_after_a_step_that_is_saved() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let endless = [
        "schedule.checkpoint_interval=1000000",
        "schedule.steps=1000000",
    ];
    let children = two_ranks(&data, &out, &endless, false);
    wait_for("statistics", || out.join("stats.jsonl").exists());
    signal(&children[1], "-TERM");
    for output in ended(children) {
        assert!(output.status.success(), "{}", text(&output));
    }
    assert!(newest(&out).unwrap() > 0);
}

#[test]
fn a_signal_while_rank_0_trains_the_classifier_ends_all() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let children = two_ranks(&data, &out, &["classifier.steps=100000000"], false);
    // Made when the data are read, before the classifier.
    wait_for("run folder", || out.join("lock").exists());
    sleep(Duration::from_secs(2));
    for child in &children {
        signal(child, "-INT");
    }
    for output in ended(children) {
        assert!(output.status.success(), "{}", text(&output));
    }
    assert_eq!(newest(&out), None);
}

#[test]
fn what_ranks_cannot_do_is_said_before_anything_is_written() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    // Half of a launcher's variables.
    let output = fit(&data, &out, &[])
        .env("WORLD_SIZE", "2")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("RANK: found nothing"),
        "{}",
        text(&output)
    );
    // A batch that two ranks cannot share.
    let outputs = ended(two_ranks(&data, &out, &["schedule.batch_size=7"], false));
    for output in outputs {
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        let log = text(&output);
        assert!(
            log.contains("schedule.batch_size: found 7, expected a multiple of 2"),
            "{log}"
        );
    }
    assert!(!out.exists() && !out.with_extension("second").exists());
}
