//! However the mirror is ended, it ends by itself and says why.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, runtime, skip},
    xvfb::{Screen, wait_for},
};
use std::{
    os::unix::net::UnixStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A number no other test's screen has.
const DISPLAY: &str = ":195";

fn quiet(program: &str, arguments: &[&str]) -> Option<Child> {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

#[test]
fn when_the_x_display_goes_away_the_mirror_ends_with_a_message() {
    let Some(library) = runtime() else { return };
    // Without -noreset the server drops every connection when its last client leaves, as
    // xdotool does after each look, and with it a mirror that is only just connecting.
    let mut screen = vec![DISPLAY, "-screen", "0", "1000x760x24", "-nolisten", "tcp"];
    screen.push("-noreset");
    let Some(mut server) = quiet("Xvfb", &screen) else {
        return skip("Xvfb is not installed");
    };
    let socket = "/tmp/.X11-unix/X195";
    let deadline = Instant::now() + Duration::from_secs(30);
    // The file may be that of an earlier server, which nobody answers at.
    while UnixStream::connect(socket).is_err() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "demo",
        "--display",
        "window",
    ];
    let mirror = place
        .command(&library, &arguments)
        .env("DISPLAY", DISPLAY)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let window_is_there = || {
        let found = Command::new("xdotool")
            .args(["search", "--name", "Mirror"])
            .env("DISPLAY", DISPLAY)
            .output();
        found.map(|output| output.status.success())
    };
    while let Ok(false) = window_is_there()
        && Instant::now() < deadline
    {
        thread::sleep(Duration::from_millis(100));
    }
    // Between a window and its first frame, or without xdotool.
    thread::sleep(Duration::from_secs(2));
    server.kill().unwrap();
    server.wait().unwrap();
    let output = mirror.wait_with_output().unwrap();
    assert_fails(&output, 1, &["the X display went away"]);
}

/// A way to end the mirror.
type Way = (&'static str, fn(&mut Screen));

#[test]
#[ignore = "a measurement"]
fn how_long_every_way_to_end_takes() {
    let ways: [Way; 4] = [
        ("window closed", |screen| screen.close()),
        ("Escape", |screen| screen.send(&["key", "Escape"])),
        ("SIGTERM", |screen| {
            let process = screen.mirror.id().to_string();
            Command::new("kill").arg(process).status().unwrap();
        }),
        ("X server killed", |screen| {
            screen.server.process.kill().unwrap();
        }),
    ];
    for (name, end) in ways {
        let (mut millis, mut ended) = (Vec::new(), String::new());
        for _ in 0..3 {
            let place = Place::with_bundle(&Tiny::default());
            let arguments = ["--source", "demo", "--fade-after", "0"];
            let Some(mut screen) = Screen::new(place, &arguments) else {
                return;
            };
            wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
            let begin = Instant::now();
            end(&mut screen);
            ended = screen.mirror.wait().unwrap().to_string();
            millis.push(begin.elapsed().as_millis());
        }
        println!("{name:<16} {ended} after {millis:?} ms");
    }
}
