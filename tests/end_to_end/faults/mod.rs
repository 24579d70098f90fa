//! Every read, write, sync, rename and mapping of a file fails once in turn, while a run is resumed, a bundle
//! exported, and the mirror works.
//!
//! - [`subject`]: the three programs at work, and what has to be whole afterwards.
//! - [`renames`]: what replaces a folder goes past the C library, and is refused by strace.
//!
//! A preloaded library (`edge/tests/fault_shim.c`) lets one call fail. A few of the calls, spread over all of
//! them; every one with `FAULTS=all` (`make test-faults`). `FAULT_SEED` moves the choice and the kinds of failure.

mod renames;
mod subject;

use crate::has_onnxruntime;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use subject::{Scene, Subject};
use tempfile::TempDir;

/// A call, and how it can fail: an `errno`, or 0 for doing half of what it was asked for.
const CALLS: [(&str, &[i32]); 6] = [
    ("open", &[EIO, ENOSPC, ENODEV, EAGAIN]),
    ("read", &[EIO, SHORT, ENODEV, EAGAIN]),
    ("write", &[ENOSPC, SHORT, EIO, EAGAIN]),
    ("sync", &[EIO, ENOSPC]),
    ("rename", &[EIO, ENOSPC]),
    ("map", &[EIO, EAGAIN, ENODEV]),
];
const SHORT: i32 = 0;
const EIO: i32 = 5;
const EAGAIN: i32 = 11;
const ENODEV: i32 = 19;
const ENOSPC: i32 = 28;

/// Calls that fail in turn unless all are asked for.
const SAMPLE: usize = 8;

/// One failure.
#[derive(Debug, Clone, Copy)]
struct Fault {
    call: &'static str,
    /// From 1.
    number: usize,
    error: i32,
}

fn compiled(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("fault_shim.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(tests::workspace().join("edge/tests/fault_shim.c"))
        .arg("-ldl")
        .status();
    let built = built.is_ok_and(|status| status.success());
    if !built {
        println!("skipped: no C compiler for fault_shim.c");
    }
    built.then_some(library)
}

/// The failures to try, of the calls that a run without any made.
fn chosen(counts: impl Fn(&str) -> usize) -> Vec<Fault> {
    let seed = env::var("FAULT_SEED").ok();
    let seed: usize = seed.and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut faults = Vec::new();
    for (call, errors) in CALLS {
        faults.extend((0..counts(call)).map(|at| Fault {
            call,
            number: at + 1,
            error: errors[(at + seed) % errors.len()],
        }));
    }
    if env::var("FAULTS").is_ok_and(|value| value == "all") {
        return faults;
    }
    let count = faults.len();
    let spread =
        (0..SAMPLE.min(count)).map(|at| ((at * count + seed) / SAMPLE + count / 16) % count);
    spread.map(|at| faults[at]).collect()
}

fn walk(subject: Subject) {
    if !has_onnxruntime() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let Some(library) = compiled(folder.path()) else {
        return;
    };
    let scene = Scene::new(subject, folder.path(), library);
    let counted = scene.run(None);
    assert_eq!(counted.code, Some(0), "{}", counted.said);
    scene.assert_done();
    let faults = chosen(|call| counted.count(call));
    assert!(!faults.is_empty(), "no call was counted: {}", counted.log);
    let (mut failed, mut missed) = (0, 0);
    for fault in &faults {
        scene.reset();
        let ended = scene.run(Some(*fault));
        let told = format!("{subject:?} {fault:?}\n{}{}", ended.log, ended.said);
        // Threads may have made fewer calls this time.
        missed += usize::from(!ended.log.contains("fault"));
        match ended.code {
            Some(0) => scene.assert_done_despite(&told),
            Some(1) => {
                failed += 1;
                assert!(ended.names_a_file(), "names no file: {told}");
                scene.assert_whole(&told);
            }
            _ => panic!("ended otherwise: {told}"),
        }
        assert!(!ended.said.contains("panicked"), "{told}");
        assert!(
            fault.error != SHORT || ended.code == Some(0),
            "not carried on: {told}"
        );
    }
    println!(
        "{subject:?}: {} faults, {failed} ended the program, {missed} did not come up",
        faults.len()
    );
    assert!(missed * 4 <= faults.len(), "{missed} did not come up");
}

#[test]
fn a_run_is_resumed_or_says_why_not_when_any_call_fails() {
    walk(Subject::Fit);
}

#[test]
fn a_bundle_is_the_old_or_the_new_one_when_any_call_fails() {
    walk(Subject::Export);
}

#[test]
fn the_mirror_writes_whole_files_or_none_when_any_call_fails() {
    walk(Subject::Mirror);
}

/// Text of a file, or none.
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
