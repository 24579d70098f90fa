//! Files of other people stay as they are, and a run says what it was made of.

use crate::{
    processes::copy,
    small::{config, data, step, train, trained},
};
use model_spec::CheckpointSpec;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use trainer::config::Config;

fn trainer(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(arguments).env("OMP_NUM_THREADS", "1");
    command.output().unwrap()
}

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below `folder` with its contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

/// A person's folder and file.
fn home(folder: &Path) -> [PathBuf; 2] {
    let (photos, notes) = (folder.join("photos"), folder.join("notes.safetensors"));
    fs::create_dir(&photos).unwrap();
    fs::write(photos.join("config.toml"), "mine").unwrap();
    fs::write(&notes, "mine").unwrap();
    [photos, notes]
}

#[test]
fn no_command_writes_over_what_it_did_not_write() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, data) = trained(temporary.path());
    let checkpoint = step(&temporary.path().join("run"), 4);
    let [photos, notes] = home(temporary.path());
    let picture = temporary.path().join("holiday.png");
    fs::copy(data.join("test/neutral/0.png"), &picture).unwrap();
    let gif = temporary.path().join("holiday.gif");
    fs::write(&gif, "mine").unwrap();
    let config = temporary.path().join("small.toml");
    let text = toml::to_string(&crate::small::config(&[])).unwrap();
    fs::write(&config, text).unwrap();
    let before = tree(temporary.path());
    let input = data.join("test/smiling/0.png");
    let base: [&dyn AsRef<std::ffi::OsStr>; 4] = [&"--config", &config, &"--data", &data];
    for out in [&photos, &notes] {
        let mut fit: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"fit"];
        fit.extend(base);
        fit.extend([&"--out" as &dyn AsRef<std::ffi::OsStr>, out]);
        let mut pack = fit.clone();
        pack[0] = &"pack";
        let mut dry = fit.clone();
        dry.push(&"--dry-run");
        let classifier: [&dyn AsRef<std::ffi::OsStr>; 9] = [
            &"classifier",
            &"--checkpoint",
            &checkpoint,
            &"--data",
            &data,
            &"--steps",
            &"1",
            &"--out",
            out,
        ];
        for arguments in [&fit, &pack, &dry, &classifier.to_vec()] {
            let done = trainer(arguments);
            let name = arguments[0].as_ref().to_string_lossy().into_owned();
            assert!(!done.status.success(), "{name}");
            assert!(
                message(&done).contains("expected"),
                "{name}: {}",
                message(&done)
            );
            assert_eq!(tree(temporary.path()), before, "{name}");
        }
    }
    for out in [&photos, &notes, &picture, &gif, &input] {
        let sweep = ["--sweep", "--attr"];
        for kind in sweep {
            let value = if kind == "--sweep" {
                "smile"
            } else {
                "smile=1"
            };
            let done = trainer(&[
                &"edit",
                &"--checkpoint",
                &checkpoint,
                &"--input",
                &input,
                &kind,
                &value,
                &"--out",
                out,
            ]);
            assert!(!done.status.success(), "{kind} {}", out.display());
            assert_eq!(tree(temporary.path()), before, "{kind} {}", out.display());
        }
    }
    for sheet in [&photos, &notes, &picture] {
        let mut inspect: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"inspect"];
        inspect.extend(base);
        inspect.extend([&"--sheet" as &dyn AsRef<std::ffi::OsStr>, sheet]);
        assert!(!trainer(&inspect).status.success());
    }
    let judge = trainer(&[
        &"eval",
        &"--checkpoint",
        &checkpoint,
        &"--data",
        &data,
        &"--judge-steps",
        &"1",
        &"--judge",
        &notes,
    ]);
    assert!(!judge.status.success());
    assert_eq!(tree(temporary.path()), before);
}

#[test]
fn commands_write_their_own_results_again() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, data) = trained(temporary.path());
    let checkpoint = step(&temporary.path().join("run"), 4);
    let at = |name: &str| temporary.path().join(name);
    let config = at("small.toml");
    fs::write(
        &config,
        toml::to_string(&crate::small::config(&[])).unwrap(),
    )
    .unwrap();
    let (pack, classifier, sheet) = (at("v1.0.safetensors"), at("c.safetensors"), at("sheet.png"));
    let (edited, folder) = (at("edited.png"), at("edited"));
    let (input, inputs) = (data.join("test/smiling/0.png"), data.join("test/smiling"));
    for _ in 0..2 {
        let runs: [Vec<&dyn AsRef<std::ffi::OsStr>>; 5] = [
            vec![
                &"pack",
                &"--config",
                &config,
                &"--data",
                &data,
                &"--out",
                &pack,
            ],
            vec![
                &"classifier",
                &"--checkpoint",
                &checkpoint,
                &"--data",
                &data,
                &"--steps",
                &"1",
                &"--out",
                &classifier,
            ],
            vec![
                &"inspect",
                &"--config",
                &config,
                &"--data",
                &data,
                &"--sheet",
                &sheet,
            ],
            vec![
                &"edit",
                &"--checkpoint",
                &checkpoint,
                &"--input",
                &input,
                &"--attr",
                &"smile=1",
                &"--out",
                &edited,
            ],
            vec![
                &"edit",
                &"--checkpoint",
                &checkpoint,
                &"--input",
                &inputs,
                &"--attr",
                &"smile=1",
                &"--out",
                &folder,
            ],
        ];
        for arguments in runs {
            let done = trainer(&arguments);
            assert!(done.status.success(), "{}", message(&done));
        }
    }
    let names = fs::read_dir(temporary.path()).unwrap().count();
    assert_eq!(names, 8, "data, run, and the six results and settings");
}

#[test]
fn editing_a_folder_keeps_pictures_of_one_name_apart() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, data) = trained(temporary.path());
    let checkpoint = step(&temporary.path().join("run"), 4);
    let input = temporary.path().join("in");
    fs::create_dir(&input).unwrap();
    fs::copy(data.join("test/smiling/0.png"), input.join("a.png")).unwrap();
    let other = image::open(data.join("test/neutral/1.png")).unwrap();
    other.into_rgb8().save(input.join("a.jpg")).unwrap();
    let before = tree(&input);
    let edit = |out: &Path| {
        trainer(&[
            &"edit",
            &"--checkpoint",
            &checkpoint,
            &"--input",
            &input,
            &"--attr",
            &"smile=1",
            &"--out",
            &out,
        ])
    };
    let done = edit(&temporary.path().join("out"));
    assert!(done.status.success(), "{}", message(&done));
    let names: Vec<PathBuf> = tree(&temporary.path().join("out")).into_keys().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    for out in [input.clone(), input.join("."), input.join("../in")] {
        let done = edit(&out);
        assert!(
            message(&done).contains("same as --input"),
            "{}",
            message(&done)
        );
    }
    assert_eq!(tree(&input), before);
}

#[test]
fn copies_among_the_checkpoints_stay_and_are_not_resumed_from() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let one = [
        "schedule.checkpoint_interval=1",
        "schedule.checkpoints_kept=1",
    ];
    let until =
        |steps: &str, resume| train(&data, &out, config(&[&one[..], &[steps]].concat()), resume);
    until("schedule.steps=2", false).unwrap();
    let folder = out.join("checkpoints");
    let names = [
        "before",
        "zz-good",
        "step-00000002.good",
        "step-00000003.partial",
        "step-00000003.removed",
        "step-2",
        "step-00000002-copy",
    ];
    for name in names {
        copy(&step(&out, 2), &folder.join(name));
    }
    fs::write(folder.join("zz-notes"), "mine").unwrap();
    until("schedule.steps=4", true).unwrap();
    for name in names {
        let kept = CheckpointSpec::load(&folder.join(name), &["model.safetensors"]).unwrap();
        assert_eq!(kept.provenance.steps, 2, "{name}");
    }
    assert!(!step(&out, 2).exists() && !step(&out, 3).exists());
    // A checkpoint that somebody put something into is kept whole.
    fs::write(step(&out, 4).join("why.txt"), "mine").unwrap();
    until("schedule.steps=5", true).unwrap();
    assert!(step(&out, 4).join("why.txt").exists() && step(&out, 5).exists());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), names.len() + 3);
}

#[test]
fn a_resumed_run_keeps_what_has_changed_step_by_step() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let first = data(&temporary.path().join("data"));
    let second = data(&temporary.path().join("other"));
    fs::remove_file(second.join("train/neutral/2.png")).unwrap();
    let out = temporary.path().join("run");
    let notes = |at| {
        CheckpointSpec::load(&step(&out, at), &[])
            .unwrap()
            .provenance
            .notes
    };
    train(&first, &out, config(&["schedule.steps=2"]), false).unwrap();
    assert!(notes(2).is_empty());
    train(&first, &out, config(&[]), true).unwrap();
    assert!(notes(4).is_empty(), "{:?}", notes(4));
    let changed: Config = config(&[
        "schedule.steps=6",
        "seed=77",
        "schedule.batch_size=3",
        "loss.cycle=2.5",
    ]);
    train(&second, &out, changed.clone(), true).unwrap();
    let has = |notes: &[String], parts: [&str; 3]| {
        notes
            .iter()
            .any(|note| parts.iter().all(|part| note.contains(part)))
    };
    for part in [
        "seed",
        "schedule.batch_size 2, then 3",
        "loss.cycle",
        "data_digest",
    ] {
        assert!(
            has(&notes(6), ["up to step 4", part, "then"]),
            "{part}: {:?}",
            notes(6)
        );
    }
    // The next change is added, the ones before stay.
    let again = Config {
        seed: 78,
        schedule: trainer::config::Schedule {
            steps: 8,
            ..changed.schedule.clone()
        },
        ..changed
    };
    train(&second, &out, again, true).unwrap();
    assert_eq!(notes(8).len(), notes(6).len() + 1);
    assert!(
        has(&notes(8), ["up to step 6", "seed 77", "then 78"]),
        "{:?}",
        notes(8)
    );
}

#[test]
fn classifiers_of_other_data_attributes_or_shapes_are_not_reused() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, data_a) = trained(temporary.path());
    let checkpoint = step(&temporary.path().join("run"), 4);
    let data_b = data(&temporary.path().join("other"));
    fs::remove_file(data_b.join("train/neutral/2.png")).unwrap();
    let judge = temporary.path().join("judge.safetensors");
    let eval = |data: &Path| {
        trainer(&[
            &"eval",
            &"--checkpoint",
            &checkpoint,
            &"--data",
            &data,
            &"--judge-steps",
            &"1",
            &"--judge",
            &judge,
        ])
    };
    for _ in 0..2 {
        let done = eval(&data_a);
        assert!(done.status.success(), "{}", message(&done));
    }
    let done = eval(&data_b);
    assert!(!done.status.success());
    let text = message(&done);
    assert!(
        text.contains("data_digest: found") && text.contains("judge.safetensors"),
        "{text}"
    );

    // A run whose classifier is already there, but for something else.
    let out = temporary.path().join("run");
    fs::remove_dir_all(out.join("checkpoints")).unwrap();
    let refused = |config: Config, data: &Path, why: &str| {
        let text = train(data, &out, config, false).unwrap_err().to_string();
        assert!(
            text.contains(why) && text.contains("classifier.safetensors"),
            "{text}"
        );
    };
    let set = |text: &str| config(&[text]);
    let widths = set("architecture.classifier_channels=8");
    refused(widths, &data_a, "classifier_channels: found 4, expected 8");
    let colour = set("architecture.colour=\"rgb\"");
    refused(colour, &data_a, "colour: found Luma, expected Rgb");
    let glasses = Config {
        attributes: trainer::config::attributes::parse("glasses:neutral/smiling")
            .unwrap()
            .into(),
        ..config(&[])
    };
    let why = "attributes: found smile:neutral/smiling, expected glasses:neutral/smiling";
    refused(glasses, &data_a, why);
    refused(config(&[]), &data_b, "data_digest: found");
}

#[test]
fn notes_in_a_run_folder_stay_and_do_not_stop_it() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    train(&data, &out, config(&["schedule.steps=2"]), false).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    train(&data, &out, config(&[]), true).unwrap();
    assert_eq!(fs::read(out.join("notes.txt")).unwrap(), b"mine");
}
