//! The user study: its page in a real browser, and the report on what raters said.

use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const SIZE: u32 = 32;
const DOMAINS: [(&str, f32); 2] = [("neutral", 0.0), ("smiling", 1.0)];

/// Five faces per domain whose smile goes `part` of the way to the other domain's.
fn method(folder: &Path, part: f32) -> PathBuf {
    for (domain, smile) in DOMAINS {
        let edited = smile + part * (1.0 - 2.0 * smile);
        for (side, smile) in [("before", smile), ("after", edited)] {
            let target = folder.join(domain).join(side);
            fs::create_dir_all(&target).unwrap();
            for seed in 0..5 {
                let face = faces::training_face(seed, smile, SIZE);
                face.save(target.join(format!("{seed}.png"))).unwrap();
            }
        }
    }
    folder.into()
}

fn trainer(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(arguments).output().unwrap()
}

/// A study of two methods with three faces per direction, and its facts.
fn study(folder: &Path) -> (PathBuf, Value) {
    let [weak, strong] = [("weak", 0.3), ("strong", 1.0)].map(|(name, part)| {
        let made = method(&folder.join(name), part);
        format!("{name}={}", made.display())
    });
    let out = folder.join("study");
    let arguments = [
        "study",
        "--methods",
        &format!("{weak},{strong}"),
        "--faces",
        "3",
        "--out",
    ];
    let output = trainer(&[&arguments[..], &[out.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{output:?}");
    let facts = fs::read_to_string(out.join("study.json")).unwrap();
    (out, serde_json::from_str(&facts).unwrap())
}

fn refused(output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

/// Answers of one rater: the best of every face in every respect.
fn answers(facts: &Value, rater: &str, best: impl Fn(usize) -> Value) -> Value {
    let criteria = ["correctness", "preservation", "realism"];
    let faces = 0..facts["faces"].as_array().unwrap().len();
    let answers: Vec<Value> = faces
        .flat_map(|face| criteria.map(|criterion| (face, criterion)))
        .map(|(face, criterion)| {
            json!({"face": face, "criterion": criterion, "best": best(face), "seconds": 1.0})
        })
        .collect();
    json!({"study": facts["study"], "rater": rater, "answers": answers})
}

#[test]
fn what_raters_chose_is_counted_with_intervals_and_agreement() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (out, facts) = study(folder);
    let faces = facts["faces"].as_array().unwrap();
    assert_eq!(faces.len(), 6);
    for domain in ["neutral", "smiling"] {
        let of = faces.iter().filter(|face| face["from"] == domain);
        assert_eq!(of.count(), 3);
    }
    let file = |name: &str, value: &Value| {
        let path = folder.join(name);
        fs::write(&path, value.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let out = out.to_str().unwrap();
    // Both prefer the strong edits of the first four faces; of the others one likes the weak, one none.
    let first = answers(&facts, "a", |face| {
        json!(if face < 4 { "strong" } else { "weak" })
    });
    let second = answers(&facts, "b", |face| {
        if face < 4 {
            json!("strong")
        } else {
            Value::Null
        }
    });
    let files = [file("a.json", &first), file("b.json", &second)];
    let output = trainer(&["study-report", out, &files[0], &files[1]]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let both = text.split("both directions, correctness").nth(1).unwrap();
    let line = |name: &str| {
        let found = both.lines().find(|line| line.trim().starts_with(name));
        found.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    assert!(line("strong").contains("66.7 %"), "{text}");
    assert!(line("weak").contains("16.7 %"), "{text}");
    assert!(line("none of them").contains("16.7 %"), "{text}");
    // Twelve choices, 8, 2 and 2 of a kind, eight of them in agreeing pairs: 1 - 11 * 4 / (132 - 60).
    assert!(
        both.starts_with(": agreement of raters (Krippendorff's alpha) 0.389"),
        "{text}"
    );

    let mut foreign = first.clone();
    foreign["study"] = json!("0000");
    let foreign = file("foreign.json", &foreign);
    refused(
        &trainer(&["study-report", out, &foreign]),
        &["foreign.json", "study: found 0000"],
    );
    let mut strange = first.clone();
    strange["answers"][4]["best"] = json!("best");
    let strange = file("strange.json", &strange);
    let words = ["answers[4].best: found best", "weak, strong"];
    refused(&trainer(&["study-report", out, &strange]), &words);
    refused(
        &trainer(&["study-report", out, &files[0], &files[0]]),
        &["rater: found a"],
    );
    let torn = folder.join("torn.json");
    fs::write(&torn, "{\"study\": \"").unwrap();
    refused(
        &trainer(&["study-report", out, torn.to_str().unwrap()]),
        &["torn.json"],
    );
}

#[test]
fn methods_that_cannot_be_compared_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (out, _) = study(folder);
    let of = |name: &str| format!("{name}={}", folder.join(name).display());
    let (weak, strong) = (of("weak"), of("strong"));
    let new = folder.join("new");
    let new = new.to_str().unwrap();
    let empty = folder.join("empty");
    fs::create_dir(&empty).unwrap();
    let twice = format!("{weak},{weak}");
    let nothing = format!("{weak},empty={}", empty.display());
    let cases = [
        (weak.as_str(), "at least two methods"),
        (twice.as_str(), "different names"),
        (nothing.as_str(), "no such folder"),
        ("weak", "NAME=DIR"),
    ];
    for (methods, words) in cases {
        refused(
            &trainer(&["study", "--methods", methods, "--out", new]),
            &[words],
        );
        assert!(!Path::new(new).exists(), "{methods}");
    }
    // A method that edited another picture than the first, which is the one that raters would see.
    let other = method(&folder.join("other"), 0.5);
    faces::training_face(9, 1.0, SIZE)
        .save(other.join("smiling/before/2.png"))
        .unwrap();
    let methods = format!("{weak},{}", of("other"));
    refused(
        &trainer(&["study", "--methods", &methods, "--out", new]),
        &["other/smiling/before: \"2\"", "weak/smiling/before"],
    );
    assert!(!Path::new(new).exists());
    // A study is made anew, a person's folder is not touched.
    let both = format!("{weak},{strong}");
    let again = |to: &Path| {
        let to = to.to_str().unwrap();
        trainer(&["study", "--methods", &both, "--out", to])
    };
    assert!(again(&out).status.success());
    fs::write(out.join("answers-1.json"), "{}").unwrap();
    refused(&again(&out), &["answers-1.json"]);
}

/// What `browse.py` prints of a page in Chromium, or why it cannot.
pub fn browsed(kind: &str, page: &Path, folder: &Path) -> Option<String> {
    let text = fs::read_to_string(page).unwrap();
    for outside in ["src=\"http", "href=\"http", "url(http", "src=\"//"] {
        assert!(!text.contains(outside), "the page loads {outside}");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browse.py");
    let shot = folder.join(format!("{kind}.png"));
    let mut command = Command::new("python3");
    let output = command.arg(script).arg(kind).args([page, &shot]).output();
    let Ok(output) = output else {
        println!("skipped: python3 is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        println!("skipped: {}", said.trim());
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The page in Chromium, by keys and by touch, driven by `browse.py`.
#[test]
fn the_page_of_a_study_works_by_keys_and_touch_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let (out, facts) = study(folder.path());
    let page = out.join("index.html");
    let Some(printed) = browsed("study", &page, folder.path()) else {
        return;
    };
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(found["study"], facts["study"]);
    let given = found["answers"].as_array().unwrap();
    assert_eq!(given.len(), 18);
    // The script took the first choice of every question by key, none of them for the second face, and tapped the rest.
    assert!(given[..3].iter().all(|answer| answer["best"].is_string()));
    assert!(given[3..6].iter().all(|answer| answer["best"].is_null()));
    for (index, answer) in given.iter().enumerate() {
        assert_eq!(answer["face"], index / 3);
    }
    let answers = folder.path().join("answers.json");
    fs::write(&answers, printed).unwrap();
    let report = trainer(&[
        "study-report",
        out.to_str().unwrap(),
        answers.to_str().unwrap(),
    ]);
    assert!(report.status.success(), "{report:?}");
}
