//! `edge.toml`: every option of the command line, under its long name.
//!
//! The command line itself says what options there are and what they accept, so file and command line
//! cannot drift apart. An option given on the command line wins over the file.

use crate::error::EdgeError;
use clap::{Arg, ArgAction, ArgMatches, Command, error::ContextKind, parser::ValueSource};
use std::{
    collections::BTreeMap,
    error::Error,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};
use toml::{Spanned, Value};

/// Read when `--config` names no other file.
pub(crate) const DEFAULT: &str = "edge.toml";
/// The subcommand whose options the file holds.
pub(crate) const RUN: &str = "run";
/// Edits away from a known name at which it is no longer a likely typing error.
const FAR: usize = 4;

/// A file that was read: arguments by option name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ConfigFile {
    options: BTreeMap<String, Vec<String>>,
}

impl ConfigFile {
    /// Reads `named`, or [`DEFAULT`] in the working folder if it is there, and checks every key and
    /// value against the options of [`RUN`].
    ///
    /// # Errors
    /// [`EdgeError::Usage`] naming file, line and key; [`EdgeError::File`] when it cannot be read.
    pub(crate) fn read(named: Option<&Path>, command: &Command) -> Result<Self, EdgeError> {
        let path = named.unwrap_or(Path::new(DEFAULT));
        match fs::read_to_string(path) {
            Ok(text) => {
                log::info!("options from {}", path.display());
                Self::parse(path, &text, command)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(EdgeError::file(path, error)),
        }
    }

    fn parse(path: &Path, text: &str, command: &Command) -> Result<Self, EdgeError> {
        let usage = |reason: String| EdgeError::Usage(format!("{}: {reason}", path.display()));
        let table: BTreeMap<Spanned<String>, Value> =
            toml::from_str(text).map_err(|error| usage(error.to_string().trim_end().to_owned()))?;
        let mut options = BTreeMap::new();
        for (key, value) in &table {
            let line = text[..key.span().start].matches('\n').count() + 1;
            let name = key.get_ref();
            let wrong = |reason: String| usage(format!("line {line}: {reason}"));
            let arg = options_of(command)
                .find(|arg| arg.get_long() == Some(name))
                .ok_or_else(|| wrong(unknown(name, command)))?;
            let arguments =
                arguments(arg, name, value).map_err(|reason| wrong(format!("{name}: {reason}")))?;
            let mut trial = vec![OsString::from("edge"), RUN.into()];
            trial.extend(arguments.iter().map(OsString::from));
            if let Err(error) = command.clone().try_get_matches_from(trial) {
                return Err(wrong(format!(
                    "{name}: found {value}, {}",
                    expected(&error)
                )));
            }
            options.insert(name.clone(), arguments);
        }
        Ok(Self { options })
    }

    /// The arguments to add to a command line that was parsed to `given`, for a subcommand with the
    /// options `known`.
    pub(crate) fn missing_from<'a>(
        &'a self,
        given: &'a ArgMatches,
        known: impl Iterator<Item = &'a Arg>,
    ) -> Vec<OsString> {
        let known = known.filter(|arg| {
            given.value_source(arg.get_id().as_str()) != Some(ValueSource::CommandLine)
        });
        let arguments = known
            .filter_map(Arg::get_long)
            .filter_map(|long| self.options.get(long));
        arguments.flatten().map(OsString::from).collect()
    }

    /// Whether the file sets an option.
    #[must_use]
    pub(crate) fn sets(&self, long: &str) -> bool {
        self.options.contains_key(long)
    }
}

/// The options of [`RUN`] that a file can hold: all that are documented.
pub(crate) fn options_of(command: &Command) -> impl Iterator<Item = &Arg> {
    let run = command.find_subcommand(RUN).into_iter();
    run.flat_map(Command::get_arguments)
        .filter(|arg| arg.get_long().is_some() && !arg.is_global_set() && !arg.is_hide_set())
        .filter(|arg| !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version))
}

/// Arguments for one key: `--name=value`, once per value.
fn arguments(arg: &Arg, name: &str, value: &Value) -> Result<Vec<String>, String> {
    let several = matches!(arg.get_action(), ArgAction::Append);
    let values = match value {
        Value::Array(values) if several => values.iter().map(plain).collect(),
        // `[attr]` with `smile = 1.0` reads better than ["smile=1.0"].
        Value::Table(table) if several => table
            .iter()
            .map(|(key, value)| Some(format!("{key}={}", plain(value)?)))
            .collect(),
        value => plain(value).map(|value| vec![value]),
    };
    let values: Vec<String> = values.ok_or_else(|| {
        let wanted = if several {
            "a text, a number, a list or a table of them"
        } else {
            "a text, a number, true or false"
        };
        format!("found {value}, expected {wanted}")
    })?;
    Ok(values
        .into_iter()
        .map(|value| format!("--{name}={value}"))
        .collect())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(choice) => Some(choice.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

fn unknown(name: &str, command: &Command) -> String {
    let names = options_of(command).filter_map(Arg::get_long);
    let nearest = names
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min();
    match nearest {
        Some((distance, known)) if distance < FAR && distance < known.len() => {
            format!("unknown key {name:?}; did you mean {known:?}?")
        }
        Some((_, known)) => {
            format!("unknown key {name:?}; the nearest is {known:?}, `edge config` lists all")
        }
        None => format!("unknown key {name:?}"),
    }
}

/// What clap would have accepted.
fn expected(error: &clap::Error) -> String {
    if let Some(source) = error.source() {
        let reason = source.to_string();
        return if reason.starts_with("expected") {
            reason
        } else {
            format!("expected another value: {reason}")
        };
    }
    if let Some(valid) = error.get(ContextKind::ValidValue) {
        return format!("expected one of {valid}");
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("error: ").unwrap_or(first).to_owned()
}

/// The command line with the file's options under it.
///
/// # Errors
/// Those of [`ConfigFile::read`].
pub(crate) fn with_file(
    command: &Command,
    mut arguments: Vec<OsString>,
    given: &ArgMatches,
    model_options: &Command,
) -> Result<(Vec<OsString>, ConfigFile), EdgeError> {
    let Some((name, matches)) = given.subcommand() else {
        return Ok((arguments, ConfigFile::default()));
    };
    let named = matches.get_one::<PathBuf>("config");
    let file = ConfigFile::read(named.map(PathBuf::as_path), command)?;
    let extra = if [RUN, "config"].contains(&name) {
        file.missing_from(matches, options_of(command))
    } else {
        // Other commands look at the same model; what they measure or write is their own.
        let shared = model_options.get_arguments().filter(|arg| {
            let own = command.find_subcommand(name).into_iter();
            own.flat_map(Command::get_arguments)
                .any(|own| own.get_id() == arg.get_id())
        });
        file.missing_from(matches, shared)
    };
    // Before the subcommand stands at most `--config FILE`.
    let at = (1..arguments.len())
        .find(|&at| arguments[at] == name && arguments[at - 1] != "--config")
        .map_or(arguments.len(), |at| at + 1);
    arguments.splice(at..at, extra);
    Ok((arguments, file))
}

/// Lets every switch also be given as `--switch=false`, so that the command line can undo the file.
#[must_use]
pub(crate) fn with_undoable_switches(command: Command) -> Command {
    let subcommands: Vec<String> = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().to_owned())
        .collect();
    subcommands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| {
            subcommand.mut_args(|arg| {
                if !matches!(arg.get_action(), ArgAction::SetTrue) {
                    return arg;
                }
                arg.action(ArgAction::Set)
                    .value_parser(clap::value_parser!(bool))
                    .value_name("true|false")
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true")
                    .default_value("false")
                    .hide_default_value(true)
                    .hide_possible_values(true)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    const FILES: [&str; 3] = [
        "kiosk = true\nlanguage = \"de\"\nprovider = \"tensorrt\"\nleave-after = 20\n[attr]\nsmile = 0.8\n",
        "source = \"camera:/dev/video0\"\ncamera-mode = \"1280x720@30/MJPG\"\nattr = [\"smile=1.0\"]\nframes = 3\n",
        include_str!("../../../cross/jetson/edge.toml"),
    ];

    #[test]
    fn damaged_option_files_are_refused_or_read() {
        let command = with_undoable_switches(Cli::command());
        fuzz::check("edge-options", &FILES, |input| {
            if let Ok(text) = std::str::from_utf8(input) {
                let _ = ConfigFile::parse(Path::new(DEFAULT), text, &command);
            }
        });
    }
}
