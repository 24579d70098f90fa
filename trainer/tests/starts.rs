//! Runs that start from the weights of another model.

use crate::{
    foreign::Editor,
    pickled,
    small::{config, config_of, data, step, train},
};
use model_spec::AttributeSet;
use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};
use trainer::{
    checkpoint,
    config::Config,
    device::DeviceChoice,
    error::TrainError,
    training::{FitRequest, fit},
    weights::{self, Weights},
};

/// Fits from `from`, on three faces per domain.
fn fit_from(
    folder: &Path,
    from: Option<&Path>,
    config: Config,
    resume: bool,
) -> Result<(), TrainError> {
    let request = FitRequest {
        config,
        data: data(&folder.join("data")),
        out: folder.join("run"),
        resume,
        from: from.map(Path::to_owned),
        device: DeviceChoice::Cpu,
    };
    fit(&request, &Arc::new(AtomicBool::new(false)))
}

fn model(folder: &Path, at: u64) -> Weights {
    weights::read(&step(&folder.join("run"), at).join("model.safetensors")).unwrap()
}

/// How far the editor of a run is from the weights it started from.
fn distance(found: &Weights, start: &Weights, network: &str) -> f64 {
    let named = start.iter().filter(|(name, _)| name.starts_with(network));
    let distances = named.map(|(name, tensor)| {
        let difference = (&found[name] - tensor).abs().max();
        difference.double_value(&[])
    });
    distances.fold(0.0, f64::max)
}

#[test]
fn a_run_starts_from_a_checkpoint_and_says_so_after_it_was_resumed() {
    let _alone = crate::small::alone();
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second, fresh] = folders.each_ref().map(tempfile::TempDir::path);
    fit_from(first, None, config(&["seed=1"]), false).unwrap();
    let start = step(&first.join("run"), 4);
    // Rates of zero keep the weights where they started.
    let still = |steps: &str| {
        let steps = format!("schedule.steps={steps}");
        let rates = [
            "seed=2",
            "editor_adam.learning_rate=1e-12",
            "schedule.discriminator_head_start=0",
        ];
        config(&[&rates[..], &[&steps]].concat())
    };
    fit_from(second, Some(&start), still("2"), false).unwrap();
    let started = model(first, 4);
    let found = model(second, 2);
    for network in ["generator.", "style_encoder.", "style_transformer."] {
        let moved = distance(&found, &started, network);
        assert!(moved < 1e-6, "{network}: {moved}");
    }
    fit_from(fresh, None, still("2"), false).unwrap();
    assert!(distance(&model(fresh, 2), &started, "generator.") > 1e-3);
    // The same command goes on with the run, not with the start again.
    fit_from(second, Some(&start), still("4"), true).unwrap();
    fit_from(second, None, still("6"), true).unwrap();
    // The oldest has made room.
    for at in [4, 6] {
        let spec = checkpoint::load(&step(&second.join("run"), at), tch::Device::Cpu)
            .unwrap()
            .spec;
        let notes = &spec.provenance.notes;
        let count = notes
            .iter()
            .filter(|note| note.contains("started from"))
            .count();
        assert_eq!(count, 1, "step {at}: {notes:?}");
    }
}

#[test]
fn a_run_with_one_attribute_more_starts_every_domain_from_its_like() {
    let _alone = crate::small::alone();
    let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let synthetic = Path::new("synthetic");
    let small = |of: &[&str]| config_of("synthetic-64.toml", &[of, &["schedule.steps=2"]].concat());
    let both = small(&[
        "editor_adam.learning_rate=1e-12",
        "discriminator_adam.learning_rate=1e-12",
    ]);
    let mut smile = small(&["seed=2"]);
    smile.attributes = AttributeSet::new(both.attributes.as_slice()[..1].to_vec())
        .unwrap()
        .into();
    train(synthetic, &first.path().join("run"), smile, false).unwrap();
    let start = step(&first.path().join("run"), 2);
    let request = FitRequest {
        config: both,
        data: synthetic.into(),
        out: second.path().join("run"),
        resume: false,
        from: Some(start.clone()),
        device: DeviceChoice::Cpu,
    };
    fit(&request, &Arc::new(AtomicBool::new(false))).unwrap();
    let (old, new) = (model(first.path(), 2), model(second.path(), 2));
    let end = step(&second.path().join("run"), 2);
    let [old_training, new_training] =
        [start, end].map(|folder| weights::read(&folder.join("training.safetensors")).unwrap());
    // Smile is the lower bit of the four domains.
    for domain in 0..4 {
        let smiling = domain % 2;
        for (head, layer) in [
            ("style_encoder.unshared", "weight"),
            ("style_transformer.related", "4.bias"),
        ] {
            let was = &old[&format!("{head}.{smiling}.{layer}")];
            let moved = (&new[&format!("{head}.{domain}.{layer}")] - was)
                .abs()
                .max();
            assert!(moved.double_value(&[]) < 1e-6, "{head}, domain {domain}");
        }
        let logits = |weights: &Weights, row| weights["discriminator.main.7.weight"].get(row);
        let moved = logits(&new_training, domain) - logits(&old_training, smiling);
        assert!(
            moved.abs().max().double_value(&[]) < 1e-6,
            "domain {domain}"
        );
    }
    assert!(distance(&new, &old, "generator.") < 1e-6);
}

#[test]
fn a_run_starts_from_official_weights_and_from_stargan_v2s() {
    let _alone = crate::small::alone();
    let mut editor = Editor::new(0.0);
    let settings = [
        "architecture.colour=rgb",
        "architecture.output=image",
        "architecture.style_dim=8",
        "editor_adam.learning_rate=1e-12",
        "schedule.steps=2",
    ];
    for transformer in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        if !transformer {
            editor
                .style_encoder
                .retain(|name, _| !name.starts_with("transform"));
        }
        let path = folder.join("nets_ema.ckpt");
        let parts = [
            ("generator", &editor.generator),
            ("style_encoder", &editor.style_encoder),
        ];
        pickled::save(&path, &parts);
        fit_from(folder, Some(&path), config(&settings), false).unwrap();
        let found = model(folder, 2);
        for (name, tensor) in &editor.generator {
            if !name.starts_with("attention.") {
                let distance = (&found[&format!("generator.{name}")] - tensor).abs().max();
                assert!(distance.double_value(&[]) < 1e-6, "{name}");
            }
        }
        assert!(found.contains_key("style_transformer.unrelated.0.weight"));
    }
}

#[test]
fn weights_of_another_kind_or_shape_are_no_start_and_nothing_is_written() {
    let _alone = crate::small::alone();
    let first = tempfile::tempdir().unwrap();
    fit_from(first.path(), None, config(&[]), false).unwrap();
    let start = step(&first.path().join("run"), 4);
    let cases = [
        ("architecture.output=image", "architecture.output"),
        ("architecture.max_conv_dim=6", "expected ["),
    ];
    for (setting, part) in cases {
        let folder = tempfile::tempdir().unwrap();
        let error = fit_from(folder.path(), Some(&start), config(&[setting]), false).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(part), "{part:?} is not in: {message}");
        assert!(!folder.path().join("run/checkpoints/step-00000002").exists());
    }
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere.ckpt");
    assert!(fit_from(folder.path(), Some(&nowhere), config(&[]), false).is_err());
}
