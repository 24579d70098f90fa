//! `trainer identity`, and what `trainer compare --identity` says of edits.

use crate::small::configs;
use serde_json::Value;
use std::{
    fmt::Write,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const SIZE: u32 = 64;
/// Smiles of everybody's pictures.
const SMILES: [f32; 4] = [0.0, 1.0, 0.1, 0.9];
const TABLE: &str = "identity_CelebA.txt";

/// CelebA's folder with `people` procedural persons to learn from and a third as many to be tried on.
fn celeba(folder: &Path, people: u64) -> PathBuf {
    let pictures = folder.join("img_align_celeba");
    fs::create_dir_all(&pictures).unwrap();
    let persons = people + people / 3;
    let count = persons * SMILES.len() as u64;
    let mut attributes = format!("{count}\nSmiling\n");
    let (mut parts, mut identities) = (String::new(), String::new());
    for person in 0..persons {
        for (index, smile) in SMILES.into_iter().enumerate() {
            let name = format!("{:06}.png", person * 10 + index as u64);
            let face = faces::training_face(person, smile, SIZE);
            face.save(pictures.join(&name)).unwrap();
            let smiling = if smile > 0.5 { 1 } else { -1 };
            writeln!(attributes, "{name} {smiling}").unwrap();
            writeln!(parts, "{name} {}", if person < people { 0 } else { 2 }).unwrap();
            writeln!(identities, "{name} {}", 100 + person).unwrap();
        }
    }
    fs::write(folder.join("list_attr_celeba.txt"), attributes).unwrap();
    fs::write(folder.join("list_eval_partition.txt"), parts).unwrap();
    fs::write(folder.join(TABLE), identities).unwrap();
    folder.into()
}

/// The table with other people on each picture: what it calls a person are four.
fn mixed(table: &str, people: usize) -> String {
    let lines: Vec<(&str, &str)> = table
        .lines()
        .map(|it| it.split_once(' ').unwrap())
        .collect();
    let count = SMILES.len();
    let (train, test) = lines.split_at(count * people);
    let mut mixed = String::new();
    for split in [train, test] {
        for (index, (name, _)) in split.iter().enumerate() {
            let (_, person) = split[(index + count * (index % count)) % split.len()];
            writeln!(mixed, "{name} {person}").unwrap();
        }
    }
    mixed
}

/// Pairs of `seeds`: neutral faces and smiling ones, edited by `edit` from person and smile.
fn pairs(folder: &Path, seeds: Range<u64>, edit: impl Fn(u64, f32) -> (u64, f32)) -> PathBuf {
    for (domain, smile) in [("neutral", 0.0), ("smiling", 1.0)] {
        for seed in seeds.clone() {
            for (side, (person, smile)) in [("before", (seed, smile)), ("after", edit(seed, smile))]
            {
                let folder = folder.join(domain).join(side);
                fs::create_dir_all(&folder).unwrap();
                let face = faces::training_face(person, smile, SIZE);
                face.save(folder.join(format!("{seed}.png"))).unwrap();
            }
        }
    }
    folder.into()
}

fn identity(data: &Path, out: &Path, steps: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(["identity", "--steps", steps, "--device", "cpu"]);
    command.arg("--data").arg(data).arg("--out").arg(out);
    command.output().unwrap()
}

fn compare(folder: &Path, data: &Path, pairs: &Path, network: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("compare").arg("--pairs").arg(pairs);
    command.arg("--data").arg(data);
    command.arg("--config").arg(configs().join("smile.toml"));
    command.arg("--judge").arg(folder.join("judge.safetensors"));
    command.arg("--identity").arg(network);
    command.args(["--judge-split", "train", "--judge-size", "32"]);
    command.args(["--judge-steps", "80", "--device", "cpu"]);
    command.arg("--out").arg(folder.join("sheets"));
    command.output().unwrap()
}

fn figure(folder: &Path, name: &str) -> f64 {
    let text = fs::read_to_string(folder.join("sheets/compare.json")).unwrap();
    let figures: Value = serde_json::from_str(&text).unwrap();
    figures[name][0]
        .as_f64()
        .unwrap_or_else(|| panic!("no {name} in {figures}"))
}

fn refused(output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn an_edit_that_keeps_the_person_is_told_from_one_that_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = celeba(&folder.join("data"), 36);
    let network = folder.join("identity.safetensors");
    let output = identity(&data, &network, "30");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("identity_auc"), "{printed}");

    let own = pairs(&folder.join("own"), 300..316, |person, smile| {
        (person, 1.0 - smile)
    });
    let output = compare(folder, &data, &own, &network);
    assert!(output.status.success(), "{output:?}");
    let of = |name: &str| figure(folder, name);
    let (same, strangers) = (
        of("identity_similarity.same_person"),
        of("identity_similarity.strangers"),
    );
    assert!(of("identity_auc") >= 0.85 && same > strangers + 0.1);
    let kept = of("identity_similarity.neutral_to_smiling");
    assert!(
        kept > f64::midpoint(same, strangers),
        "{kept} {same} {strangers}"
    );

    let others = pairs(&folder.join("others"), 300..316, |person, smile| {
        (person + 1000, 1.0 - smile)
    });
    let output = compare(folder, &data, &others, &network);
    assert!(output.status.success(), "{output:?}");
    let swapped = figure(folder, "identity_similarity.neutral_to_smiling");
    let apart = figure(folder, "identity_similarity.strangers.neutral");
    assert!((swapped - apart).abs() < 0.25 && swapped < kept - 0.1);

    // A checkpoint's edits are judged by the same network, and on films drawn for it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("eval").arg("--checkpoint");
    command.arg(configs().join("../../models/smile-checkpoint"));
    command
        .arg("--data")
        .arg(&data)
        .arg("--identity")
        .arg(&network);
    command
        .arg("--judge")
        .arg(folder.join("judge-of-eval.safetensors"));
    command.args([
        "--judge-steps",
        "2",
        "--faces-per-domain",
        "8",
        "--device",
        "cpu",
    ]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let of = |name: &str| {
        let line = printed.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_whitespace().nth(1));
        value
            .unwrap_or_else(|| panic!("no {name}: {printed}"))
            .parse::<f64>()
            .unwrap()
    };
    let kept = of("identity_similarity.neutral_to_smiling");
    assert!(
        kept > of("identity_similarity.strangers.neutral"),
        "{printed}"
    );
    let (edited, drawn) = (
        of("flicker.neutral_to_smiling"),
        of("flicker_drawn.neutral_to_smiling"),
    );
    assert!(edited.abs() < 0.3 && drawn.abs() < 0.05, "{printed}");
}

#[test]
fn what_says_nothing_of_who_people_are_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = celeba(&folder.join("data"), 12);
    let network = folder.join("identity.safetensors");
    let table = data.join(TABLE);
    let whole = fs::read_to_string(&table).unwrap();
    let with = |text: &str| {
        fs::write(&table, text).unwrap();
        identity(&data, &network, "1")
    };
    let first = whole.lines().next().unwrap();
    let rest = whole.strip_prefix(first).unwrap();
    refused(&with(rest), &[TABLE, "no row for 000000.png"]);
    let renamed = whole.replacen(" 101", " somebody", 1);
    refused(
        &with(&renamed),
        &["line 5", "somebody", "the number of a person"],
    );
    let twice = format!("{whole}{}\n", first.replace("100", "7"));
    refused(&with(&twice), &["000000.png", "listed twice"]);
    let everyone: String = whole
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{} {index}\n", line.split(' ').next().unwrap()))
        .collect();
    refused(&with(&everyone), &["0 people with 2 train pictures"]);
    fs::remove_file(&table).unwrap();
    refused(&identity(&data, &network, "1"), &["no identity_CelebA"]);
    let domains = crate::small::data(&folder.join("domains"));
    refused(
        &identity(&domains, &network, "1"),
        &["folder per domain", TABLE],
    );
    assert!(!network.exists());

    // With a heading, as in the .csv form.
    let mixed = mixed(&whole, 12);
    fs::write(&table, format!("image_id identity\n{mixed}")).unwrap();
    let output = identity(&data, &network, "1");
    assert!(output.status.success(), "{output:?}");
    let edits = pairs(&folder.join("edits"), 300..304, |person, smile| {
        (person, 1.0 - smile)
    });
    // Nobody can tell such people apart.
    refused(
        &compare(folder, &data, &edits, &network),
        &["identity.safetensors", "ROC", "0.85"],
    );
    let other = celeba(&folder.join("other"), 9);
    refused(
        &compare(folder, &other, &edits, &network),
        &["data_digest: found"],
    );
    fs::write(&network, "no weights").unwrap();
    refused(
        &compare(folder, &data, &edits, &network),
        &["identity.safetensors"],
    );
}
