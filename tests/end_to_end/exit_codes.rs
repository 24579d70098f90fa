//! Exit codes: 2 for a command line that makes no sense, 1 for work that failed.

use tests::run;

#[test]
fn an_unknown_option_is_a_usage_error() {
    for program in ["trainer", "model-export", "edge"] {
        let finished = run(program, &["--no-such-option"]).unwrap();
        assert_eq!(finished.code, Some(2), "{program}: {}", finished.stderr);
    }
}

#[test]
fn a_missing_file_is_a_failure_that_names_the_file() {
    let calls: [(&str, &[&str]); 3] = [
        (
            "trainer",
            &[
                "fit",
                "--config",
                "nowhere.toml",
                "--data",
                "x",
                "--out",
                "target/never",
            ],
        ),
        (
            "model-export",
            &["--checkpoint", "nowhere.toml", "--out", "target/never"],
        ),
        ("edge", &["check", "--bundle", "nowhere.toml"]),
    ];
    for (program, arguments) in calls {
        let finished = run(program, arguments).unwrap();
        assert_eq!(finished.code, Some(1), "{program}: {}", finished.stderr);
        assert!(
            finished.stderr.contains("nowhere.toml"),
            "{program}: {}",
            finished.stderr
        );
    }
}
