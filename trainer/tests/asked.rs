//! Requests with wrong or missing values, and what data and runs say of themselves.

use crate::small::{config, configs, data, settings, step, trained};
use std::{fs, path::Path, process::Command};
use trainer::{
    config::Config,
    data::{deduce::deduce, inspect, pack},
    run::tensorboard::EventWriter,
};

#[test]
fn rates_weights_and_counts_that_cannot_work_are_named() {
    let wrong = [
        "editor_adam.learning_rate=-1e-4",
        "discriminator_adam.learning_rate=0",
        "editor_adam.beta2=1.0",
        "editor_adam.weight_decay=-1",
        "classifier.learning_rate=nan",
        "loss.cycle=-1",
        "loss.orthogonality=inf",
        "evaluation.faces_per_domain=0",
        "evaluation.judge_steps=0",
        "classifier.steps=0",
        "architecture.classifier_channels=0",
        // No bundle could be called so.
        "name=''",
        "name='a\tb'",
        // Runs that would leave the editor as it was.
        "schedule.steps=0",
        "schedule.steps=1",
        "schedule.average_decay=1",
    ];
    for setting in wrong {
        let error = Config::load(&configs().join("smile-64.toml"), &settings(&[setting]));
        let message = error.unwrap_err().to_string();
        let name = setting.split('=').next().unwrap();
        assert!(
            message.contains(name) && message.contains("expected"),
            "{message}"
        );
    }
}

#[test]
fn an_override_of_another_type_is_blamed_itself_and_rows_need_an_attribute() {
    let load = |text: &str| {
        let loaded = Config::load(&configs().join("smile-64.toml"), &settings(&[text]));
        loaded.unwrap_err().to_string()
    };
    for text in ["schedule.steps='x'", "loss.cycle=much", "data=3"] {
        let message = load(text);
        assert!(message.contains(&format!("--set {text}: ")), "{message}");
    }
    let message = load("evaluation.edited_rows={beard=[0.5,1.0]}");
    for part in ["smile-64.toml", "\"beard\"", "one of: smile"] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
}

#[test]
fn procedural_faces_that_cannot_show_an_attribute_are_left_out_by_a_setting() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(temporary.path());
    let mixed = [
        "data.synthetic_share=0.5",
        "attributes=[{name='grin',label='Grin',off='neutral',on='smiling',strength_range=[-1,1]}]",
    ];
    let out = temporary.path().join("run");
    let error = crate::small::train(&folder, &out, config(&mixed), false).unwrap_err();
    assert!(error.is_usage());
    let message = error.to_string();
    assert!(
        message.contains("--set data.synthetic_share=0"),
        "{message}"
    );
    // None at all.
    let none = config(&[
        "data.synthetic_share=0",
        "data.synthetic_faces_per_domain=0",
    ]);
    let error = crate::small::train("synthetic".as_ref(), &out, none, false).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("data.synthetic_faces_per_domain"),
        "{message}"
    );
}

#[test]
fn inspect_needs_no_settings_where_the_data_says_enough() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let deduced = deduce(&folder).unwrap();
    assert_eq!(deduced.attributes.domain_names(), ["neutral", "smiling"]);
    let packed = temporary.path().join("faces.safetensors");
    let config = config(&[]);
    pack::pack(&folder, &packed, &config.architecture, &config.attributes).unwrap();
    let deduced = deduce(&packed).unwrap();
    let form = (config.architecture.image_size, config.architecture.colour);
    assert_eq!(deduced.form, Some(form));
    let sheet = temporary.path().join("sheet.png");
    let mut lines = Vec::new();
    let mut print = |line| lines.push(line);
    let (architecture, attributes) = (&config.architecture, &deduced.attributes);
    inspect::inspect(&packed, &sheet, architecture, attributes, &mut print).unwrap();
    assert!(
        lines.contains(&"test/smiling: 3 pictures".to_owned()),
        "{lines:?}"
    );

    let celeba = temporary.path().join("celeba");
    crate::layouts::celeba_hq(&celeba, 16);
    let message = deduce(&celeba).unwrap_err().to_string();
    assert!(message.contains("--attributes"), "{message}");
}

#[test]
fn a_clock_that_was_set_back_keeps_event_files_in_order() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    // Named a year ahead, as by a run before the clock was set back.
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let ahead = format!(
        "events.out.tfevents.{:010}.trainer.1.0",
        seconds + 31_536_000
    );
    fs::write(folder.join(&ahead), "").unwrap();
    let mut events = EventWriter::create(folder, 5).unwrap();
    events.scalars(6, "loss", [("real", 1.0)]).unwrap();
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names.map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names[0].to_str(), Some(ahead.as_str()));
    fs::remove_file(folder.join(&ahead)).unwrap();
    let times = crate::watched::events(folder).into_iter();
    let times: Vec<f64> = times.map(|event| event.wall_time).collect();
    assert!(times[0] > (seconds + 31_536_000) as f64, "{times:?}");
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn editing_is_not_called_training_and_fit_says_where_the_best_is() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let out = temporary.path().join("run");
    let trainer = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        let output = command.args(arguments).output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{log}");
        log
    };
    let path = |path: &Path| path.display().to_string();
    let config = path(&configs().join("smile-64.toml"));
    let mut arguments = vec!["fit", "--config", &config, "--data"];
    let (data, run) = (path(&folder), path(&out));
    arguments.extend([data.as_str(), "--out", &run]);
    let settings = settings(&["evaluation.interval=2", "evaluation.judge_steps=2"]);
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let log = trainer(&arguments);
    assert!(log.contains("judge 2/2"), "{log}");
    let last = log.lines().last().unwrap();
    assert!(
        last.contains("best score") && last.contains("best/step-"),
        "{log}"
    );
    let best = fs::read_dir(out.join("best")).unwrap().next().unwrap();
    let best = path(&best.unwrap().path());
    let (face, edited) = (
        path(&folder.join("test/neutral/0.png")),
        path(&out.join("e.png")),
    );
    let log = trainer(&[
        "edit",
        "--checkpoint",
        &best,
        "--input",
        &face,
        "--attr",
        "smile=1",
        "--out",
        &edited,
    ]);
    assert!(!log.contains("training"), "{log}");
    // The run's own settings say which rows are judged.
    let judge = path(&out.join("classifier/judge.safetensors"));
    let log = trainer(&[
        "eval",
        "--checkpoint",
        &best,
        "--data",
        &data,
        "--judge",
        &judge,
    ]);
    assert!(log.contains("config.toml"), "{log}");
}

#[test]
fn edits_by_options_that_do_not_go_together_are_refused() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, folder) = trained(temporary.path());
    let at = |name: &str| temporary.path().join(name);
    let face = folder.join("test/neutral/0.png");
    let cases: [(&[&str], &str); 8] = [
        (&["--reference", "FACE", "--strength", "nan"], "finite"),
        (&["--reference", "FACE", "--strength=-inf"], "finite"),
        (&["--attr", "smile=1", "--strength", "0.5"], "--strength"),
        (&["--attr", "smile=1", "--frames", "5"], "--frames"),
        (&["--reference", "FACE", "--frames", "5"], "--frames"),
        (&["--sweep", "smile", "--strength", "0.5"], "--strength"),
        (
            &["--attr", "smile=1", "--reference-domain", "smiling"],
            "--reference-domain",
        ),
        (&["--attr", "smile=1, smile =0.5"], "found smile twice"),
    ];
    for (options, words) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command
            .arg("edit")
            .arg("--checkpoint")
            .arg(step(&at("run"), 4));
        command.arg("--input").arg(&face);
        command.arg("--out").arg(at("edited.png"));
        let options = options.iter().map(|option| match *option {
            "FACE" => face.as_os_str(),
            option => option.as_ref(),
        });
        let output = command.args(options).output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{log}");
        assert!(log.contains(words), "{words:?} is not in: {log}");
        assert!(!at("edited.png").exists());
    }
}

#[test]
fn evaluations_of_too_few_faces_or_by_the_editors_own_teacher_are_refused() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, folder) = trained(temporary.path());
    let run = temporary.path().join("run");
    let refused = |judge: &Path, more: &[&str], words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.arg("eval").arg("--checkpoint").arg(step(&run, 4));
        command.arg("--data").arg(&folder).arg("--judge").arg(judge);
        let output = command.args(more).output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{log}");
        for word in words {
            assert!(log.contains(word), "{word:?} is not in: {log}");
        }
    };
    let teacher = run.join("classifier/classifier.safetensors");
    let words = ["classifier.safetensors: found the classifier of", "step-"];
    refused(&teacher, &[], &words);
    let new = temporary.path().join("judge.safetensors");
    let one = ["--faces-per-domain", "1"];
    refused(&new, &one, &["--faces-per-domain"]);
    for name in ["0.png", "1.png"] {
        fs::remove_file(folder.join("test/smiling").join(name)).unwrap();
    }
    let words = ["data: found 1 test face in domain \"smiling\"", "2 or more"];
    refused(&new, &[], &words);
    assert!(!new.exists());
}

/// What a terminal shows that `bytes` were written to: moves and erasures as progress bars make them.
fn shown(bytes: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0_usize, 0_usize);
    let mut rest = bytes.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\n' => {
                row += 1;
                if row == lines.len() {
                    lines.push(Vec::new());
                }
            }
            '\r' => column = 0,
            '\u{1b}' => {
                let mut number = String::new();
                let code = loop {
                    match rest.next() {
                        Some('[') => {}
                        Some(c) if c.is_ascii_alphabetic() => break c,
                        Some(c) => number.push(c),
                        None => return Vec::new(),
                    }
                };
                let count = number.parse().unwrap_or(1_usize);
                match code {
                    'A' => row = row.saturating_sub(count),
                    'K' if number == "2" => lines[row].clear(),
                    'K' => lines[row].truncate(column),
                    'J' => lines.truncate(row + 1),
                    _ => {}
                }
            }
            letter => {
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = letter;
                column += 1;
            }
        }
    }
    lines.into_iter().map(String::from_iter).collect()
}

#[test]
fn bar_and_log_do_not_write_over_each_other_on_a_terminal() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let mut command = vec![env!("CARGO_BIN_EXE_trainer").to_owned(), "fit".into()];
    let paths = [
        configs().join("smile-64.toml"),
        folder,
        temporary.path().join("run"),
    ];
    for (option, path) in ["--config", "--data", "--out"].iter().zip(&paths) {
        command.extend([(*option).to_owned(), path.display().to_string()]);
    }
    let settings = settings(&["evaluation.interval=2", "evaluation.judge_steps=2"]);
    command.extend(
        settings
            .iter()
            .flat_map(|setting| ["--set".to_owned(), setting.clone()]),
    );
    let quoted: Vec<String> = command.iter().map(|word| format!("'{word}'")).collect();
    let on_a_terminal = format!("stty cols 1000 rows 50; {}", quoted.join(" "));
    let mut script = Command::new("script");
    script.args(["-qec", &on_a_terminal, "/dev/null"]);
    script
        .env("TERM", "xterm")
        .stdin(std::process::Stdio::null());
    let Ok(output) = script.output() else {
        eprintln!("skipped: no `script`, which makes a terminal");
        return;
    };
    let written = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{written}");
    assert!(
        written.contains("judge ") && written.contains("/s"),
        "no bar: {written}"
    );
    let lines = shown(&written);
    let log: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(" INFO "))
        .collect();
    for line in &log {
        assert!(line.starts_with('['), "{line:?}");
        assert!(
            !line.contains("left"),
            "a bar in a line of the log: {line:?}"
        );
    }
    assert!(
        log.iter().any(|line| line.contains("best score")),
        "{lines:?}"
    );
}
