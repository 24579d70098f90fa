//! `edge.toml`, the command line on top, and `edge config`.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime},
};
use std::{fs, path::Path};

/// `edge ARGUMENTS` in a folder with this edge.toml.
fn edge(file: &str, arguments: &[&str]) -> std::process::Output {
    let place = Place::new();
    fs::write(place.path("edge.toml"), file).unwrap();
    place.edge(Path::new(""), arguments)
}

fn resolved(file: &str, arguments: &[&str]) -> String {
    let output = edge(file, &[&["config"], arguments].concat());
    assert_succeeds(&output);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_unknown_key_is_an_error_that_names_line_and_nearest() {
    let output = edge("# mine\nprovder = \"cpu\"\n", &["run"]);
    let words = [
        "edge.toml",
        "line 2",
        "provder",
        "did you mean \"provider\"",
    ];
    assert_fails(&output, 2, &words);
    assert_fails(
        &edge("camera_mode = \"x\"\n", &["config"]),
        2,
        &["\"camera-mode\""],
    );
    assert_fails(
        &edge("[screen]\nlanguage = \"de\"\n", &["config"]),
        2,
        &["\"screen\""],
    );
}

#[test]
fn a_wrong_value_is_an_error_that_says_what_was_expected() {
    let wrong = [
        ("provider = \"gpu\"", "expected auto, cpu, cuda or tensorrt"),
        ("leave-after = \"soon\"", "expected seconds"),
        ("kiosk = \"perhaps\"", "true, false"),
        ("view = \"sideways\"", "mirror, camera"),
        (
            "frames = [1, 2]",
            "expected a text, a number, true or false",
        ),
        ("window-size = 7", "expected WIDTHxHEIGHT"),
        ("language = ", "line 1"),
    ];
    for (line, expected) in wrong {
        let key = line.split(' ').next().unwrap();
        assert_fails(&edge(line, &["run"]), 2, &["edge.toml", key, expected]);
    }
}

#[test]
fn a_file_that_was_named_must_be_there_and_one_that_was_not_need_not() {
    let place = Place::new();
    let output = place.edge(Path::new(""), &["config", "--config", "mine.toml"]);
    assert_fails(&output, 1, &["mine.toml"]);
    assert_succeeds(&place.edge(Path::new(""), &["config"]));
    fs::write(place.path("mine.toml"), "language = \"de\"").unwrap();
    for arguments in [
        ["--config", "mine.toml", "config"],
        ["config", "--config", "mine.toml"],
    ] {
        let output = place.edge(Path::new(""), &arguments);
        assert_succeeds(&output);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("language = \"de\"  # file"), "{text}");
    }
}

#[test]
fn the_command_line_wins_over_the_file_and_both_over_defaults() {
    let file = "language = \"de\"\nkiosk = true\nleave-after = 3.5\nsync = true\n\
                [attr]\nsmile = -0.5\n";
    let text = resolved(file, &["--language", "zh", "--kiosk=false"]);
    for line in [
        "language = \"zh\"  # command line",
        "kiosk = false  # command line",
        "leave-after = 3.5  # file",
        "sync = true  # file",
        "attr = [\"smile=-0.5\"]  # file",
        "view = \"mirror\"  # default",
        "# record is not set",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let text = resolved(file, &["--attr", "smile=1", "--kiosk"]);
    assert!(
        text.contains("attr = [\"smile=1\"]  # command line"),
        "{text}"
    );
    assert!(text.contains("kiosk = true  # command line"), "{text}");
}

#[test]
fn what_config_prints_is_a_file_that_means_the_same_and_has_every_option() {
    let given =
        "provider = \"cpu\"\nframes = 7\nattr = [\"smile=0.5\"]\nwindow-size = \"800x600\"\n";
    let first = resolved(given, &[]);
    let second = resolved(&first, &[]);
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| Some(line.split_once("  #")?.0.to_owned()))
            .collect()
    };
    assert!(values(&first).len() > 10, "{first}");
    assert_eq!(values(&first), values(&second));
    assert!(!first.contains("system-root"), "hidden, for tests: {first}");
    let help = edge("", &["run", "--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    for option in options {
        let name = option.split([' ', '[', '=']).next().unwrap();
        let listed =
            first.contains(&format!("\n{name} = ")) || first.contains(&format!("# {name} is"));
        assert!(
            listed || ["help", "config"].contains(&name),
            "{name} in {first}"
        );
    }
}

#[test]
fn a_run_takes_everything_from_the_file() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let file = "source = \"demo\"\ndisplay = \"none\"\nbundle = \"bundle\"\nframes = 4\n\
                report = \"r.json\"\n[attr]\nsmile = 0.25\n";
    fs::write(place.path("edge.toml"), file).unwrap();
    assert_succeeds(&place.edge(&library, &["run"]));
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 4);
    assert_eq!(report["strengths"][0][1], 0.25);
    assert_succeeds(&place.edge(&library, &["run", "--frames", "2", "--attr", "smile=0.5"]));
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 2);
    assert_eq!(report["strengths"][0][1], 0.5);
    // Other commands take the model from it, and not what a run writes.
    fs::remove_file(place.path("r.json")).unwrap();
    assert_succeeds(&place.edge(&library, &["check"]));
    assert!(!place.path("r.json").exists());
}
