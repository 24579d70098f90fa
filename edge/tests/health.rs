//! Staying alive: heat, the service manager's watchdog, a wall clock that jumps.

use crate::{
    bundle::Tiny,
    place::{Place, assert_succeeds, runtime, said},
};
use std::{
    fs,
    os::unix::net::UnixDatagram,
    process::Stdio,
    time::{Duration, Instant},
};

const RUN: [&str; 9] = [
    "run",
    "--bundle",
    "bundle",
    "--source",
    "demo",
    "--display",
    "none",
    "--report",
    "r.json",
];

/// Runs of a stage in the report.
fn runs(report: &serde_json::Value, stage: &str) -> u64 {
    let stages = report["stages"].as_array().unwrap();
    let found = stages.iter().find(|entry| entry["stage"] == stage);
    found.map_or(0, |stage| stage["count"].as_u64().unwrap())
}

/// 90 demo frames on a machine whose only sensor shows this temperature; its limit is 95.
fn run_at(celsius: &str) -> Option<(serde_json::Value, String)> {
    let library = runtime()?;
    let place = Place::with_bundle(&Tiny::default());
    let zone = place.path("machine/sys/class/thermal/thermal_zone0");
    fs::create_dir_all(&zone).unwrap();
    fs::write(zone.join("type"), "cpu-thermal\n").unwrap();
    fs::write(zone.join("temp"), format!("{celsius}000\n")).unwrap();
    let extra = ["--frames", "90", "--system-root", "machine"];
    let arguments: Vec<&str> = RUN.iter().chain(&extra).copied().collect();
    let output = place.edge(&library, &arguments);
    assert_succeeds(&output);
    Some((place.report("r.json"), said(&output)))
}

#[test]
fn a_hot_machine_runs_the_style_encoder_less_often_and_a_hotter_one_edits_every_second_frame() {
    let Some((cool, _)) = run_at("40") else {
        return;
    };
    let per_generator =
        |report| runs(report, "style_encoder") * 10 / runs(report, "generator").max(1);
    assert!(per_generator(&cool) >= 4, "every second edit: {cool}");
    assert_eq!(cool["effort_reductions"], 0);

    let (warm, text) = run_at("93").unwrap();
    assert!(per_generator(&warm) <= 3, "every sixth edit: {warm}");
    assert!(text.contains("cpu-thermal at 93 °C"), "{text}");
    assert_eq!(warm["effort_reductions"], 1);

    let (hot, text) = run_at("97").unwrap();
    assert!(text.contains("every second frame is edited"), "{text}");
    let share = |report: &serde_json::Value| {
        let number = |name: &str| report[name].as_f64().unwrap();
        number("frames_edited") / number("frames_captured")
    };
    // Frames before the first look and dropped ones blur both.
    assert!(share(&hot) <= 0.6, "{hot}");
    assert!(share(&hot) < share(&cool), "{hot} {cool}");
}

#[test]
fn a_service_manager_hears_ready_with_the_first_picture_then_the_watchdog_then_stopping() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let socket = UnixDatagram::bind(place.path("notify")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let arguments: Vec<&str> = RUN.iter().chain(&["--frames", "60"]).copied().collect();
    let mut mirror = place
        .command(&library, &arguments)
        .env("NOTIFY_SOCKET", place.path("notify"))
        .env("WATCHDOG_USEC", "1200000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    while told.last().is_none_or(|last| last != "STOPPING=1") {
        let mut bytes = [0; 256];
        let count = socket.recv(&mut bytes).expect("the mirror tells");
        told.push(String::from_utf8_lossy(&bytes[..count]).trim().to_owned());
    }
    assert!(mirror.wait().unwrap().success());
    assert_eq!(told[0], "READY=1", "{told:?}");
    let fed = told.iter().filter(|told| *told == "WATCHDOG=1").count();
    assert_eq!(fed, told.len() - 2, "{told:?}");
    // Two seconds of pictures, fed five times a second.
    assert!(fed >= 3, "{told:?}");
}

#[test]
fn a_wall_clock_that_jumps_backwards_changes_nothing() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let Some(clock) = place.compiled("clock_shim.c", "clock.so", &[]) else {
        return;
    };
    let start = Instant::now();
    let arguments: Vec<&str> = RUN.iter().chain(&["--frames", "30"]).copied().collect();
    let output = place
        .command(&library, &arguments)
        .env("LD_PRELOAD", clock)
        .output()
        .unwrap();
    assert_succeeds(&output);
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 30);
    let seconds = report["seconds"].as_f64().unwrap();
    assert!(
        seconds > 0.0 && seconds < start.elapsed().as_secs_f64(),
        "{report}"
    );
    for stage in report["stages"].as_array().unwrap() {
        assert!(stage["p99_ms"].as_f64().unwrap() >= 0.0, "{stage}");
    }
}
