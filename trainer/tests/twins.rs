//! Counterfactual pairs: read, varied alike, and learnt from.

use faces::Portrait;
use std::{fs, path::Path};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;
use trainer::{
    config::{Augmentation, Targets},
    data::{Batch, DataSet, FaceSet, Rendering, Sampler, Twins},
    error::TrainError,
    networks::warp,
};

const SIDE: u32 = 64;
const DOMAINS: [&str; 2] = ["neutral", "smiling"];

/// A person without and with a smile.
fn pair(seed: u64) -> [Portrait; 2] {
    let mut person = faces::portrait(seed, SIDE);
    person.cover = None;
    person.attributes.eyeglasses = 0.0;
    [0.0, 1.0].map(|smile| {
        let mut shown = person;
        shown.attributes.smile = smile;
        shown
    })
}

/// Pairs in the layout of `faces render`, as far as it is read: `count` for training, 3 for tests.
pub fn pairs(count: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (split, seeds) in [("train", 0..count), ("test", 100..103)] {
        for domain in DOMAINS {
            fs::create_dir_all(folder.path().join(split).join(domain)).unwrap();
            fs::create_dir_all(folder.path().join("truth").join(split).join(domain)).unwrap();
        }
        for seed in seeds {
            write_pair(folder.path(), split, seed);
        }
    }
    folder
}

fn write_pair(data: &Path, split: &str, seed: u64) {
    let shots = pair(seed).map(|portrait| portrait.shoot());
    for (at, domain) in DOMAINS.into_iter().enumerate() {
        let from = format!("{split}/{}/{seed}.png", DOMAINS[1 - at]);
        let picture = data.join(format!("{split}/{domain}/{seed}.png"));
        shots[at].picture.save(picture).unwrap();
        let truth = data.join(format!("truth/{split}/{domain}/{seed}"));
        let json = format!(r#"{{"displacement":{{"file":"{seed}.safetensors","from":"{from}"}}}}"#);
        fs::write(truth.with_extension("json"), json).unwrap();
        let moved = shots[at].displacement(&shots[1 - at]).unwrap();
        let planes = |values: &[f32], count: i64| {
            Tensor::from_slice(values).reshape([count, SIDE.into(), SIDE.into()])
        };
        let tensors = [
            ("displacement", planes(&moved.field, 2)),
            ("skin", planes(&moved.skin, 1)),
        ];
        Tensor::write_safetensors(&tensors, truth.with_extension("safetensors")).unwrap();
    }
}

fn open(data: &Path, with_fields: bool) -> Result<(FaceSet, Twins), TrainError> {
    let side = format!("architecture.image_size={SIDE}");
    let overrides = ["schedule.discriminator_head_start=0", &side];
    let config = crate::small::config_of("smile-free.toml", &overrides);
    let none = Rendering {
        faces_per_domain: 0,
        seed: 0,
    };
    let data = DataSet::open(data, &config.architecture, &config.attributes, none)?;
    let twins = Twins::open(data.listing.as_ref().unwrap(), &data.train, with_fields)?;
    Ok((data.train, twins))
}

fn refusal(data: &Path) -> String {
    open(data, true).expect_err("a refusal").to_string()
}

/// A batch of 48 faces of eight people, each with its twin.
fn batch(augmentation: Augmentation) -> Batch {
    let folder = pairs(8);
    let (real, twins) = open(folder.path(), true).unwrap();
    let sampler = Sampler {
        real,
        synthetic: None,
        twins: Some(twins),
        targets: Targets::Other,
        augmentation,
        seed: 5,
    };
    sampler.batch(1, 48, Device::Cpu)
}

/// What is left of the difference between twins' skins once one is moved by the truth, and by its opposite, as shares;
/// and the difference in the uppermost rows, which the smile does not reach, as a share of that of the picture.
fn left_over(augmentation: Augmentation) -> [f64; 3] {
    let batch = batch(augmentation);
    let truth = batch.truth.expect("twins");
    let side = i64::from(SIDE);
    let skin = truth
        .skin
        .upsample_bilinear2d([side, side], false, None, None);
    let difference = |image: &Tensor| (image - &truth.x).abs();
    let of_skin = |image: &Tensor| {
        let difference = difference(image) * skin.ge(0.99);
        difference.mean(Kind::Float).double_value(&[])
    };
    let before = of_skin(&batch.x);
    let moved = |u: &Tensor| of_skin(&warp(&batch.x, u)) / before;
    let all = difference(&batch.x);
    let above = all.narrow(2, 0, 8).mean(Kind::Float).double_value(&[]);
    [
        moved(&truth.displacement),
        moved(&-&truth.displacement),
        above / all.mean(Kind::Float).double_value(&[]),
    ]
}

#[test]
fn turned_and_flipped_faces_moved_by_the_truth_are_their_twins() {
    // Flipped every other time in either case.
    let upright = Augmentation {
        crop_probability: 0.0,
        ..Augmentation::default()
    };
    let turned = Augmentation {
        roll_degrees: 20.0,
        zoom: 0.15,
        shift: 0.05,
        contrast: 0.2,
        ..upright
    };
    let [plain, turned] = [upright, turned].map(left_over);
    println!("{plain:?} {turned:?}");
    for [after, opposite, above] in [plain, turned] {
        // Shading is left.
        assert!(after < 0.9 && opposite > 1.2, "{after} {opposite}");
        assert!(above < 0.3, "{above}");
    }
    assert!(turned[0] < plain[0] + 0.05);
}

#[test]
fn a_twin_is_behind_the_same_cover_and_its_field_unknown_there() {
    let batch = batch(Augmentation {
        crop_probability: 0.0,
        cover_probability: 1.0,
        ..Augmentation::default()
    });
    let (truth, covers) = (batch.truth.expect("twins"), batch.covers.expect("covers"));
    let hidden = covers.coverage.ge(0.999);
    let seen = (&batch.x - &truth.x).abs() * hidden.to_kind(Kind::Float);
    // Two roundings of a byte.
    assert!(seen.max().double_value(&[]) < 0.02);
    let cells = covers.coverage.adaptive_avg_pool2d([32, 32]).ge(0.999);
    assert!(cells.any().int64_value(&[]) == 1);
    assert!((&truth.skin * cells).max().double_value(&[]) < 0.002);
}

#[test]
fn what_is_no_pair_is_named() {
    let folder = pairs(3);
    let data = folder.path();
    let json = data.join("truth/train/smiling/1.json");
    fs::write(&json, "{}").unwrap();
    // Nothing is known of the smiling faces; of the others still.
    assert!(open(data, true).is_ok());
    fs::write(
        &json,
        r#"{"displacement":{"file":"1.safetensors","from":"train/neutral/2.png"}}"#,
    )
    .unwrap();
    let error = refusal(data);
    assert!(
        error.contains("1.json") && error.contains("neutral/2.png"),
        "{error}"
    );
    fs::write(
        &json,
        r#"{"displacement":{"file":"0.json","from":"train/neutral/1.png"}}"#,
    )
    .unwrap();
    assert!(refusal(data).contains("0.json"));
    fs::write(&json, "[").unwrap();
    assert!(refusal(data).contains("1.json"));
    assert!(open(data, false).is_ok());
    fs::remove_file(data.join("train/neutral/1.png")).unwrap();
    let error = open(data, false).expect_err("a refusal").to_string();
    assert!(
        error.contains("not in every domain") && error.contains(".png"),
        "{error}"
    );
}

#[test]
fn a_field_of_another_shape_or_with_odd_numbers_is_refused() {
    let folder = pairs(2);
    let data = folder.path();
    let path = data.join("truth/train/smiling/1.safetensors");
    let kind = tch::kind::FLOAT_CPU;
    for (shape, value, part) in [
        ([3_i64, 64, 64], 0.0, "[2, S, S]"),
        ([2, 64, 32], 0.0, "[2, S, S]"),
        ([2, 32, 32], 0.0, "skin"),
        ([2, 64, 64], f64::NAN, "finite"),
    ] {
        let tensors = [
            ("displacement", Tensor::full(shape, value, kind)),
            ("skin", Tensor::ones([1, 64, 64], kind)),
        ];
        Tensor::write_safetensors(&tensors, &path).unwrap();
        let error = refusal(data);
        assert!(
            error.contains("1.safetensors") && error.contains(part),
            "{error}"
        );
    }
}

#[test]
fn a_run_learns_from_the_truth_and_leaves_the_discriminator_alone() {
    let _alone = crate::small::alone();
    let folder = pairs(6);
    let out = folder.path().join("run");
    let overrides = [
        "schedule.steps=120",
        "schedule.discriminator_head_start=0",
        "schedule.tick_interval=20",
        "schedule.checkpoint_interval=120",
        "schedule.sample_interval=1000",
        "evaluation.interval=120",
        "evaluation.judge_steps=2",
        "evaluation.faces_per_domain=3",
        "data.picture_scale=1",
        "editor_adam.learning_rate=2e-3",
    ];
    let config = crate::small::config_of("smile-free.toml", &overrides);
    crate::small::train(folder.path(), &out, config, false).unwrap();
    let text = fs::read_to_string(out.join("stats.jsonl")).unwrap();
    let values = |name: &str| -> Vec<f64> {
        let lines = text.lines().map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line[name].as_f64()
        });
        lines.flatten().collect()
    };
    for name in ["counterfactual", "true_displacement"] {
        let found = values(name);
        let (first, last) = (found[0], found[found.len() - 1]);
        assert!(last < 0.9 * first, "{name}: {found:?}");
    }
    for name in ["error_inside", "error_outside", "change"] {
        let found = values(&format!("counterfactual_{name}.neutral_to_smiling"));
        assert!(found.len() == 1 && found[0] > 0.0, "{name}: {found:?}");
    }
    for name in ["real", "fake", "adversarial", "cycle"] {
        assert!(values(name).is_empty(), "{name}");
    }
}

#[test]
fn data_without_twins_are_refused_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = ["schedule.discriminator_head_start=0"];
    let config = crate::small::config_of("smile-free.toml", &overrides);
    let train = |data: &Path, name: &str, config| {
        let out = folder.path().join(name);
        crate::small::train(data, &out, config, false)
            .unwrap_err()
            .to_string()
    };
    let error = train("synthetic".as_ref(), "a", {
        let mut config = config.clone();
        config.data.synthetic_faces_per_domain = 2;
        config
    });
    assert!(
        error.contains("synthetic") && error.contains("faces render"),
        "{error}"
    );
    let plain = crate::small::data(&folder.path().join("plain"));
    let error = train(&plain, "b", config);
    assert!(
        error.contains("truth/train") && error.contains(".json"),
        "{error}"
    );
    let difference = [
        "architecture.output=\"difference\"",
        "architecture.largest_displacement=0",
    ];
    for (wrong, field) in [
        (&["data.synthetic_share=0.5"][..], "data.synthetic_share"),
        (&difference, "loss.true_displacement"),
        (
            &["schedule.discriminator_head_start=3"],
            "schedule.discriminator_head_start",
        ),
    ] {
        let overrides = [&[overrides[0], "data.picture_scale=1"][..], wrong].concat();
        let overrides = crate::small::settings(&overrides);
        let path = crate::small::configs().join("smile-free.toml");
        let error = trainer::config::Config::load(&path, &overrides)
            .unwrap_err()
            .to_string();
        assert!(error.contains(field), "{wrong:?}: {error}");
    }
}
