//! The three programs at work, and what has to be whole afterwards.

use super::{Fault, text};
use crate::small;
use model_spec::{
    Bundle, CheckpointSpec,
    checkpoint::{MODEL_FILE, PARITY_FILE, TRAINING_FILE},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Resumes a run of two steps up to the fourth.
    Fit,
    /// Exports a checkpoint over an earlier bundle.
    Export,
    /// Shows the demo to files.
    Mirror,
}

/// Folders: `before` is how it all begins, `work` where the programs are at work.
pub struct Scene {
    subject: Subject,
    before: PathBuf,
    work: PathBuf,
    library: PathBuf,
    log: PathBuf,
    /// Training state or bundle of a run without failures.
    expected: Vec<u8>,
}

/// How a program ended.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
    pub log: String,
}

/// Not every machine has those with a `?`.
const RENAMES: &str = "trace=?rename,?renameat,renameat2";
const FIT: &str = "fit --config settings.toml --data data --out run --device cpu";

impl Subject {
    fn call(self) -> (&'static str, String) {
        match self {
            Self::Fit => ("trainer", format!("{FIT} --resume --set schedule.steps=4")),
            Self::Export => ("model-export", "--checkpoint checkpoint --out bundle".into()),
            Self::Mirror => (
                "edge",
                "run --bundle bundle --source demo --frames 3 --display png:out --report report.json \
                 --contact-sheet sheet.png"
                    .into(),
            ),
        }
    }
}

impl Scene {
    pub fn new(subject: Subject, folder: &Path, library: PathBuf) -> Self {
        let mut scene = Self {
            subject,
            before: folder.join("before"),
            work: folder.join("work"),
            library,
            log: folder.join("log"),
            expected: Vec::new(),
        };
        fs::create_dir(&scene.before).unwrap();
        let at = |name: &str| scene.before.join(name);
        small::faces(&at("data"));
        small::settings(&at("small.toml"));
        let made = scene.call(
            &scene.before,
            "trainer",
            &FIT.replace("settings", "small"),
            None,
        );
        assert_eq!(made.code, Some(0), "{}", made.said);
        // Resolved, and so without a base elsewhere.
        fs::rename(at("run/config.toml"), at("settings.toml")).unwrap();
        if subject != Subject::Fit {
            fs::rename(at("run/checkpoints/step-00000002"), at("checkpoint")).unwrap();
            let export = "--checkpoint checkpoint --out bundle";
            let made = scene.call(&scene.before, "model-export", export, None);
            assert_eq!(made.code, Some(0), "{}", made.said);
            for name in ["data", "run"] {
                fs::remove_dir_all(at(name)).unwrap();
            }
        }
        scene.reset();
        let (program, words) = subject.call();
        let made = scene.call(&scene.work, program, &words, None);
        assert_eq!(made.code, Some(0), "{}", made.said);
        scene.expected = scene.result();
        scene.reset();
        scene
    }

    /// Makes `work` what it was before.
    pub fn reset(&self) {
        if self.work.exists() {
            fs::remove_dir_all(&self.work).unwrap();
        }
        let mut copy = Command::new("cp");
        let copied = copy.arg("-r").arg(&self.before).arg(&self.work).status();
        assert!(copied.unwrap().success());
    }

    /// The program at work; `fault` is what fails.
    pub fn run(&self, fault: Option<Fault>) -> Ended {
        let (program, words) = self.subject.call();
        let _ = fs::remove_file(&self.log);
        let none = Fault {
            call: "none",
            number: 0,
            error: 0,
        };
        self.call(&self.work, program, &words, Some(fault.unwrap_or(none)))
    }

    /// The program at work under strace, which sees to `rules`; its log is of all renames.
    pub fn run_traced(&self, rules: &[String]) -> Ended {
        let (program, words) = self.subject.call();
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "signal=none", "-o"]);
        command.arg(&self.log).args(["-e", RENAMES]);
        command.args(rules.iter().flat_map(|rule| ["-e", rule]));
        command.arg(tests::program(program).unwrap());
        self.ended(&mut command, &self.work, &words)
    }

    fn call(&self, folder: &Path, program: &str, words: &str, fault: Option<Fault>) -> Ended {
        let mut command = Command::new(tests::program(program).unwrap());
        if let Some(fault) = fault {
            command
                .env("LD_PRELOAD", &self.library)
                .env("FAULT_UNDER", &self.work)
                .env("FAULT_CALL", fault.call)
                .env("FAULT_AT", fault.number.to_string())
                .env("FAULT_ERROR", fault.error.to_string())
                .env("FAULT_LOG", &self.log);
        }
        self.ended(&mut command, folder, words)
    }

    fn ended(&self, command: &mut Command, folder: &Path, words: &str) -> Ended {
        command
            .args(words.split_whitespace())
            .current_dir(folder)
            .env("OMP_NUM_THREADS", "1")
            .env_remove("DISPLAY");
        let output = command.output().unwrap();
        Ended {
            code: output.status.code(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
            log: text(&self.log),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    /// What a run without failures makes, as far as two of them make the same.
    fn result(&self) -> Vec<u8> {
        match self.subject {
            Subject::Fit => {
                let training = self.at("run/checkpoints/step-00000004").join(TRAINING_FILE);
                fs::read(training).unwrap()
            }
            Subject::Export => {
                let bundle = Bundle::open(&self.at("bundle")).unwrap();
                bundle.digest().into()
            }
            Subject::Mirror => {
                let report: serde_json::Value =
                    serde_json::from_str(&text(&self.at("report.json"))).unwrap();
                let sheet = fs::read(self.at("sheet.png")).unwrap();
                assert!(sheet.ends_with(b"IEND\xaeB`\x82"), "the sheet is cut off");
                report["bundle"].to_string().into()
            }
        }
    }

    /// The work is done, as without a failure.
    pub fn assert_done(&self) {
        assert!(
            self.result() == self.expected,
            "{:?}: another result",
            self.subject
        );
    }

    /// The same, and nothing is left over.
    pub fn assert_done_despite(&self, told: &str) {
        assert!(self.result() == self.expected, "another result: {told}");
        self.assert_whole(told);
    }

    /// Everything that is there can be used, and nothing is half there.
    pub fn assert_whole(&self, told: &str) {
        let unfinished = unfinished(&self.work);
        assert!(unfinished.is_empty(), "{unfinished:?} left over: {told}");
        match self.subject {
            Subject::Fit => {
                let checkpoints = fs::read_dir(self.at("run/checkpoints")).unwrap();
                let mut count = 0;
                for checkpoint in checkpoints {
                    let files = [MODEL_FILE, TRAINING_FILE, PARITY_FILE];
                    let opened = CheckpointSpec::load(&checkpoint.unwrap().path(), &files);
                    opened.unwrap_or_else(|error| panic!("{error}: {told}"));
                    count += 1;
                }
                assert!(count > 0, "no checkpoint: {told}");
                let (program, words) = self.subject.call();
                let resumed = self.call(&self.work, program, &words, None);
                assert_eq!(
                    resumed.code,
                    Some(0),
                    "not resumed: {}\n{told}",
                    resumed.said
                );
                assert!(self.result() == self.expected, "resumed otherwise: {told}");
            }
            Subject::Export => {
                let opened = Bundle::open(&self.at("bundle"));
                opened.unwrap_or_else(|error| panic!("{error}: {told}"));
            }
            Subject::Mirror => {
                let report = text(&self.at("report.json"));
                let whole = serde_json::from_str::<serde_json::Value>(&report);
                assert!(report.is_empty() || whole.is_ok(), "half a report: {told}");
                for picture in fs::read_dir(self.at("out")).into_iter().flatten() {
                    let bytes = fs::read(picture.unwrap().path()).unwrap();
                    assert!(bytes.ends_with(b"IEND\xaeB`\x82"), "half a picture: {told}");
                }
            }
        }
    }
}

/// Names of what was being written, below `folder`.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains(".partial-") || name.starts_with(".tmp") {
            found.push(path);
        } else if path.is_dir() {
            found.extend(unfinished(&path));
        }
    }
    found
}

impl Ended {
    /// How often the program made a call.
    pub fn count(&self, call: &str) -> usize {
        let lines = self
            .log
            .lines()
            .filter_map(|line| line.strip_prefix("count "));
        let counts = lines.filter_map(|line| line.strip_prefix(call));
        counts
            .filter_map(|count| count.trim().parse::<usize>().ok())
            .sum()
    }

    /// Whether what it said names the file of the call that failed, or a folder that it lies in.
    pub fn names_a_file(&self) -> bool {
        let path = self
            .log
            .lines()
            .find_map(|line| line.strip_prefix("fault "));
        let path = path.and_then(|rest| rest.split_once(' '));
        let parts = path
            .into_iter()
            .flat_map(|(_, path)| Path::new(path).iter().rev().take(3));
        parts.into_iter().any(|part| {
            let name = part.to_string_lossy();
            let name = name.split(".partial-").next().unwrap_or_default();
            self.said.contains(name)
        })
    }
}
