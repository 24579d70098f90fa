//! Keeps the table of settings in `edge/README.md` honest: its rows are compared with the command line.

use super::{Cli, config_file};
use clap::{Arg, ArgAction, Command, CommandFactory, builder::PossibleValue};

const README: &str = include_str!("../../README.md");
/// The first line of the table.
const HEADER: &str = "| setting | meaning | range | default |";

/// A row of the table.
#[derive(Debug)]
struct Row<'a> {
    name: &'a str,
    range: &'a str,
    default: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let lines = README.lines().skip_while(|line| *line != HEADER).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|')).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, range, default] = cells[..] else {
            panic!("{line}: expected four cells");
        };
        Row {
            name: name.trim_matches('`'),
            range,
            default,
        }
    });
    rows.collect()
}

fn command() -> Command {
    config_file::with_undoable_switches(Cli::command())
}

/// Whether `edge run --name=value` is accepted.
fn accepts(name: &str, value: &str) -> bool {
    let arguments = ["edge", config_file::RUN, &format!("--{name}={value}")];
    command().try_get_matches_from(arguments).is_ok()
}

/// What stands in backticks.
fn literals(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_readme_lists_every_setting_and_no_other() {
    let command = command();
    let known = config_file::options_of(&command).filter_map(Arg::get_long);
    let mut known: Vec<&str> = known.collect();
    let mut listed: Vec<&str> = rows().iter().map(|row| row.name).collect();
    known.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_readme_gives_every_default_that_the_command_line_has() {
    let (command, rows) = (command(), rows());
    for arg in config_file::options_of(&command) {
        let name = arg.get_long().unwrap();
        let row = rows.iter().find(|row| row.name == name).unwrap();
        let values = arg.get_default_values().first();
        match values.map(|value| value.to_str().unwrap()) {
            Some(default) => assert_eq!(row.default, format!("`{default}`"), "{name}"),
            // Decided later: told in words.
            None => assert!(row.default.contains(|c: char| c != '`'), "{name}"),
        }
    }
}

#[test]
fn the_command_line_accepts_what_the_readme_lists_and_nothing_beyond() {
    let mut checked = 0;
    for Row { name, range, .. } in rows() {
        for literal in literals(range) {
            // Placeholders such as `DEVICE` and patterns such as `*.y4m` stand for many values.
            if literal.contains(|c: char| c.is_ascii_uppercase() || "*.".contains(c)) {
                continue;
            }
            assert!(accepts(name, literal), "{name}: {literal}");
            checked += 1;
        }
        // Sizes have two sides of one range.
        let value = |number: i64| match range.starts_with("each side") {
            true => format!("{number}x{number}"),
            false => number.to_string(),
        };
        let numbers: Vec<i64> = range
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        for (bound, step) in numbers.iter().zip([-1, 1]) {
            assert!(accepts(name, &value(*bound)), "{name}: {bound}");
            let beyond = bound + step;
            assert!(!accepts(name, &value(beyond)), "{name}: {beyond}");
            checked += 1;
        }
    }
    assert!(
        checked > 30,
        "only {checked} values were found in the table"
    );
}

#[test]
fn the_readme_lists_every_choice_of_a_setting_that_has_some() {
    let (command, rows) = (command(), rows());
    for arg in config_file::options_of(&command) {
        let choices = arg.get_possible_values();
        if choices.is_empty() || matches!(arg.get_action(), ArgAction::Append) {
            continue;
        }
        let name = arg.get_long().unwrap();
        let row = rows.iter().find(|row| row.name == name).unwrap();
        let choices: Vec<&str> = choices.iter().map(PossibleValue::get_name).collect();
        assert_eq!(literals(row.range), choices, "{name}");
    }
}

#[test]
fn hidden_options_are_neither_settings_nor_printed() {
    let command = command();
    let hidden = ["system-root"];
    assert!(hidden.iter().all(|name| accepts(name, "/")));
    let mut settings = config_file::options_of(&command).filter_map(Arg::get_long);
    assert!(settings.all(|name| !hidden.contains(&name)));
}
