//! The status line of the window, on a virtual X screen.

use crate::{
    bundle::Tiny,
    place::Place,
    xvfb::{Screen, wait_for},
};
use std::{fs, thread, time::Duration};

/// Red, green and blue of the provider's dot.
const AMBER: [u8; 3] = [255, 190, 60];
const GREEN: [u8; 3] = [94, 214, 140];

#[test]
fn a_hot_machine_says_so_in_the_status_line() {
    // Two seconds after the start both are as they stay; where the line ends tells them apart.
    let line_ends = |celsius: &str| {
        let place = Place::with_bundle(&Tiny::default());
        let zone = place.path("machine/sys/class/thermal/thermal_zone0");
        fs::create_dir_all(&zone).unwrap();
        fs::write(zone.join("temp"), format!("{celsius}000")).unwrap();
        let arguments = [
            "--source",
            "demo",
            "--fade-after",
            "0",
            "--system-root",
            "machine",
        ];
        let screen = Screen::new(place, &arguments)?;
        wait_for(|| screen.is_marked().then_some(())).expect("the mirror runs");
        thread::sleep(Duration::from_secs(2));
        let shot = screen.shot();
        if let Some(folder) = std::env::var_os("EDGE_SHOTS") {
            let name = format!("heat-{celsius}.png");
            shot.save(std::path::Path::new(&folder).join(name)).unwrap();
        }
        screen.end("q");
        // Text is the brightest thing in the line's row.
        let bright = |x: &u32| (24..40).any(|y| shot.get_pixel(*x, y).0.iter().all(|v| *v > 215));
        (0..760).rev().find(bright)
    };
    let (Some(cool), Some(hot)) = (line_ends("40"), line_ends("97")) else {
        return;
    };
    assert!(
        hot > cool + 40,
        "the line ends at {cool}, and at {hot} when hot"
    );
}

#[test]
fn the_providers_dot_is_amber_when_a_faster_one_was_tried_in_vain_and_green_when_not() {
    let has_dot = |screen: &Screen, colour: [u8; 3]| {
        let shot = screen.shot();
        let is_dot = |x| (20..60).any(|y| shot.get_pixel(x, y).0 == colour);
        (0..500).any(is_dot)
    };
    for provider in ["cpu", "auto"] {
        let place = Place::with_bundle(&Tiny::default());
        let arguments = [
            "--source",
            "demo",
            "--fade-after",
            "0",
            "--provider",
            provider,
        ];
        let Some(mut screen) = Screen::new(place, &arguments) else {
            return;
        };
        let coloured = wait_for(|| {
            let found = [GREEN, AMBER].map(|colour| has_dot(&screen, colour));
            (found != [false; 2]).then_some(found)
        });
        screen.press("q");
        assert!(screen.ended().success());
        let report = screen.place.report("r.json");
        let in_vain = report["provider"]["failures"].as_array().unwrap();
        assert_eq!(
            coloured,
            Some([in_vain.is_empty(), !in_vain.is_empty()]),
            "{provider}"
        );
        assert!(provider == "auto" || in_vain.is_empty());
    }
}

#[test]
fn the_status_line_can_stay_on_or_be_switched_off() {
    for (choice, expected) in [("on", true), ("off", false), ("auto", false)] {
        let place = Place::with_bundle(&Tiny::default());
        let arguments = [
            "--source",
            "demo",
            "--provider",
            "cpu",
            "--fade-after",
            "0.1",
            "--status",
            choice,
        ];
        let Some(screen) = Screen::new(place, &arguments) else {
            return;
        };
        let has_line = || {
            let shot = screen.shot();
            let is_dot = |x| (20..60).any(|y| shot.get_pixel(x, y).0 == GREEN);
            (0..500).any(is_dot)
        };
        wait_for(|| screen.is_marked().then_some(())).expect("the mirror runs");
        // The controls, which would bring it along, fade meanwhile.
        thread::sleep(Duration::from_secs(3));
        let seen = wait_for(|| (has_line() == expected).then_some(()));
        assert!(seen.is_some(), "--status {choice}");
        screen.end("q");
    }
}
