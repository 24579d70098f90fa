//! Every settings file that ships trains.

use crate::small::{SIZE, config_of, configs, data, step, train};
use std::fs;
use trainer::{checkpoint, config::Config, networks::FaceMask, weights};

fn shipped() -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(configs()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "toml") {
            names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    names.sort();
    names
}

#[test]
fn every_settings_file_runs_two_steps_at_a_small_size() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let annotated = temporary.path().join("annotated");
    // Every fifteenth is for testing, and each of four combinations needs one.
    crate::layouts::celeba_hq(&annotated, 120);
    tch::manual_seed(5);
    let mask = temporary.path().join("mask.safetensors");
    weights::write(&mask, &FaceMask::new(tch::Device::Cpu).weights()).unwrap();
    let mask = format!("face_mask={:?}", mask.display().to_string());
    let small = [
        "schedule.steps=2",
        "schedule.discriminator_head_start=0",
        "evaluation.interval=0",
        "schedule.sample_interval=100",
        mask.as_str(),
    ];
    let twins = crate::twins::pairs(2);
    let names = shipped();
    assert_eq!(names.len(), 6, "{names:?}");
    for name in &names {
        println!("{name}");
        let config = config_of(name, &small);
        let out = temporary.path().join(name);
        let folder = match name.as_str() {
            "synthetic-64.toml" => "synthetic".as_ref(),
            // Leaves pictures out by their annotations.
            "smile.toml" | "faces.toml" => annotated.as_path(),
            "smile-free.toml" => twins.path(),
            _ => folder.as_path(),
        };
        let w_hpf = config.architecture.w_hpf;
        train(folder, &out, config, false).unwrap();
        let model = checkpoint::load(&step(&out, 2), tch::Device::Cpu).unwrap();
        assert_eq!(model.face_mask.is_some(), w_hpf > 0.0);
        assert_eq!(model.spec.architecture.image_size, SIZE as usize);
    }
}

#[test]
fn high_pass_skips_without_a_face_mask_network_are_refused() {
    let _alone = crate::small::alone();
    let overrides = crate::small::settings(&["architecture.w_hpf=1"]);
    let path = configs().join("smile-64.toml");
    let error = Config::load(&path, &overrides).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("face_mask") && message.contains("wing.ckpt"),
        "{message}"
    );
}

/// The keys of a table's numbers, words and switches, sections and all, with their values.
fn leaves(table: &toml::Table, section: &str) -> Vec<(String, toml::Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        let name = format!("{section}{key}");
        match value {
            toml::Value::Table(inner) => found.extend(leaves(inner, &format!("{name}."))),
            toml::Value::Array(_) => {}
            value => found.push((name, value.clone())),
        }
    }
    found
}

#[test]
fn every_key_can_be_set_whether_or_not_the_file_has_it() {
    for name in shipped() {
        let path = configs().join(&name);
        let config = Config::load(&path, &[]).unwrap();
        // With all that the file leaves out.
        let keys = leaves(&toml::Table::try_from(&config).unwrap(), "");
        assert!(
            keys.iter()
                .any(|(key, _)| key == "data.augmentation.burnt_probability")
        );
        let overrides: Vec<String> = keys
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(Config::load(&path, &overrides).unwrap(), config, "{name}");
    }
}

#[test]
fn prices_of_a_field_are_refused_for_models_that_move_nothing() {
    for field in [
        "loss.true_displacement",
        "loss.displacement",
        "loss.roughness",
        "loss.bending",
        "loss.stretch",
        "data.augmentation.difference_dropout",
    ] {
        let set = [format!("{field}=0.5")];
        let error = Config::load(&configs().join("smile-64.toml"), &set).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(field) && message.contains("architecture.output"),
            "{message}"
        );
        if field != "loss.true_displacement" {
            Config::load(&configs().join("smile.toml"), &set).unwrap();
        }
    }
}

#[test]
fn a_square_for_the_discriminator_that_is_none_of_its_pictures_is_refused() {
    let load = |square: &str| {
        let set = format!("data.judged_square={square}");
        Config::load(&configs().join("smile.toml"), &[set])
    };
    for square in ["[0, 0, 1]", "[0.25, 0.4, 0.5]", "[0.75, 0, 0.25]"] {
        load(square).unwrap();
    }
    // Outside, of a side that the network cannot halve, too small, and no numbers.
    for square in [
        "[0.6, 0, 0.5]",
        "[0, 0.501, 0.5]",
        "[-0.1, 0, 0.5]",
        "[0, 0, 0.75]",
        "[0, 0, 2]",
        "[0, 0, 0.125]",
        "[0, 0, -0.5]",
        "[nan, 0, 0.5]",
        "[0, nan, 0.5]",
        "[0, 0, nan]",
        "[0, 0, inf]",
    ] {
        let message = load(square).unwrap_err().to_string();
        assert!(
            message.contains("data.judged_square") && message.contains("power of two"),
            "{square}: {message}"
        );
    }
    assert!(load("[0, 1]").is_err());
}
