//! Targets of every kind: nothing that was not written here is ever changed.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use output::{OutputError, OutputFile, OutputFolder, check_folder, discard, is_temporary_of};
use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::{fs::symlink, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tempfile::TempDir;

/// What the tests' own folders hold.
const FILES: [&str; 2] = ["part", "whole"];

/// Keeps tests with relative paths apart: the current folder is the whole process's.
fn standing_still() -> MutexGuard<'static, ()> {
    static HERE: Mutex<()> = Mutex::new(());
    HERE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own(folder: &Path) -> Result<Vec<String>, String> {
    if folder.join("whole").exists() {
        Ok(FILES.map(String::from).to_vec())
    } else {
        Err("no file `whole`".into())
    }
}

fn write_folder(path: &Path, text: &str) -> Result<(), OutputError> {
    let folder = OutputFolder::create(path, own)?;
    for file in FILES {
        fs::write(folder.path().join(file), text).unwrap();
    }
    folder.finish("whole")
}

fn write_file(path: &Path, text: &str) -> Result<(), OutputError> {
    output::write(path, text.as_bytes(), |path| {
        let text = fs::read_to_string(path).unwrap();
        text.starts_with("ours").then_some(()).ok_or(text)
    })
}

/// Every path below `folder`, with the contents of files.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let link = fs::symlink_metadata(&path).unwrap().is_symlink();
        if !link && path.is_dir() {
            found.extend(tree(&path));
            found.insert(path, Vec::new());
        } else {
            let bytes = if link {
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            found.insert(path, bytes);
        }
    }
    found
}

/// A person's folder: neighbours with every name that a careless program might use.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    for folder in [
        "photos",
        "v1",
        "v1.removed",
        "v1.partial",
        "v1.0.partial",
        "empty",
    ] {
        fs::create_dir(at(folder)).unwrap();
        if folder != "empty" {
            fs::write(at(folder).join("mine.txt"), "mine").unwrap();
        }
    }
    fs::write(at("notes.txt"), "mine").unwrap();
    symlink("photos", at("link-to-photos")).unwrap();
    symlink("notes.txt", at("link-to-notes")).unwrap();
    symlink("nowhere", at("link-to-nothing")).unwrap();
    home
}

fn refused(result: Result<(), OutputError>, what: &str) {
    match result {
        Err(OutputError::Refused { .. }) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn folders_are_not_written_over_what_is_not_ours() {
    let _here = standing_still();
    let home = home();
    let before = tree(home.path());
    for name in [
        "photos",
        "photos/.",
        "photos/../photos",
        "empty/..",
        "notes.txt",
        "link-to-photos",
        "link-to-notes",
        "link-to-nothing",
    ] {
        refused(write_folder(&home.path().join(name), "ours"), name);
    }
    for name in [".", "..", "/", ""] {
        assert!(write_folder(name.as_ref(), "ours").is_err(), "{name}");
    }
    assert_eq!(tree(home.path()), before);
}

#[test]
fn files_are_not_written_over_what_is_not_ours() {
    let _here = standing_still();
    let home = home();
    let before = tree(home.path());
    for name in [
        "photos",
        "notes.txt",
        "link-to-photos",
        "link-to-notes",
        "link-to-nothing",
    ] {
        refused(write_file(&home.path().join(name), "ours"), name);
    }
    for name in [".", "..", "/", ""] {
        assert!(write_file(name.as_ref(), "ours").is_err(), "{name}");
    }
    let nameless = write_file("".as_ref(), "ours").unwrap_err().to_string();
    assert!(
        nameless.starts_with("\"\": found a path without a name"),
        "{nameless}"
    );
    assert!(write_file(&home.path().join("missing/file"), "ours").is_err());
    assert_eq!(tree(home.path()), before);
}

#[test]
fn names_with_a_dot_leave_their_neighbours_alone() {
    let home = home();
    let before = tree(home.path());
    let (folder, file) = (home.path().join("v1.0"), home.path().join("v1.safetensors"));
    for text in ["ours", "ours again"] {
        write_folder(&folder, text).unwrap();
        write_file(&file, text).unwrap();
    }
    assert_eq!(
        fs::read_to_string(folder.join("part")).unwrap(),
        "ours again"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "ours again");
    fs::remove_dir_all(folder).unwrap();
    fs::remove_file(file).unwrap();
    assert_eq!(tree(home.path()), before);
}

#[test]
fn empty_targets_are_filled_and_links_stay_links() {
    let home = home();
    let at = |name: &str| home.path().join(name);
    symlink("empty", at("link-to-empty")).unwrap();
    fs::write(at("empty-file"), "").unwrap();
    symlink("empty-file", at("link-to-file")).unwrap();
    for text in ["ours", "ours again"] {
        write_folder(&at("link-to-empty"), text).unwrap();
        write_file(&at("link-to-file"), text).unwrap();
    }
    assert_eq!(fs::read_to_string(at("empty/whole")).unwrap(), "ours again");
    assert_eq!(fs::read_to_string(at("empty-file")).unwrap(), "ours again");
    for link in ["link-to-empty", "link-to-file"] {
        assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
    }
    assert_eq!(fs::read_dir(at("empty")).unwrap().count(), 2);
}

#[test]
fn an_own_folder_with_a_foreign_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("result");
    write_folder(&folder, "ours").unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let before = tree(home.path());
    let message = write_folder(&folder, "new").unwrap_err().to_string();
    assert!(message.contains("notes.txt"), "{message}");
    refused(discard(&folder, &FILES.map(String::from)), "discard");
    assert_eq!(tree(home.path()), before);
    // The same when it arrives while we write.
    fs::remove_file(folder.join("notes.txt")).unwrap();
    let new = OutputFolder::create(&folder, own).unwrap();
    fs::write(new.path().join("whole"), "new").unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    refused(new.finish("whole"), "late");
    assert_eq!(tree(home.path()), before);
}

#[test]
fn unfinished_output_vanishes_and_discarding_takes_our_files_only() {
    let home = home();
    let before = tree(home.path());
    drop(OutputFolder::create(&home.path().join("a"), own).unwrap());
    drop(OutputFolder::create(&home.path().join("empty"), own).unwrap());
    drop(OutputFile::create(&home.path().join("b"), |_| Ok(())).unwrap());
    let folder = home.path().join("old");
    write_folder(&folder, "ours").unwrap();
    discard(&folder, &FILES.map(String::from)).unwrap();
    assert_eq!(tree(home.path()), before);
}

#[test]
fn what_appears_at_the_target_meanwhile_stays() {
    let home = tempfile::tempdir().unwrap();
    let (folder, file) = (home.path().join("folder"), home.path().join("file"));
    let new_folder = OutputFolder::create(&folder, own).unwrap();
    fs::write(new_folder.path().join("whole"), "ours").unwrap();
    let new_file = OutputFile::create(&file, |_| Ok(())).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine.txt"), "mine").unwrap();
    fs::write(&file, "mine").unwrap();
    let before = tree(&folder);
    assert!(new_folder.finish("whole").is_err());
    assert!(new_file.finish().is_err());
    assert_eq!(tree(&folder), before);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
}

#[test]
fn the_current_folder_is_filled_while_empty_and_never_exchanged() {
    let _here = standing_still();
    let home = tempfile::tempdir().unwrap();
    let here = env::current_dir().unwrap();
    env::set_current_dir(home.path()).unwrap();
    let filled = write_folder(".".as_ref(), "ours");
    let again = write_folder(".".as_ref(), "new");
    env::set_current_dir(here).unwrap();
    filled.unwrap();
    refused(again, "current folder");
    assert_eq!(
        fs::read_to_string(home.path().join("whole")).unwrap(),
        "ours"
    );
}

#[test]
fn a_mount_point_is_filled_while_empty_and_never_exchanged() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("disk");
    fs::create_dir(&place).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).arg(&place).output();
        done.is_ok_and(|done| done.status.success())
    };
    if !run("mount", &["-t", "tmpfs", "tmpfs"]) {
        println!("skipped: this user or this machine cannot mount");
        return;
    }
    let filled = write_folder(&place, "ours");
    let again = write_folder(&place, "new");
    let text = fs::read_to_string(place.join("whole"));
    let count = fs::read_dir(&place).unwrap().count();
    assert!(run("umount", &[]));
    filled.unwrap();
    refused(again, "mount point");
    assert_eq!((text.unwrap().as_str(), count), ("ours", 2));
}

#[test]
fn streams_are_written_to_and_checking_changes_nothing() {
    output::write("/dev/null".as_ref(), b"x", |_| Err("never asked".into())).unwrap();
    let home = home();
    let before = tree(home.path());
    check_folder(&home.path().join("new"), own).unwrap();
    refused(check_folder(&home.path().join("photos"), own), "photos");
    output::check_file(&home.path().join("new"), |_| Ok(())).unwrap();
    assert_eq!(tree(home.path()), before);
}

#[test]
fn only_names_drawn_here_count_as_temporary() {
    assert!(is_temporary_of("step-1.partial-a1B2c3", "step-1"));
    for name in [
        "step-1.partial",
        "step-1.partial-",
        "step-1.partial-a1B2c",
        "step-1.partial-a1.2c3",
    ] {
        assert!(!is_temporary_of(name, "step-1"), "{name}");
    }
}

#[test]
fn only_pictures_that_name_their_program_are_written_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("sheet.png");
    let write = |program: &str| {
        let bytes = output::picture::encode(&[9; 12], [2, 2], program).unwrap();
        output::write(&path, &bytes, |path| output::picture::by(path, program))
    };
    write("edge").unwrap();
    write("edge").unwrap();
    refused(write("trainer"), "another program's");
    fs::write(&path, "no picture").unwrap();
    refused(write("edge"), "no picture");
}

/// Not a test of its own: the program that [`a_signal_removes_what_is_unfinished_and_ends_the_program`] ends.
#[test]
#[ignore = "run by another test"]
fn begins_a_file_and_a_folder_and_waits() {
    let here = env::current_dir().unwrap();
    output::remove_on_signals().unwrap();
    write_folder(&here.join("done"), "text").unwrap();
    let _file = OutputFile::create(&here.join("file"), |_| Ok(())).unwrap();
    let folder = OutputFolder::create(&here.join("folder"), own).unwrap();
    fs::write(folder.path().join("part"), "text").unwrap();
    fs::write("begun", "").unwrap();
    std::thread::sleep(std::time::Duration::from_mins(1));
}

/// That program at work in `place`. `disposition` is an option of `env`, whatever the tests themselves were told to ignore.
fn waiting(place: &Path, disposition: &str) -> Child {
    let mut program = Command::new("env")
        .arg(disposition)
        .arg(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "begins_a_file_and_a_folder_and_waits",
        ])
        .current_dir(place)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !place.join("begun").exists() {
        assert!(program.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    program
}

fn signal(program: &Child, name: &str) {
    let number = program.id().to_string();
    let kill = Command::new("kill").args(["-s", name, &number]).status();
    assert!(kill.unwrap().success());
}

#[test]
fn a_program_under_nohup_outlives_its_terminal() {
    let temporary = TempDir::new().unwrap();
    let mut program = waiting(temporary.path(), "--ignore-signal=HUP");
    signal(&program, "HUP");
    std::thread::sleep(std::time::Duration::from_millis(200));
    signal(&program, "TERM");
    let ended = program.wait().unwrap();
    assert_eq!(ended.signal(), Some(signal_hook::consts::SIGTERM));
}

#[test]
fn a_signal_removes_what_is_unfinished_and_ends_the_program() {
    for name in ["INT", "TERM", "HUP"] {
        let temporary = TempDir::new().unwrap();
        let mut program = waiting(temporary.path(), "--default-signal=INT,TERM,HUP");
        signal(&program, name);
        let ended = program.wait().unwrap();
        assert!(ended.signal().is_some(), "{ended}");
        let mut names: Vec<_> = fs::read_dir(temporary.path()).unwrap().collect();
        names.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
        let names = names.into_iter().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["begun", "done"], "{name}");
    }
}
