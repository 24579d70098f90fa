use safetensors::SafeTensors;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn faces(words: &[&str], out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faces"))
        .arg("render")
        .args(words)
        .arg("--out")
        .arg(out)
        .output()
        .expect("the program")
}

fn refused(words: &[&str], out: &Path) -> String {
    let output = faces(words, out);
    assert!(!output.status.success(), "{words:?} was accepted");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SMALL: [&str; 8] = [
    "--count",
    "4",
    "--size",
    "32",
    "--test-every",
    "4",
    "--attributes",
    "smile,gender",
];

#[test]
fn a_data_set_has_every_domain_pairs_by_name_and_their_truth() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("set");
    let output = faces(&SMALL, &out);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(said.starts_with("4 people, 16 pictures"), "{said}");
    for domain in [
        "neutral+female",
        "neutral+male",
        "smiling+female",
        "smiling+male",
    ] {
        for (split, count) in [("train", 3), ("test", 1)] {
            let files = fs::read_dir(out.join(split).join(domain)).expect(domain);
            assert_eq!(files.count(), count, "{split}/{domain}");
        }
        let truth = out.join("truth/train").join(domain);
        let json = fs::read(truth.join("000001.json")).expect("JSON");
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["domain"], domain);
        assert_eq!(json["picture"], format!("train/{domain}/000001.png"));
        assert_eq!(json["portrait"]["style"], "natural");
        assert!(json["portrait"]["person"]["skin_depth"].is_number());
        assert!(json["landmarks"]["mouth-left"][0].is_number());
        let mask = json["masks"]["face"].as_str().expect("a name");
        let mask = image::open(truth.join(mask)).expect("a mask");
        assert_eq!((mask.width(), mask.height()), (32, 32));
        let moved = &json["displacement"];
        let name = moved["file"].as_str().expect("a name");
        let bytes = fs::read(truth.join(name)).expect("tensors");
        let tensors = SafeTensors::deserialize(&bytes).expect("tensors");
        assert_eq!(
            tensors.tensor("displacement").expect("it").shape(),
            [2, 32, 32]
        );
        assert_eq!(tensors.tensor("skin").expect("it").shape(), [1, 32, 32]);
        let twin = match domain.split_once('+').expect("two attributes") {
            ("neutral", gender) => format!("train/smiling+{gender}/000001.png"),
            (_, gender) => format!("train/neutral+{gender}/000001.png"),
        };
        assert_eq!(moved["from"], twin);
        assert!(out.join(&twin).is_file(), "{twin}");
    }
    let again = folder.path().join("again");
    assert!(faces(&SMALL, &again).status.success());
    let one = "test/smiling+male/000003.png";
    assert_eq!(
        fs::read(out.join(one)).expect(one),
        fs::read(again.join(one)).expect(one)
    );
}

#[test]
fn a_drawn_data_set_has_the_same_people_in_another_style() {
    let folder = tempfile::tempdir().expect("a folder");
    let truth = |style: &str| -> (Vec<u8>, Value) {
        let out = folder.path().join(style);
        let words = [&SMALL[..], &["--style", style]].concat();
        let output = faces(&words, &out);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{style}: {errors}");
        let name = "train/smiling+female/000001";
        let json = fs::read(out.join(format!("truth/{name}.json"))).expect("JSON");
        let picture = fs::read(out.join(format!("{name}.png"))).expect("a picture");
        (picture, serde_json::from_slice(&json).expect("JSON"))
    };
    let ((a, natural), (b, drawn)) = (truth("natural"), truth("drawn"));
    assert_ne!(a, b);
    assert_eq!(drawn["portrait"]["style"], "drawn");
    for part in ["person", "attributes", "expression", "pose", "cover"] {
        assert_eq!(drawn["portrait"][part], natural["portrait"][part], "{part}");
    }
    assert_ne!(
        drawn["landmarks"]["left-eye-top"],
        natural["landmarks"]["left-eye-top"]
    );
}

#[test]
fn pairs_are_as_far_apart_as_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, apart) in [("drawn", 0.0), ("clear", 0.8), ("full", 1.0)] {
        let out = folder.path().join(name);
        let least = apart.to_string();
        let words = [
            "--count",
            "7",
            "--test-every",
            "7",
            "--size",
            "16",
            "--apart",
            &least,
        ];
        let output = faces(&words, &out);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        let smiles = |domain: &str| -> Vec<f64> {
            let truth = |index| {
                let path = out.join(format!("truth/train/{domain}/{index:06}.json"));
                let json: Value =
                    serde_json::from_slice(&fs::read(path).expect("JSON")).expect("JSON");
                json["portrait"]["attributes"]["smile"]
                    .as_f64()
                    .expect("a number")
            };
            (0..6).map(truth).collect()
        };
        let pairs: Vec<_> = smiles("neutral")
            .into_iter()
            .zip(smiles("smiling"))
            .collect();
        let closest = pairs
            .iter()
            .map(|(off, on)| on - off)
            .fold(f64::MAX, f64::min);
        assert!(
            closest >= apart - 1e-6 && closest > 0.0,
            "{name}: {pairs:?}"
        );
        // As drawn they differ by all sorts of amounts.
        assert_eq!(closest < 0.75, apart == 0.0, "{name}: {pairs:?}");
    }
}

#[test]
fn what_is_not_its_own_stays_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "mine").expect("a file");
    for out in [folder.path(), &notes] {
        let error = refused(&SMALL, out);
        assert!(
            error.contains("expected") && error.contains("nothing was written"),
            "{error}"
        );
    }
    assert_eq!(fs::read(&notes).expect("it"), b"mine");
    assert_eq!(fs::read_dir(folder.path()).expect("it").count(), 1);
}

#[test]
fn a_wrong_option_is_named_with_what_was_found_and_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("set");
    for (words, parts) in [
        (
            &["--attributes", "grin"][..],
            ["--attributes", "grin", "eyeglasses"],
        ),
        (
            &["--attributes", "age,age"],
            ["--attributes", "age twice", "once"],
        ),
        (&["--size", "8"], ["--size", "8", "16..=1024"]),
        (&["--apart", "1.5"], ["--apart", "1.5", "from 0 to 1"]),
        (
            &["--framing", "feet"],
            ["--framing", "feet", "head or face"],
        ),
        (
            &["--style", "real"],
            ["--style", "real", "natural or drawn"],
        ),
        (&["--count", "0"], ["--count", "0", "1..=1000000"]),
        (&["--count", "3"], ["--test-every", "10", "--count"]),
        (
            &["--seed", "18446744073709551615"],
            ["--seed", "18446744073709551615", "expected"],
        ),
    ] {
        let error = refused(words, &out);
        for part in parts {
            assert!(error.contains(part), "{words:?}: {error}");
        }
        assert!(!out.exists(), "{words:?}");
    }
}
