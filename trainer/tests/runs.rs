//! Whole training runs on small networks and a handful of procedural faces.

use model_spec::checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};
use trainer::{
    checkpoint,
    config::Config,
    error::TrainError,
    fit::{Request, fit},
};

const SIZE: u32 = 32;

/// Three faces per domain under `folder/train` and `folder/test`.
fn data(folder: &Path) -> PathBuf {
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

fn config(overrides: &[&str]) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/smile-64.toml");
    let small = [
        "architecture.image_size=32",
        "architecture.stem_channels=4",
        "architecture.max_conv_dim=8",
        "architecture.classifier_channels=4",
        "data.synthetic_faces_per_domain=2",
        "classifier.steps=2",
        "classifier.batch_size=4",
        "schedule.batch_size=2",
        "schedule.r1_interval=2",
        "schedule.discriminator_head_start=1",
        "schedule.steps=4",
        "schedule.checkpoint_interval=2",
    ];
    let overrides: Vec<String> = small
        .iter()
        .chain(overrides)
        .map(|&text| text.to_owned())
        .collect();
    Config::load(&path, &overrides).unwrap()
}

fn train(data: &Path, out: &Path, config: Config, resume: bool) -> Result<(), TrainError> {
    let request = Request {
        config,
        data: data.into(),
        out: out.into(),
        resume,
    };
    fit(&request, &Arc::new(AtomicBool::new(false)))
}

fn step(out: &Path, step: u64) -> PathBuf {
    out.join(format!("checkpoints/step-{step:08}"))
}

#[test]
fn two_steps_stop_and_two_more_give_the_bytes_of_four() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let whole = temporary.path().join("whole");
    let parts = temporary.path().join("parts");
    train(&data, &whole, config(&[]), false).unwrap();
    train(&data, &parts, config(&["schedule.steps=2"]), false).unwrap();
    train(&data, &parts, config(&[]), true).unwrap();
    for file in [MODEL_FILE, TRAINING_FILE, PARITY_FILE] {
        let read = |out: &Path| fs::read(step(out, 4).join(file)).unwrap();
        assert!(read(&whole) == read(&parts), "{file} differs");
    }
    let early = fs::read(step(&whole, 2).join(MODEL_FILE)).unwrap();
    let late = fs::read(step(&whole, 4).join(MODEL_FILE)).unwrap();
    assert!(early != late, "training changed nothing");
}

#[test]
fn a_run_with_checkpoints_is_not_overwritten_without_resume() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    let error = train(&data, &out, config(&[]), false).unwrap_err();
    assert!(error.to_string().contains("--resume"), "{error}");
}

#[test]
fn a_full_disk_leaves_the_last_checkpoint_whole() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    // A file where the next checkpoint's folder has to be made fails like a disk without room.
    fs::write(step(&out, 4).with_extension("partial"), "in the way").unwrap();
    let error = train(&data, &out, config(&[]), true).unwrap_err();
    assert!(
        error.to_string().contains("step-00000004.partial"),
        "{error}"
    );
    checkpoint::load(&step(&out, 2), tch::Device::Cpu).unwrap();
}

#[test]
fn a_changed_checkpoint_is_refused_by_name() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    let path = step(&out, 2).join(MODEL_FILE);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = checkpoint::load(&step(&out, 2), tch::Device::Cpu).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains(MODEL_FILE) && message.contains("SHA-256"),
        "{message}"
    );
}

#[test]
fn an_infinite_loss_stops_the_run_and_names_step_and_loss() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let wild = config(&["editor_adam.learning_rate=1e30", "schedule.steps=20"]);
    let error = train(&data, &out, wild, false).unwrap_err();
    let TrainError::NonFiniteLoss { step, .. } = &error else {
        panic!("{error}");
    };
    let message = error.to_string();
    assert!(message.contains(&format!("step {step}")), "{message}");
    assert!(message.contains("loss `"), "{message}");
}

#[test]
fn unreadable_pictures_are_skipped_until_a_domain_is_empty() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let smiling = data.join("train/smiling");
    fs::write(smiling.join("0.png"), "not a picture").unwrap();
    let short = || config(&["schedule.steps=1"]);
    train(&data, &temporary.path().join("run"), short(), false).unwrap();
    for seed in 0..3 {
        fs::write(smiling.join(format!("{seed}.png")), "not a picture").unwrap();
    }
    let error = train(&data, &temporary.path().join("other"), short(), false).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("train/smiling"), "{message}");
    assert!(message.contains("among 3 files"), "{message}");
}

#[test]
fn a_missing_domain_folder_is_named_with_those_found() {
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    fs::rename(data.join("train/smiling"), data.join("train/laughing")).unwrap();
    let out = temporary.path().join("run");
    let message = train(&data, &out, config(&[]), false)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("smiling") && message.contains("laughing"),
        "{message}"
    );
}
