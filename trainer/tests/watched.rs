//! What a run shows of itself.

use crate::{
    small::{config, config_of, data, train},
    study::browsed,
};
use image::{Rgb, RgbImage};
use model_spec::CheckpointSpec;
use prost::Message;
use std::{fs, path::Path, process::Command};
use tch::Tensor;
use trainer::{
    editing::unrelated_share,
    evaluation::{SCORE, UNRELATED_SHARE},
    run::{
        statistics,
        tensorboard::{Event, EventWriter, masked_crc},
    },
};

/// Events of all files of a run, their checksums checked.
pub fn events(folder: &Path) -> Vec<Event> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut events = Vec::new();
    for file in files {
        let bytes = fs::read(file).unwrap();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (length, after) = rest.split_at(8);
            let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
            assert_eq!(number(after), masked_crc(length));
            let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
            let (data, after) = after[4..].split_at(length);
            assert_eq!(number(after), masked_crc(data));
            events.push(Event::decode(data).unwrap());
            rest = &after[4..];
        }
    }
    events
}

#[test]
fn masked_checksum_of_a_known_record_is_tensorflows() {
    let _alone = crate::small::alone();
    // The header of every file that TensorBoard's own writer starts: a record of 24 bytes.
    assert_eq!(masked_crc(&24_u64.to_le_bytes()), 0x224B_7FA3);
}

/// What TensorBoard's own reader, which `make tensorboard` sets up, finds in a folder of event files;
/// says so where there is none.
fn as_tensorboard_reads(folder: &Path) -> Option<serde_json::Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../third_party/tensorboard/bin/python");
    if !python.exists() {
        let python = python.display();
        println!("skipped: no {python} (`make tensorboard` makes it)");
        return None;
    }
    let output = Command::new(python)
        .arg(here.join("tests/read_events.py"))
        .arg(folder)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn tensorboard_reads_our_events_and_drops_what_a_resumed_run_writes_anew() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let picture = |level: u8| RgbImage::from_fn(3, 2, |x, y| Rgb([level, x as u8, y as u8]));
    let mut events = EventWriter::create(folder, 0).unwrap();
    for step in 1..=4 {
        let losses = [("real", 0.5 * step as f64), ("cycle", 0.25)];
        events.scalars(step, "loss", losses).unwrap();
    }
    events.picture(2, "samples", &picture(10)).unwrap();
    events.picture(4, "samples", &picture(20)).unwrap();
    // Killed, and resumed from step 2.
    let mut events = EventWriter::create(folder, 2).unwrap();
    events.scalars(3, "loss", [("real", 8.0)]).unwrap();
    events.picture(6, "samples", &picture(30)).unwrap();
    let Some(read) = as_tensorboard_reads(folder) else {
        return;
    };
    let scalars = serde_json::json!({
        "loss/real": [[1, 0.5], [2, 1.0], [3, 8.0]],
        "loss/cycle": [[1, 0.25], [2, 0.25]],
    });
    assert_eq!(read["scalars"], scalars);
    let images = read["images"]["samples"].as_array().unwrap();
    let steps: Vec<_> = images
        .iter()
        .map(|image| image[0].as_u64().unwrap())
        .collect();
    assert_eq!(steps, [2, 6]);
    for (image, level) in images.iter().zip([10, 30]) {
        assert_eq!((&image[1], &image[2]), (&3.into(), &2.into()));
        let png: Vec<u8> = serde_json::from_value(image[3].clone()).unwrap();
        let decoded = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(decoded, picture(level));
    }
}

#[test]
fn a_run_leaves_statistics_events_metrics_and_its_best_checkpoint() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let watched = [
        "schedule.tick_interval=1",
        "evaluation.interval=2",
        "evaluation.judge_steps=2",
        "evaluation.faces_per_domain=3",
    ];
    train(&data, &out, config(&watched), false).unwrap();

    let stats = fs::read_to_string(out.join("stats.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = stats
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.get("real").is_some())
            .count(),
        4
    );
    let measured: Vec<_> = lines.iter().filter_map(|line| line.get(SCORE)).collect();
    assert_eq!(measured.len(), 2, "{stats}");
    let last = lines.last().unwrap();
    let share = last[UNRELATED_SHARE].as_f64().unwrap();
    assert!(share > 0.0 && share < 1.0, "{share}");
    for name in [
        "edit_success",
        "monotonicity",
        "smoothness",
        "cycle_error",
        "change_above_eyes",
        "change_below_nose",
        "reference_success",
        "reference_change_above_eyes",
        "reference_change_below_nose",
    ] {
        for path in ["neutral_to_smiling", "smiling_to_neutral"] {
            let value = last[format!("{name}.{path}")].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&value), "{name}.{path}: {value}");
        }
    }

    let events = events(&out.join("tensorboard"));
    assert_eq!(events[0].file_version.as_deref(), Some("brain.Event:2"));
    let values = events.iter().filter_map(|event| {
        let summary = event.summary.as_ref()?;
        Some(summary.value.iter().map(|value| (event.step, value)))
    });
    let values: Vec<_> = values.flatten().collect();
    let has = |step: i64, tag: &str| values.iter().any(|(at, v)| *at == step && v.tag == tag);
    assert!(has(1, "loss/real") && has(4, "loss/cycle"));
    assert!(has(2, "metric/edit_success.neutral_to_smiling") && has(4, "metric/score"));
    let grid = values
        .iter()
        .find(|(_, value)| value.tag == "samples")
        .unwrap();
    let grid = grid.1.image.as_ref().unwrap();
    let decoded = image::load_from_memory(&grid.encoded_image_string).unwrap();
    assert_eq!(
        (decoded.width() as i32, decoded.height() as i32),
        (grid.width, grid.height)
    );

    let best = fs::read_dir(out.join("best"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let best = CheckpointSpec::load(&best.path(), &["model.safetensors"]).unwrap();
    let highest = measured
        .iter()
        .map(|v| v.as_f64().unwrap())
        .fold(0.0, f64::max);
    assert_eq!(best.provenance.metrics[SCORE], highest);
    assert!(best.files.contains_key("model.safetensors"));

    let text = fs::read_to_string(out.join("run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(run["data_digest"].as_str().unwrap().len(), 64);
    assert!(run["revision"].is_string());
    assert!(
        fs::read_to_string(out.join("config.toml"))
            .unwrap()
            .contains("judge_steps = 2")
    );
}

#[test]
fn several_attributes_have_means_of_their_own_and_tell_what_leaks() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("run");
    let evaluated = [
        "schedule.steps=2",
        "evaluation.interval=2",
        "evaluation.judge_steps=2",
        "evaluation.faces_per_domain=3",
    ];
    let config = config_of("synthetic-64.toml", &evaluated);
    train(Path::new("synthetic"), &out, config, false).unwrap();
    let stats = fs::read_to_string(out.join("stats.jsonl")).unwrap();
    let lines = stats.lines().rev();
    let mut lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let metrics = lines.find(|line| line.get(SCORE).is_some()).unwrap();
    let figure = |name: &str| {
        let value = metrics[name].as_f64();
        value.unwrap_or_else(|| panic!("no {name} in {metrics}"))
    };
    let mean = |parts: [&str; 2]| {
        let parts = parts.map(|path| figure(&format!("edit_success.{path}")));
        f64::midpoint(parts[0], parts[1])
    };
    let by_domain = [
        "neutral+bare_to_smiling+bare",
        "neutral+glasses_to_smiling+glasses",
    ];
    assert!((figure("edit_success.neutral_to_smiling") - mean(by_domain)).abs() < 1e-9);
    let by_domain = [
        "neutral+glasses_to_neutral+bare",
        "smiling+glasses_to_smiling+bare",
    ];
    assert!((figure("edit_success.glasses_to_bare") - mean(by_domain)).abs() < 1e-9);
    for name in ["leakage.smile_into_glasses", "leakage.glasses_into_smile"] {
        assert!((0.0..=1.0).contains(&figure(name)));
    }

    // All of it on one page, which fits a phone.
    let report = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.arg("report").arg(&out).args(more).output().unwrap()
    };
    let page = out.join("report.html");
    for _ in 0..2 {
        let output = report(&[]);
        assert!(output.status.success(), "{output:?}");
    }
    let text = fs::read_to_string(&page).unwrap();
    for part in [
        "Leakage",
        "judge_steps = 2",
        "data_digest",
        "data:image/jpeg;base64,",
        "edit_success",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let own = temporary.path().join("notes.html");
    fs::write(&own, "<p>mine</p>").unwrap();
    let output = report(&["--out", own.to_str().unwrap()]);
    assert!(!output.status.success());
    assert_eq!(fs::read_to_string(&own).unwrap(), "<p>mine</p>");
    if let Some(printed) = browsed("report", &page, temporary.path()) {
        let found: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let [width, window, charts] = [0, 1, 2].map(|at| found[at].as_u64().unwrap());
        assert!(width <= window && charts > 10, "{found}");
        assert_eq!(found[3], true, "a picture does not show");
    }
    let nowhere = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .arg("report")
        .arg(temporary.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(
        !nowhere.status.success() && text.contains("stats.jsonl"),
        "{text}"
    );
}

#[test]
fn a_resumed_run_drops_the_statistics_behind_its_checkpoint() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let stats = temporary.path().join("stats.jsonl");
    fs::write(&stats, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"ste").unwrap();
    statistics::rewind(&stats, 2).unwrap();
    assert_eq!(
        fs::read_to_string(&stats).unwrap(),
        "{\"step\":1}\n{\"step\":2}\n"
    );
}

#[test]
fn the_unrelated_share_is_that_of_the_squared_lengths() {
    let unrelated = Tensor::from_slice2(&[[0.0_f32, 0.0], [3.0, 0.0], [1.0, 1.0], [0.0, 0.0]]);
    let related = Tensor::from_slice2(&[[1.0_f32, 2.0], [0.0, 4.0], [0.0, 0.0], [0.0, 0.0]]);
    let shares = Vec::<f32>::try_from(unrelated_share(&unrelated, &related)).unwrap();
    for (found, expected) in shares.iter().zip([0.0, 9.0 / 25.0, 1.0, 0.0]) {
        assert!((found - expected).abs() < 1e-6, "{shares:?}");
    }
}

#[test]
fn a_run_that_explodes_says_so_and_stops_where_it_is_asked_to() {
    let _alone = crate::small::alone();
    let folder = tempfile::tempdir().unwrap();
    let data = data(&folder.path().join("data"));
    let ill = |out: &Path, stop: bool| {
        let stop = format!("health.stop={stop}");
        let settings = [
            "discriminator_adam.learning_rate=0.3",
            "loss.r1=0.0",
            "schedule.discriminator_head_start=29",
            "schedule.steps=30",
            "schedule.tick_interval=1",
            &stop,
        ];
        train(&data, out, config(&settings), false)
    };
    let out = folder.path().join("stops");
    let error = ill(&out, true).unwrap_err().to_string();
    for word in ["step", "explode", "learning_rate", "health.stop", "none"] {
        assert!(error.contains(word), "{word}: {error}");
    }
    let out = folder.path().join("goes-on");
    ill(&out, false).unwrap();
    let lasts = |name: &str| {
        let events = events(&out.join("tensorboard"));
        let values = events.iter().filter_map(|event| event.summary.as_ref());
        let values = values.flat_map(|summary| &summary.value);
        let of_name = values.filter(|value| value.tag == name);
        of_name
            .filter(|value| value.simple_value == Some(1.0))
            .count()
    };
    assert!(lasts("health/discriminator_exploding") > 0);
    assert_eq!(lasts("health/edits_are_nothing"), 0);
}
