//! `edge config`: what all options came to, as a file that would say the same.

use crate::cli::config_file::{self, ConfigFile};
use clap::{Arg, ArgAction, ArgMatches, Command, parser::ValueSource};
use std::fmt::Write;

/// The resolved options of `edge run`: `given` is the whole command line, parsed with the file's
/// options under it; `typed` is what stood on the command line alone.
#[must_use]
pub(crate) fn resolved(
    command: &Command,
    given: &ArgMatches,
    typed: &ArgMatches,
    file: &ConfigFile,
) -> String {
    let mut text = String::from(
        "# What `edge run` would use: the command line, else edge.toml, else the default.\n",
    );
    for arg in config_file::options_of(command) {
        let (id, long) = (arg.get_id().as_str(), arg.get_long().unwrap_or_default());
        let origin = match (typed.value_source(id), file.sets(long)) {
            (Some(ValueSource::CommandLine), _) => "command line",
            (_, true) => "file",
            _ => "default",
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\n# {}", help.replace('\n', "\n# "));
        let values: Vec<String> = given
            .get_raw(id)
            .map(|values| {
                values
                    .map(|value| value.to_string_lossy().into_owned())
                    .collect()
            })
            .unwrap_or_default();
        let _ = match line(arg, long, &values) {
            Some(line) => writeln!(text, "{line}  # {origin}"),
            None => writeln!(text, "# {long} is not set"),
        };
    }
    text
}

fn line(arg: &Arg, long: &str, values: &[String]) -> Option<String> {
    let first = values.first()?;
    Some(if matches!(arg.get_action(), ArgAction::Append) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        format!("{long} = [{}]", values.join(", "))
    } else {
        format!("{long} = {}", literal(first))
    })
}

/// A number or switch as it is, else a text.
fn literal(value: &str) -> String {
    let parsed = format!("x = {value}").parse::<toml::Table>();
    let same = parsed.ok().and_then(|table| match table.get("x") {
        Some(toml::Value::Integer(number)) => Some(number.to_string()),
        Some(toml::Value::Float(number)) => Some(number.to_string()),
        Some(toml::Value::Boolean(choice)) => Some(choice.to_string()),
        _ => None,
    });
    match same {
        Some(same) if same == value => value.to_owned(),
        _ => quoted(value),
    }
}

fn quoted(value: &str) -> String {
    toml::Value::from(value).to_string()
}
