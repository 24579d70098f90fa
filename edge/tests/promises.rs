//! What a visitor is promised: no network, and no file unless asked for.
//!
//! Three witnesses: a preloaded library that notes the calls of the C library, the kernel's list of
//! what the program has open, and the folders that it could write into.

use crate::{
    bundle::Tiny,
    place::Place,
    xvfb::{Screen, wait_for},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// `O_WRONLY | O_RDWR | O_CREAT` of Linux.
const WRITES: i64 = 0o1 | 0o2 | 0o100;
/// `AF_UNIX`: the way to the X server.
const LOCAL: i64 = 1;

struct Watched {
    screen: Screen,
    log: PathBuf,
}

impl Watched {
    fn new() -> Option<Self> {
        let place = Place::with_bundle(&Tiny::default());
        let library = place.compiled("call_recorder.c", "call_recorder.so", &[])?;
        for folder in ["home", "temporary"] {
            fs::create_dir(place.path(folder)).unwrap();
        }
        let log = place.path("calls");
        let paths = [
            &library,
            &log,
            &place.path("home"),
            &place.path("temporary"),
        ];
        let paths = paths.map(|path| path.display().to_string());
        let environment = [
            ("LD_PRELOAD", paths[0].as_str()),
            ("CALLS_LOG", &paths[1]),
            ("HOME", &paths[2]),
            ("TMPDIR", &paths[3]),
            ("XDG_CACHE_HOME", &paths[2]),
        ];
        let extra = [
            "--source",
            "demo",
            "--attr",
            "smile=0.5",
            "--fade-after",
            "0",
        ];
        let screen = Screen::with_environment(place, &extra, &environment)?;
        wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
        Some(Self { screen, log })
    }

    /// Call, number and path of everything noted so far.
    fn calls(&self) -> Vec<(String, i64, String)> {
        let text = fs::read_to_string(&self.log).unwrap();
        let calls = text.lines().map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().unwrap_or_default().to_owned();
            (part(), part().parse().unwrap(), part())
        });
        calls.collect()
    }

    /// Files that were opened for writing, made or renamed.
    fn written(&self) -> BTreeSet<String> {
        let calls = self.calls().into_iter();
        let writes = calls.filter(|(call, number, _)| match call.as_str() {
            "open" => number & WRITES != 0,
            "fopen" => *number != 0,
            "mkdir" | "rename" => true,
            _ => false,
        });
        let paths = writes.map(|(_, _, path)| path);
        paths.filter(|path| !path.starts_with("/dev/")).collect()
    }

    /// What the kernel says is open: sockets that are not local, and files open for writing.
    fn open_now(&self) -> Vec<String> {
        let process = PathBuf::from(format!("/proc/{}", self.screen.mirror.id()));
        let local = fs::read_to_string(process.join("net/unix")).unwrap();
        let mut found = Vec::new();
        for entry in fs::read_dir(process.join("fd")).unwrap().flatten() {
            let Ok(target) = fs::read_link(entry.path()) else {
                continue;
            };
            let target = target.display().to_string();
            if let Some(inode) = target.strip_prefix("socket:[") {
                let inode = inode.trim_end_matches(']');
                let known = local
                    .lines()
                    .any(|line| line.split_whitespace().nth(6) == Some(inode));
                if !known {
                    found.push(target);
                }
            } else if target.starts_with('/') && !target.starts_with("/dev/") {
                let information = process.join("fdinfo").join(entry.file_name());
                let text = fs::read_to_string(information).unwrap_or_default();
                let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
                let flags = flags.map_or(0, |flags| i64::from_str_radix(flags.trim(), 8).unwrap());
                if flags & (WRITES & 0o3) != 0 {
                    found.push(target);
                }
            }
        }
        found
    }

    fn files(&self) -> BTreeSet<PathBuf> {
        fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), found);
                }
                found.insert(entry.path());
            }
        }
        let mut found = BTreeSet::new();
        walk(&self.screen.place.path(""), &mut found);
        // The screenshots of this test.
        found.remove(&self.screen.place.path("shot.png"));
        found
    }
}

#[test]
fn nothing_leaves_the_mirror_and_nothing_is_written_until_a_photo_is_kept() {
    let Some(watched) = Watched::new() else {
        return;
    };
    let before = watched.files();
    for key in [
        "v", "m", "c", "l", "h", "Escape", "Right", "0", "p", "Escape", "p",
    ] {
        watched.screen.press(key);
        assert_eq!(watched.open_now(), [""; 0], "after {key}");
    }
    thread::sleep(Duration::from_secs(1));
    assert_eq!(watched.written(), BTreeSet::new());
    assert_eq!(watched.files(), before);
    let sockets = watched.calls().into_iter();
    let sockets: Vec<_> = sockets
        .filter(|(call, _, _)| ["socket", "connect", "sendto"].contains(&call.as_str()))
        .collect();
    assert!(!sockets.is_empty(), "the way to the X server is noted");
    for (call, family, _) in sockets {
        assert_eq!(family, LOCAL, "{call}");
    }
    // The witnesses do see what is written.
    watched.screen.press("Return");
    let photo = watched.screen.place.path("mirror-photos/mirror-000001.png");
    assert!(wait_for(|| photo.exists().then_some(())).is_some());
    let written = watched.written();
    let kept = ["mirror-photos", "mirror-photos/mirror-000001.png"];
    assert_eq!(written, kept.map(str::to_owned).into());
    let new: Vec<_> = watched.files().difference(&before).cloned().collect();
    assert_eq!(new, kept.map(|name| watched.screen.place.path(name)));
    watched.screen.end("q");
}
