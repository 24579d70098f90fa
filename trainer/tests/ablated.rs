//! The ablation: every row trained once, judged by one judge.

use crate::small::{alone, configs, data, settings};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::SystemTime,
};

fn ablate(data: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("ablate").arg("--config");
    command.arg(configs().join("smile-64.toml"));
    command.arg("--data").arg(data).arg("--out").arg(out);
    command.args(["--judge-steps", "2", "--device", "cpu"]);
    for setting in settings(&[]) {
        command.args(["--set", &setting]);
    }
    command.args(more).output().unwrap()
}

fn made(file: &Path) -> SystemTime {
    fs::metadata(file).unwrap().modified().unwrap()
}

#[test]
fn an_ablation_trains_every_row_once_and_tells_what_came_of_it() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let data = data(&folder.path().join("data"));
    let out = folder.path().join("out");
    let output = ablate(&data, &out, &["--rows", "bl,full"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 4, "{text}");
    assert!(rows[2].starts_with("| BL | 1 |"), "{text}");
    assert!(rows[3].starts_with("| full | 1 |"), "{text}");

    // The rows differ as they should, and in nothing else.
    let config = |row: &str| -> toml::Table {
        let path = out.join(format!("{row}-seed-1/config.toml"));
        fs::read_to_string(path).unwrap().parse().unwrap()
    };
    let [mut bl, mut full] = ["bl", "full"].map(config);
    let [of_bl, of_full] = [&mut bl, &mut full].map(|row| row.remove("loss").unwrap());
    assert_eq!(of_bl["perceptual"].as_float(), Some(0.0));
    assert_eq!(of_bl["orthogonality_form"].as_str(), Some("none"));
    assert_eq!(of_full["perceptual"].as_float(), Some(1.0));
    assert_eq!(of_full["orthogonality_form"].as_str(), Some("full"));
    for row in [&mut bl, &mut full] {
        row.remove("name");
    }
    assert_eq!(bl, full);

    // Another row and seed join them; what is there is neither trained again nor lost from the table.
    let last = |row: &str| {
        out.join(format!(
            "{row}-seed-1/checkpoints/step-00000004/model.safetensors"
        ))
    };
    let before = ["bl", "full"].map(|row| made(&last(row)));
    let output = ablate(
        &data,
        &out,
        &["--rows", "bl,bl-ol-l1,full", "--seeds", "1,2"],
    );
    assert!(output.status.success(), "{output:?}");
    assert_eq!(["bl", "full"].map(|row| made(&last(row))), before);
    // A run counts once, and has not taken fewer steps than it has.
    for (more, words) in [
        (["--seeds", "1,2,1"], "--seeds: found 1 twice"),
        (["--rows", "bl,full,bl"], "--rows: found bl twice"),
        (
            ["--set", "schedule.steps=2"],
            "bl-seed-1: found step 4, expected at most schedule.steps, 2",
        ),
    ] {
        let output = ablate(&data, &out, &more);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }
    let facts = fs::read_to_string(out.join("ablation.json")).unwrap();
    let facts: Value = serde_json::from_str(&facts).unwrap();
    let results = facts["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    for result in results {
        assert_eq!(result["frechet_features"], "the judge");
        for figure in [
            "edit_success",
            "reference_success",
            "frechet_distance",
            "unrelated_share",
        ] {
            assert!(
                result[figure].as_f64().is_some_and(f64::is_finite),
                "{figure}: {result}"
            );
        }
    }
}

#[test]
fn an_ablation_leaves_a_folder_of_other_things_alone() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let data = data(&folder.path().join("data"));
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let output = ablate(&data, &out, &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    assert!(
        text.contains("notes.txt") && text.contains("expected"),
        "{text}"
    );
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}
