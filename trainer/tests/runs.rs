//! Whole training runs: resume, full disks, bad data and bad losses.

use crate::small::{config, data, step, train};
use model_spec::checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE};
use std::{fs, path::Path};
use trainer::{checkpoint, error::TrainError};

#[test]
fn two_steps_stop_and_two_more_give_the_bytes_of_four() {
    let _alone = crate::small::alone();
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
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    let error = train(&data, &out, config(&[]), false).unwrap_err();
    assert!(error.to_string().contains("--resume"), "{error}");
}

#[test]
fn a_full_disk_leaves_the_last_checkpoint_whole() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    // A file where the next checkpoint has to be put fails like a disk without room.
    fs::write(step(&out, 4), "in the way").unwrap();
    let error = train(&data, &out, config(&[]), true).unwrap_err();
    assert!(error.to_string().contains("step-00000004"), "{error}");
    assert_eq!(fs::read(step(&out, 4)).unwrap(), b"in the way");
    checkpoint::load(&step(&out, 2), tch::Device::Cpu).unwrap();
}

#[test]
fn a_changed_checkpoint_is_refused_by_name() {
    let _alone = crate::small::alone();
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
    let _alone = crate::small::alone();
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
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let smiling = data.join("train/smiling");
    fs::write(smiling.join("0.png"), "not a picture").unwrap();
    let short = || config(&["schedule.steps=1", "schedule.discriminator_head_start=0"]);
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
    let _alone = crate::small::alone();
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

#[test]
fn a_checkpoint_of_another_architecture_is_refused_with_the_first_differences() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    let other = [
        "architecture.style_dim=16",
        "architecture.stem_channels=8",
        "architecture.max_conv_dim=16",
        "architecture.classifier_channels=4",
        "architecture.output=image",
        "data.synthetic_share=0",
        "attributes=[{name='grin',label='Grin',off='neutral',on='smiling',strength_range=[-1,1]}]",
    ];
    let _ = fs::remove_dir_all(out.join("classifier"));
    let message = train(&data, &out, config(&other), true)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("architecture.style_dim: found 64, expected 16"),
        "{message}"
    );
    assert_eq!(message.matches("found").count(), 5, "{message}");
    assert!(message.contains("more"), "{message}");
}

#[test]
fn a_damaged_newest_checkpoint_gives_way_to_the_one_before() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&[]), false).unwrap();
    let whole = fs::read(step(&out, 4).join(TRAINING_FILE)).unwrap();
    fs::write(step(&out, 4).join(TRAINING_FILE), &whole[..whole.len() / 2]).unwrap();
    train(&data, &out, config(&[]), true).unwrap();
    assert!(fs::read(step(&out, 4).join(TRAINING_FILE)).unwrap() == whole);
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("mine.toml");
    let base = crate::small::configs().join("smile-64.toml");
    let text = format!("base = {base:?}\n[schedule]\nbatchsize = 4\n");
    fs::write(&path, text).unwrap();
    let error = trainer::config::Config::load(&path, &[]).unwrap_err();
    assert!(error.is_usage());
    let message = error.to_string();
    assert!(message.contains("mine.toml"), "{message}");
    assert!(message.contains("did you mean `batch_size`?"), "{message}");
    let set = ["schedule.setps=4".to_owned()];
    let message = trainer::config::Config::load(Path::new(&base), &set)
        .unwrap_err()
        .to_string();
    assert!(message.contains("did you mean \"steps\"?"), "{message}");
}
