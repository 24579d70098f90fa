//! A folder takes the place of another in one call, which goes past the C library; where the file system cannot, in two.
//! strace has any of them refused.

use super::subject::{Ended, Scene, Subject};
use crate::has_onnxruntime;
use std::{collections::BTreeMap, path::PathBuf, process::Command, slice};
use tempfile::TempDir;

/// Other machines than x86-64 have but the last two.
const CALLS: [&str; 3] = ["rename", "renameat", "renameat2"];

fn has_strace() -> bool {
    let traced = Command::new("strace")
        .args(["-qq", "-e", "trace=none", "true"])
        .output();
    let works = traced.is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped: no strace, or no right to trace");
    }
    works
}

/// Calls of `name` by the thread that makes most of them: strace counts those of each thread on their own.
fn count(ended: &Ended, name: &str) -> usize {
    let mut counts = BTreeMap::<&str, usize>::new();
    for line in ended.log.lines() {
        if let Some((thread, call)) = line.split_once(' ')
            && call.trim_start().starts_with(&format!("{name}("))
        {
            *counts.entry(thread).or_default() += 1;
        }
    }
    counts.into_values().max().unwrap_or(0)
}

/// Runs under `rules`; what is there afterwards is whole, whether the program carried on or said why not.
fn is_carried_on(scene: &Scene, rules: &[String]) -> bool {
    scene.reset();
    let ended = scene.run_traced(rules);
    let told = format!("{rules:?}\n{}{}", ended.log, ended.said);
    assert!(ended.log.contains("(INJECTED)"), "nothing failed: {told}");
    assert!(!ended.said.contains("panicked"), "{told}");
    match ended.code {
        Some(0) => scene.assert_done_despite(&told),
        Some(1) => scene.assert_whole(&told),
        _ => panic!("ended otherwise: {told}"),
    }
    ended.code == Some(0)
}

fn walk(subject: Subject) {
    if !has_onnxruntime() || !has_strace() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let scene = Scene::new(subject, folder.path(), PathBuf::new());
    let plain = scene.run_traced(&[]);
    assert_eq!(plain.code, Some(0), "{}", plain.said);
    let refused = |call: &str, error: &str, number: usize| {
        format!("inject={call}:error={error}:when={number}")
    };
    let (mut faults, mut carried_on) = (0, 0);
    let mut note = |went_on: bool| {
        faults += 1;
        carried_on += usize::from(went_on);
    };
    for call in CALLS {
        for number in 1..=count(&plain, call) {
            for error in ["EIO", "ENOSPC"] {
                note(is_carried_on(&scene, &[refused(call, error, number)]));
            }
        }
    }
    // A file system that exchanges nothing.
    let without = "inject=renameat2:error=EINVAL".to_owned();
    if subject == Subject::Export {
        let went_on = is_carried_on(&scene, slice::from_ref(&without));
        assert!(went_on, "two renames do as well");
        scene.reset();
        let in_two = scene.run_traced(slice::from_ref(&without));
        let added = CALLS.map(|call| count(&in_two, call) - count(&plain, call));
        assert_eq!(added.iter().sum::<usize>(), 2, "{}", in_two.log);
        for call in &CALLS[..2] {
            for number in 1..=count(&in_two, call) {
                note(is_carried_on(
                    &scene,
                    &[without.clone(), refused(call, "EIO", number)],
                ));
            }
        }
    }
    assert!(carried_on < faults, "none of {faults} failures was one");
    println!("{subject:?}: {faults} renames refused, {carried_on} did not matter");
}

#[test]
fn a_checkpoint_takes_its_place_whole_when_any_rename_is_refused() {
    walk(Subject::Fit);
}

#[test]
fn a_bundle_takes_the_place_of_another_whole_when_any_rename_is_refused() {
    walk(Subject::Export);
}
