//! X servers, monitors and keyboards as people have them, on a virtual X screen.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, runtime},
    xvfb::{SCREEN, Screen, Server, wait_for},
};
use std::{process::Command, thread, time::Duration};
use x11rb::{
    connection::Connection as _,
    protocol::{
        randr::{ConnectionExt as _, MonitorInfo},
        res::ConnectionExt as _,
        screensaver::ConnectionExt as _,
        xproto::{Blanking, ConnectionExt as _, Exposures},
    },
};

/// Places in a window of 960x720.
const SPLIT: [i32; 2] = [224, 655];
const GROOVE: i32 = 574;

fn demo(extra: &[&str]) -> Option<Screen> {
    let place = Place::with_bundle(&Tiny::default());
    let mut arguments = vec!["--source", "demo"];
    if !extra.contains(&"--fade-after") {
        arguments.extend(["--fade-after", "0"]);
    }
    arguments.extend(extra);
    let screen = Screen::new(place, &arguments)?;
    wait_for(|| shows_something(&screen)).expect("a picture");
    Some(screen)
}

fn shows_something(screen: &Screen) -> Option<()> {
    let shot = screen.shot();
    let middle = shot.get_pixel(shot.width() / 2, shot.height() / 2).0;
    (middle != [0; 3]).then_some(())
}

#[test]
fn a_screen_of_another_depth_is_named_by_window_and_doctor() {
    let Some(library) = runtime() else { return };
    for depth in [8, 16, 30] {
        let Some(server) = Server::start(depth) else {
            return;
        };
        let place = Place::with_bundle(&Tiny::default());
        let run = |arguments: &[&str]| {
            let mut command = place.command(&library, arguments);
            command.env("DISPLAY", &server.display).output().unwrap()
        };
        let bundle = ["--bundle", "bundle"];
        let window = ["run", "--source", "demo", "--display", "window"];
        let found = format!("found a screen of depth {depth} ");
        let output = run(&[&window[..], &bundle].concat());
        assert_fails(
            &output,
            1,
            &[&found, "expected depth 24", "DefaultDepth 24"],
        );
        let output = run(&[&["doctor"][..], &bundle].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = text.lines();
        let line = lines.find(|line| line.contains(" display "));
        let line = line.unwrap_or_else(|| panic!("no display in {text}"));
        assert!(line.starts_with("error") && line.contains(&found), "{line}");
        let fix = lines.next().unwrap_or_default();
        assert!(fix.contains("DefaultDepth 24"), "{fix}");
    }
}

#[test]
fn an_input_method_that_does_not_run_keeps_no_window_from_opening() {
    for method in ["@im=ibus", "@im=fcitx", "nonsense"] {
        let place = Place::with_bundle(&Tiny::default());
        let source = ["--source", "demo"];
        let environment = [("XMODIFIERS", method)];
        let Some(screen) = Screen::with_environment(place, &source, &environment) else {
            return;
        };
        screen.end("q");
    }
}

#[test]
fn a_screen_without_monitors_or_a_screen_saver_shows_window_and_kiosk() {
    for (extension, kiosk) in [
        ("RANDR", false),
        ("RANDR", true),
        ("MIT-SCREEN-SAVER", true),
        ("DPMS", true),
    ] {
        let Some(server) = Server::with_options(24, &["-extension", extension]) else {
            return;
        };
        let place = Place::with_bundle(&Tiny::default());
        let source = ["--source", "demo", "--kiosk"];
        let arguments = &source[..if kiosk { 3 } else { 2 }];
        let Some(screen) = Screen::on(server, &[], place, arguments, &[]) else {
            return;
        };
        wait_for(|| shows_something(&screen)).expect("a picture");
        if kiosk {
            let [_, _, width, height] = screen.geometry();
            assert_eq!(
                [width, height],
                SCREEN.map(|side| side as i32),
                "{extension}"
            );
        }
        screen.end("q");
    }
}

#[test]
fn a_pointer_that_hides_and_comes_back_takes_no_memory_of_the_server() {
    let Some(screen) = demo(&["--fade-after", "0.1"]) else {
        return;
    };
    let (connection, _) = screen.server.connect();
    let kept = || {
        let types = connection.res_query_client_resources(screen.id()).unwrap();
        let types = types.reply().unwrap().types;
        let mut kept: Vec<(u32, u32)> = types.iter().map(|t| (t.resource_type, t.count)).collect();
        kept.sort_unstable();
        kept
    };
    let [left, top, _, _] = screen.geometry();
    let hide_and_show = |times: i32| {
        for turn in 0..times {
            let [x, y] = [left + 300 + turn, top + 200].map(|value| value.to_string());
            screen.act(&["mousemove", &x, &y]);
            // Until the controls have faded, and the pointer with them.
            thread::sleep(Duration::from_millis(900));
        }
    };
    hide_and_show(2);
    let before = kept();
    hide_and_show(6);
    assert_eq!(kept(), before);
    screen.end("q");
}

#[test]
fn taps_without_any_length_count_while_the_machine_is_busy() {
    let Some(mut screen) = demo(&["--attr", "smile=0"]) else {
        return;
    };
    let process = screen.mirror.id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &process]).status();
        assert!(sent.unwrap().success());
    };
    let click = |at: [i32; 2], count: &str| {
        let [left, top, _, _] = screen.geometry();
        let [x, y] = [left + at[0], top + at[1]].map(|value| value.to_string());
        let clicks = ["click", "--repeat", count, "--delay", "0", "1"];
        screen.send(&[&["mousemove", &x, &y][..], &clicks].concat());
    };
    // As busy as can be: nothing of the mirror runs while somebody taps.
    signal("-STOP");
    click(SPLIT, "7");
    click([800, GROOVE], "1");
    click([480, GROOVE], "1");
    signal("-CONT");
    let divided = || screen.shot().get_pixel(480, 80).0 == [255; 3];
    assert!(
        wait_for(|| divided().then_some(())).is_some(),
        "seven taps divide the picture"
    );
    screen.press("q");
    assert!(screen.ended().success());
    let strength = &screen.place.report("r.json")["strengths"][0][1];
    let strength = strength.as_f64().unwrap();
    assert!((0.2..0.3).contains(&strength), "the last tap: {strength}");
}

#[test]
fn a_kiosk_follows_monitors_that_come_go_and_change() {
    let Some(screen) = demo(&["--kiosk"]) else {
        return;
    };
    let (connection, root) = screen.server.connect();
    let output = connection
        .randr_get_screen_resources(root)
        .unwrap()
        .reply()
        .unwrap()
        .outputs[0];
    let plug = |name: &str, primary: bool, [x, y, width, height]: [i32; 4]| {
        let name = connection.intern_atom(false, name.as_bytes()).unwrap();
        let monitor = MonitorInfo {
            name: name.reply().unwrap().atom,
            primary,
            automatic: false,
            x: x as i16,
            y: y as i16,
            width: width as u16,
            height: height as u16,
            width_in_millimeters: 300,
            height_in_millimeters: 200,
            outputs: if primary { vec![output] } else { Vec::new() },
        };
        let name = monitor.name;
        connection.randr_set_monitor(root, monitor).unwrap();
        connection.flush().unwrap();
        name
    };
    let covers = |place: [i32; 4], what: &str| {
        let covered = wait_for(|| (screen.geometry() == place).then_some(()));
        assert!(covered.is_some(), "{what}: {:?}", screen.geometry());
        // The mark follows its edge.
        let width = place[2] as u32;
        let marked = wait_for(|| {
            let shot = screen.shot();
            let marked = shot.width() == width && shot.get_pixel(width - 30, 20).0[2] > 240;
            marked.then_some(())
        });
        assert!(marked.is_some(), "{what}: the mark");
    };
    let whole = [0, 0, SCREEN[0] as i32, SCREEN[1] as i32];
    covers(whole, "at first");
    let left = plug("left", true, [0, 0, 640, 480]);
    covers([0, 0, 640, 480], "a smaller one");
    plug("right", false, [640, 0, 360, 640]);
    covers([0, 0, 640, 480], "a second one beside it");
    connection.randr_delete_monitor(root, left).unwrap();
    connection.flush().unwrap();
    let right = plug("right", true, [640, 0, 360, 640]);
    covers([640, 0, 360, 640], "only the second one, upright");
    connection.randr_delete_monitor(root, right).unwrap();
    connection.flush().unwrap();
    covers(whole, "none that is named");
    screen.end("q");
}

#[test]
fn no_screen_saver_starts_while_somebody_is_there() {
    for (source, expected) in [("demo", 0), ("dir:in", 1)] {
        let place = Place::with_bundle(&Tiny::default());
        std::fs::create_dir(place.path("in")).unwrap();
        let nobody = image::RgbImage::from_pixel(640, 480, image::Rgb([120, 130, 140]));
        nobody.save(place.path("in/nobody.png")).unwrap();
        let Some(screen) = Screen::new(place, &["--source", source, "--leave-after", "1"]) else {
            return;
        };
        let (connection, root) = screen.server.connect();
        let (prefer, allow) = (Blanking::PREFERRED, Exposures::ALLOWED);
        connection.set_screen_saver(2, 2, prefer, allow).unwrap();
        let state = || {
            let info = connection.screensaver_query_info(root).unwrap();
            info.reply().unwrap().state
        };
        if expected == 1 {
            let on = wait_for(|| (state() == 1).then_some(()));
            assert!(on.is_some(), "with nobody there it is as on any desktop");
        } else {
            thread::sleep(Duration::from_secs(8));
            assert_eq!(state(), 0, "the saver covers the mirror");
        }
        screen.end("q");
    }
}

#[test]
fn keys_are_found_under_layouts_without_latin_letters() {
    let Some(mut screen) = demo(&["--attr", "smile=0"]) else {
        return;
    };
    let display = screen.server.display.clone();
    let layout = |name: &str| {
        let set = Command::new("setxkbmap")
            .args(["-display", &display, name])
            .status();
        set.is_ok_and(|status| status.success())
    };
    let divided = || screen.shot().get_pixel(480, 80).0 == [255; 3];
    // The key of V, by its code.
    for (name, on) in [("ru", true), ("gr", false), ("fr", true), ("us", false)] {
        if !layout(name) {
            return crate::place::skip("setxkbmap does not work here");
        }
        thread::sleep(Duration::from_millis(300));
        screen.press("55");
        let seen = wait_for(|| (divided() == on).then_some(()));
        assert!(seen.is_some(), "{name}");
    }
    let marked = |on| wait_for(|| (screen.is_marked() == on).then_some(()));
    // The key of à and 0, with and without Shift.
    for (name, shift) in [("fr", false), ("fr", true), ("us", false)] {
        screen.press("Right");
        assert!(marked(true).is_some(), "{name}: moved");
        assert!(layout(name));
        thread::sleep(Duration::from_millis(300));
        if shift {
            screen.act(&["keydown", "Shift_L", "key", "19", "keyup", "Shift_L"]);
        } else {
            screen.press("19");
        }
        let reset = marked(false);
        assert!(reset.is_some(), "{name} with Shift {shift}: reset");
    }
    screen.press("q");
    assert!(screen.ended().success());
    assert_eq!(screen.place.report("r.json")["strengths"][0][1], 0.0);
}

#[test]
fn tab_and_shift_tab_go_to_the_controls_and_back_and_enter_presses() {
    let Some(screen) = demo(&["--attr", "smile=0"]) else {
        return;
    };
    let divided = || screen.shot().get_pixel(480, 80).0 == [255; 3];
    // The slider, compare, split, copy; and back to split.
    for _ in 0..4 {
        screen.press("Tab");
    }
    screen.press("shift+Tab");
    screen.press("Return");
    assert!(wait_for(|| divided().then_some(())).is_some(), "split");
    screen.press("Return");
    assert!(wait_for(|| (!divided()).then_some(())).is_some(), "whole");
    screen.end("q");
}
