//! Nothing that is not ours: every command of the three programs, in a folder full of a person's files.
//!
//! - [`commands`]: what every command writes, and how it is called;
//! - [`home`]: the person's folder, and what has become of it;
//! - [`help`]: the commands and options that the programs name themselves.
//!
//! A few targets for every option that is written to; all of them with `OWNERSHIP=all` (`make test-ownership`).

mod commands;
mod help;
mod home;

use commands::{IDLE, Idle, READ, Read, TARGETS, Target, WRITTEN, Written};
use home::{Given, Home};
use std::{
    collections::BTreeSet,
    env,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

const PROGRAMS: [&str; 3] = ["trainer", "model-export", "edge"];
/// Targets that are tried of one option unless all are asked for; over all options, each comes up.
const SAMPLE: usize = 2;

#[test]
fn every_command_is_run_and_every_option_known_as_written_or_read() {
    let written = WRITTEN.iter().map(Written::option);
    let named: BTreeSet<String> = written.chain(READ.iter().flat_map(Read::options)).collect();
    let found: BTreeSet<String> = PROGRAMS.into_iter().flat_map(help::options).collect();
    let unknown: Vec<_> = found.difference(&named).collect();
    assert!(unknown.is_empty(), "is it written to? {unknown:#?}");
    let stale: Vec<_> = named.difference(&found).collect();
    assert!(stale.is_empty(), "no longer there: {stale:#?}");
    let run = WRITTEN.iter().map(Written::command);
    let run: BTreeSet<String> = run.chain(IDLE.iter().map(Idle::command)).collect();
    for program in PROGRAMS {
        for command in help::commands(program) {
            let name = format!("{program} {command}");
            assert!(run.contains(name.trim_end()), "never run: {name}");
        }
    }
}

#[test]
fn only_what_was_asked_for_is_new_among_the_files_of_a_person() {
    let Some(given) = Given::new() else { return };
    let before = given.tree();
    let all = env::var("OWNERSHIP").is_ok_and(|value| value == "all");
    let mut cases = Vec::new();
    for (number, written) in WRITTEN.iter().enumerate() {
        let targets = TARGETS.into_iter().enumerate().filter(|(at, target)| {
            let drawn = (at + SAMPLE * number) % TARGETS.len() < SAMPLE;
            // What succeeds is tried of every option.
            all || drawn || *target == Target::New
        });
        cases.extend(targets.map(|(_, target)| (written, target)));
    }
    in_pairs(IDLE.len() + cases.len(), |at| match IDLE.get(at) {
        Some(idle) => {
            let home = Home::new();
            let ended = home.run(&given, idle.program, idle.words, None);
            home.assert_unchanged(idle.words, &ended);
        }
        None => try_target(&given, cases[at - IDLE.len()].0, cases[at - IDLE.len()].1),
    });
    println!("{} calls", IDLE.len() + cases.len());
    assert!(given.tree() == before, "an input has changed");
}

/// Runs `job` for 0 to `count` - 1, two at a time.
fn in_pairs(count: usize, job: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                break;
            }
            job(at);
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
}

fn try_target(given: &Given, written: &Written, target: Target) {
    let home = Home::new();
    let path = target.path(written);
    let words = written.words(&path);
    let full = target == Target::FullDisk;
    let ended = home.run(given, written.program, &words, full.then_some(0));
    let succeeded = ended.code == Some(0);
    if !written.is_refused_here {
        assert!(
            succeeded || target != Target::New,
            "{words}\n{}",
            ended.said
        );
        assert!(!succeeded || !full, "{words}: a full disk goes unsaid");
    }
    let may_be_new = target.is_free() && (succeeded || written.keeps_what_was_done);
    home.assert_new_only_at(may_be_new.then_some(&path), &words, &ended);
}
