//! What a visitor is promised, by the system calls of a session: strace sees all of them, whoever makes them.
//!
//! A few seconds, or as many as `PRIVACY_SECONDS` says (`make test-privacy`).

use crate::{
    bundle::Tiny,
    place::{Place, assert_succeeds, runtime, skip},
    xvfb::{Screen, wait_for},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Calls that make a file, write to one, reach another program or start one. Not every machine has those with a `?`.
const TRACED: &str = "trace=?open,?creat,openat,?openat2,?rename,renameat,?renameat2,?mkdir,mkdirat,?link,linkat,\
                      ?symlink,symlinkat,?mknod,mknodat,?unlink,unlinkat,truncate,socket,connect,bind,listen,\
                      execve,?execveat,ptrace,?process_vm_writev";

/// Everything below a folder, with its contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tree(&path));
            found.insert(path, Vec::new());
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

fn has_strace() -> bool {
    let traced = Command::new("strace")
        .args(["-qq", "-e", "trace=none", "true"])
        .output();
    let works = traced.is_ok_and(|output| output.status.success());
    if !works {
        skip("no strace, or no right to trace");
    }
    works
}

/// Calls of a log of strace: name, and arguments with the result.
fn calls(log: &str) -> Vec<(String, String)> {
    let calls = log.lines().filter_map(|line| {
        let (_, call) = line.trim_start().split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let is_name = name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit());
        is_name.then(|| (name.to_owned(), rest.to_owned()))
    });
    calls.collect()
}

/// What of a session's calls breaks the promise; `kept` is where photos may go.
fn broken(calls: &[(String, String)], kept: Option<&str>) -> Vec<String> {
    let is_kept = |arguments: &str| kept.is_some_and(|kept| arguments.contains(kept));
    let breaks = |name: &str, arguments: &str| match name {
        "open" | "openat" | "openat2" => {
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"];
            let to_device = arguments.contains("\"/dev/") && !arguments.contains("O_CREAT");
            writes.iter().any(|flag| arguments.contains(flag)) && !to_device && !is_kept(arguments)
        }
        "socket" => !arguments.starts_with("AF_UNIX"),
        "connect" => !arguments.contains("/tmp/.X11-unix/"),
        // The mirror itself.
        "execve" => false,
        _ => !is_kept(arguments),
    };
    let executed = calls.iter().filter(|(name, _)| name == "execve").count();
    let mut found: Vec<String> = calls
        .iter()
        .filter(|(name, arguments)| breaks(name, arguments))
        .map(|(name, arguments)| format!("{name}({arguments}"))
        .collect();
    if executed != 1 {
        found.push(format!("{executed} programs were started"));
    }
    found
}

#[test]
fn what_breaks_the_promise_is_recognised_in_a_log() {
    let log = "7 execve(\"/edge\", [\"edge\"], 0x7) = 0
7 openat(AT_FDCWD, \"/lib/x.so\", O_RDONLY|O_CLOEXEC) = 3
7 openat(AT_FDCWD, \"/dev/video0\", O_RDWR|O_NONBLOCK) = 3
7 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3
7 connect(3, {sa_family=AF_UNIX, sun_path=@\"/tmp/.X11-unix/X9\"}, 20) = 0
7 +++ exited with 0 +++
";
    assert_eq!(broken(&calls(log), None), [""; 0]);
    for line in [
        "socket(AF_INET, SOCK_STREAM, 0) = 3",
        "socket(AF_NETLINK, SOCK_RAW, 0) = 3",
        "connect(3, {sa_family=AF_UNIX, sun_path=\"/run/bus\"}, 20) = 0",
        "openat(AT_FDCWD, \"/tmp/face\", O_RDWR|O_CREAT, 0600) = 3",
        "openat(AT_FDCWD, \"/dev/shm/face\", O_RDWR|O_CREAT, 0600 <unfinished ...>",
        "rename(\"/a\", \"/b\") = 0",
        "execve(\"/bin/sh\", [\"sh\"], 0x7) = 0",
    ] {
        let log = format!("{log}8 {line}\n");
        assert_eq!(broken(&calls(&log), None).len(), 1, "{line}");
    }
}

#[test]
fn a_session_opens_no_network_and_writes_no_file_by_its_system_calls() {
    if !has_strace() {
        return;
    }
    let place = Place::with_bundle(&Tiny::default());
    for folder in ["home", "temporary"] {
        fs::create_dir(place.path(folder)).unwrap();
    }
    // Beside the state folder, of which nothing else may change.
    let outside = Place::new();
    let paths = [
        outside.path("calls"),
        place.path("home"),
        place.path("temporary"),
    ];
    let [log, home, temporary] = paths.each_ref().map(|path| path.to_str().unwrap());
    let trace = [
        "strace",
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        TRACED,
        "-e",
        "signal=none",
        "-o",
        log,
    ];
    let environment = [
        ("HOME", home),
        ("TMPDIR", temporary),
        ("XDG_CACHE_HOME", home),
        ("XDG_RUNTIME_DIR", temporary),
    ];
    let extra = ["--source", "demo", "--attr", "smile=0.5"];
    let before = tree(&place.path(""));
    let Some(mut screen) = Screen::under(&trace, place, &extra, &environment) else {
        return;
    };
    wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
    let seconds = env::var("PRIVACY_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(4);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Pcg64Mcg::seed_from_u64(5);
    let keys = [
        "v", "m", "c", "l", "h", "Right", "Left", "0", "p", "Up", "i",
    ];
    let mut pressed = 0;
    while Instant::now() < end {
        let key = keys[random.random_range(0..keys.len())];
        screen.press(key);
        let [x, y] = [960, 720].map(|side| random.random_range(20..side - 20));
        screen.move_to([x, y]);
        if ["h", "i", "p"].contains(&key) {
            // The page, or the photo that nobody wants to keep.
            screen.press("Escape");
        }
        pressed += 1;
    }
    assert_eq!(
        tree(&screen.place.path("")),
        before,
        "files after {pressed} keys"
    );
    let log = || calls(&fs::read_to_string(outside.path("calls")).unwrap());
    let so_far = log();
    assert!(
        so_far.iter().any(|(name, _)| name == "connect"),
        "the way to the screen is seen"
    );
    assert_eq!(broken(&so_far, None), [""; 0]);
    // The visitor's yes.
    screen.press("p");
    screen.press("Return");
    let photo = screen.place.path("mirror-photos/mirror-000001.png");
    assert!(wait_for(|| photo.exists().then_some(())).is_some());
    screen.press("q");
    assert!(screen.ended().success());
    let at_the_end = broken(&log(), Some("mirror-photos"));
    // The report that this test asked for.
    let others = at_the_end.iter().filter(|call| !call.contains("r.json"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
    let after = tree(&screen.place.path(""));
    let new: Vec<_> = after
        .keys()
        .filter(|path| !before.contains_key(*path))
        .collect();
    let report = screen.place.path("r.json");
    assert_eq!(new, [&screen.place.path("mirror-photos"), &photo, &report]);
    println!("{pressed} keys, {} calls", log().len());
}

/// How a program ends that gets a signal which leaves a core dump, where they are allowed. Not SIGSEGV: Rust's own
/// handler of it returns from one that was sent.
fn crashed(mut command: Command) -> ExitStatus {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(1500));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-QUIT", &id])
            .status()
            .unwrap()
            .success()
    );
    child.wait().unwrap()
}

#[test]
fn a_crash_of_a_kiosk_leaves_no_image_of_its_memory() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let allowed = [
        "sh",
        "-c",
        "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\"",
    ];
    let mut plain = Command::new("sh");
    plain
        .args(&allowed[1..])
        .args(["sleep", "30"])
        .current_dir(place.path("."));
    if !crashed(plain).core_dumped() {
        skip("this machine leaves no core dumps");
        return;
    }
    let run = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "demo",
        "--display",
        "none",
        "--kiosk",
    ];
    let status = crashed(place.command_under(&allowed, &library, &run));
    assert!(status.signal().is_some(), "{status}");
    assert!(!status.core_dumped(), "{status}");
    let names = fs::read_dir(place.path(".")).unwrap().flatten();
    let cores = names.filter(|entry| entry.file_name().to_string_lossy().starts_with("core"));
    assert!(cores.count() <= 1, "the other program's alone");
}

#[test]
fn a_kiosk_asks_the_system_for_no_image_of_its_memory() {
    let Some(library) = runtime() else { return };
    if !has_strace() {
        return;
    }
    let place = Place::with_bundle(&Tiny::default());
    let trace = ["strace", "-f", "-qq", "-e", "trace=prctl", "-o", "calls"];
    let run = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "demo",
        "--display",
        "none",
        "--frames",
        "2",
    ];
    let asked = |more: &[&str]| {
        let words = [&run[..], more].concat();
        assert_succeeds(
            &place
                .command_under(&trace, &library, &words)
                .output()
                .unwrap(),
        );
        let log = fs::read_to_string(place.path("calls")).unwrap();
        log.contains("prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0")
    };
    assert!(asked(&["--kiosk"]));
    assert!(!asked(&[]));
}
