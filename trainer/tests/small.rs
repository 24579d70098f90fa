//! Small networks and a handful of procedural faces, for whole training runs in a second.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};
use trainer::{
    checkpoint::{self, Checkpoint},
    config::Config,
    device::DeviceChoice,
    error::TrainError,
    training::{FitRequest, fit},
};

pub const SIZE: u32 = 32;

/// Keeps tests that compute with libtorch apart: its random generator is the whole process's, and a
/// network made on another thread would shift the numbers that a seed gives.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    // A test that failed left nothing half done that another one reads.
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Three faces per domain under `folder/train` and `folder/test`.
pub fn data(folder: &Path) -> PathBuf {
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

/// The settings in `configs/name`, with networks for seconds.
pub fn config_of(name: &str, overrides: &[&str]) -> Config {
    let overrides = settings(overrides);
    Config::load(&configs().join(name), &overrides).unwrap()
}

pub fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")
}

pub fn config(overrides: &[&str]) -> Config {
    config_of("smile-64.toml", overrides)
}

/// `--set` values that make a run small, and then `more`.
pub fn settings(more: &[&str]) -> Vec<String> {
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
        "evaluation.interval=0",
    ];
    let all = small.iter().chain(more);
    all.map(|&text| text.to_owned()).collect()
}

pub fn train(data: &Path, out: &Path, config: Config, resume: bool) -> Result<(), TrainError> {
    let request = FitRequest {
        config,
        data: data.into(),
        out: out.into(),
        resume,
        from: None,
        device: DeviceChoice::Cpu,
    };
    fit(&request, &Arc::new(AtomicBool::new(false)))
}

pub fn step(out: &Path, step: u64) -> PathBuf {
    out.join(format!("checkpoints/step-{step:08}"))
}

/// A checkpoint of four steps on the faces of [`data`], and those faces' folder.
pub fn trained(folder: &Path) -> (Checkpoint, PathBuf) {
    let data = data(&folder.join("data"));
    let out = folder.join("run");
    train(&data, &out, config(&[]), false).unwrap();
    let model = checkpoint::load(&step(&out, 4), tch::Device::Cpu).unwrap();
    (model, data)
}
