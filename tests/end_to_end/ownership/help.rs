//! The commands and options that a program names itself.

use std::collections::BTreeSet;
use tests::run;

/// Names of a program's commands; the empty one where it does something without.
pub fn commands(program: &str) -> Vec<String> {
    let text = help(program, "");
    let lines = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let own = text.contains(&format!("Usage: {program} [OPTIONS] --"));
    let names = names.filter(|name| *name != "help").map(str::to_owned);
    names.chain(own.then(String::new)).collect()
}

/// `PROGRAM COMMAND --option` for every option of every command, and `PROGRAM COMMAND <ARGUMENT>`.
pub fn options(program: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for command in commands(program) {
        let name = format!("{program} {command}");
        let text = help(program, &command);
        for line in text.lines().map(str::trim_start) {
            let mut words = line.split([' ', '=', '[']).take(2);
            let option = words.find(|word| word.starts_with("--"));
            let option = option.filter(|_| line.starts_with('-'));
            let argument = line.split(' ').next().filter(|word| word.starts_with('<'));
            let known = option.filter(|name| !["--help", "--version"].contains(name));
            found.extend(
                known
                    .or(argument)
                    .map(|it| format!("{} {it}", name.trim_end())),
            );
        }
    }
    found
}

fn help(program: &str, command: &str) -> String {
    let words = [command, "--help"];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let shown = run(program, &words).unwrap();
    assert_eq!(shown.code, Some(0), "{program} {words:?}");
    shown.stdout
}
