//! The window on a virtual X screen: real keys, real drags, screenshots.

use crate::{
    bundle::Tiny,
    place::Place,
    xvfb::{SCREEN, Screen, wait_for},
};
use faces::Take;
use image::{RgbImage, imageops};
use std::{fs, thread, time::Duration};

/// Places in a window of 960x720: middles of the buttons, and the slider from -1 to 1.5.
const COMPARE: [i32; 2] = [96, 655];
const SPLIT: [i32; 2] = [224, 655];
const RESET: [i32; 2] = [736, 655];
const HELP: [i32; 2] = [864, 655];
const SLIDER: [i32; 2] = [42, 918];
const GROOVE: i32 = 574;

fn demo() -> Option<Screen> {
    let place = Place::with_bundle(&Tiny::default());
    // Busy machines take long for a screenshot, and controls that fade meanwhile take no tap.
    let arguments = [
        "--source",
        "demo",
        "--attr",
        "smile=0.5",
        "--fade-after",
        "0",
    ];
    let screen = Screen::new(place, &arguments)?;
    // The mark appears with the first edited picture.
    wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
    Some(screen)
}

fn strength(screen: Screen) -> f64 {
    screen.end("q")
}

/// The mirror with one still picture at its own size: before and after the edit, as the camera saw it.
fn still(picture: &RgbImage, extra: &[&str]) -> Option<(Screen, RgbImage)> {
    let library = crate::place::runtime()?;
    let place = Place::with_bundle(&Tiny::default());
    fs::create_dir(place.path("in")).unwrap();
    picture.save(place.path("in/face.png")).unwrap();
    let fixed = ["--source", "dir:in", "--attr", "smile=1.0"];
    let written = ["run", "--bundle", "bundle", "--display", "png:out"];
    let arguments: Vec<&str> = written.iter().chain(&fixed).copied().collect();
    crate::place::assert_succeeds(&place.edge(&library, &arguments));
    let after = image::open(place.path("out/face.png")).unwrap().into_rgb8();
    let size = ["--window-size", "640x480"];
    let arguments: Vec<&str> = fixed.iter().chain(&size).chain(extra).copied().collect();
    Some((Screen::new(place, &arguments)?, after))
}

fn face() -> RgbImage {
    let mut rgb = vec![0; 3 * 640 * 480];
    Take::new(0, 640, 480, 30.0).render_into(0, &mut rgb);
    RgbImage::from_raw(640, 480, rgb).unwrap()
}

/// The part of a 640x480 window that nothing is drawn on.
fn middle(picture: &RgbImage) -> RgbImage {
    imageops::crop_imm(picture, 0, 190, 640, 110).to_image()
}

#[track_caller]
fn shows(screen: &Screen, expected: &RgbImage, what: &str) {
    let seen = wait_for(|| (middle(&screen.shot()) == middle(expected)).then_some(()));
    assert!(seen.is_some(), "{what}");
}

#[test]
fn compare_split_and_flip_show_exactly_the_pictures_they_promise() {
    let before = face();
    let Some((screen, after)) = still(&before, &["--fade-after", "0"]) else {
        return;
    };
    assert_ne!(middle(&before), middle(&after));
    let mirrored = imageops::flip_horizontal;
    shows(
        &screen,
        &mirrored(&after),
        "the edited picture, as in a mirror",
    );
    screen.act(&["keydown", "space"]);
    shows(
        &screen,
        &mirrored(&before),
        "the camera picture while space is held",
    );
    screen.act(&["keyup", "space"]);
    shows(&screen, &mirrored(&after), "the edited picture after space");
    screen.press("m");
    shows(&screen, &after, "the camera's view after m");
    screen.press("v");
    let mut halves = after.clone();
    imageops::replace(
        &mut halves,
        &imageops::crop_imm(&before, 0, 0, 320, 480).to_image(),
        0,
        0,
    );
    // The dividing line.
    for y in 0..480 {
        halves.put_pixel(319, y, image::Rgb([255; 3]));
        halves.put_pixel(320, y, image::Rgb([255; 3]));
    }
    shows(&screen, &halves, "before and after, side by side");
    screen.press("0");
    thread::sleep(Duration::from_secs(1));
    shows(&screen, &mirrored(&after), "all as it was after reset");
}

#[test]
fn controls_fade_away_when_unused_and_the_first_touch_only_brings_them_back() {
    let before = face();
    let Some((screen, after)) = still(&before, &["--fade-after", "10"]) else {
        return;
    };
    let mirrored = imageops::flip_horizontal(&after);
    let panel = |picture: &RgbImage| imageops::crop_imm(picture, 0, 310, 640, 150).to_image();
    shows(&screen, &mirrored, "the picture");
    assert_ne!(
        panel(&screen.shot()),
        panel(&mirrored),
        "controls are there at first"
    );
    thread::sleep(Duration::from_secs(8));
    let faded = wait_for(|| (panel(&screen.shot()) == panel(&mirrored)).then_some(()));
    assert!(faded.is_some(), "nothing is left of the controls");
    let mark = screen.shot().get_pixel(640 - 30, 20).0;
    assert!(mark[2] > 240 && mark[0] < 140, "the mark stays: {mark:?}");
    // On the split button; xdotool moves and presses faster than the window looks.
    let [x, y, _, _] = screen.geometry();
    let at = [x + 153, y + 420].map(|value| value.to_string());
    screen.act(&[
        "mousemove",
        &at[0],
        &at[1],
        "mousedown",
        "1",
        "sleep",
        "0.1",
        "mouseup",
        "1",
    ]);
    thread::sleep(Duration::from_millis(500));
    assert_ne!(panel(&screen.shot()), panel(&mirrored), "controls are back");
    shows(&screen, &mirrored, "no split view");
    let split = || screen.shot().get_pixel(320, 250).0 == [255; 3];
    // On a busy machine the controls may have faded again before it comes.
    let counts = wait_for(|| {
        screen.act(&["mousedown", "1", "sleep", "0.1", "mouseup", "1"]);
        thread::sleep(Duration::from_secs(1));
        split().then_some(())
    });
    assert!(counts.is_some(), "the second touch counts");
}

#[test]
fn keys_change_reset_and_end() {
    let Some(screen) = demo() else {
        return;
    };
    screen.act(&["keydown", "space"]);
    let marked = |wanted| wait_for(|| (screen.is_marked() == wanted).then_some(())).is_some();
    assert!(marked(false), "while comparing, nothing is edited");
    screen.act(&["keyup", "space"]);
    assert!(marked(true), "space is let go");
    screen.press("0");
    let unmarked = wait_for(|| (!screen.is_marked()).then_some(()));
    assert!(unmarked.is_some(), "reset means unchanged");
    for _ in 0..3 {
        screen.press("Right");
    }
    screen.press("Left");
    let strength = screen.end("Escape");
    assert!((strength - 0.1).abs() < 1e-3, "{strength}");
}

#[test]
fn a_drag_moves_the_slider_and_buttons_do_what_they_say() {
    let Some(screen) = demo() else {
        return;
    };
    screen.move_to([400, GROOVE]);
    screen.act(&["mousedown", "1"]);
    screen.move_to([500, GROOVE - 5]);
    screen.move_to([SLIDER[1] - 30, GROOVE - 40]);
    screen.act(&["mouseup", "1"]);
    screen.move_to(COMPARE);
    screen.act(&["mousedown", "1"]);
    let marked = |wanted| wait_for(|| (screen.is_marked() == wanted).then_some(())).is_some();
    assert!(marked(false), "compare is held");
    screen.act(&["mouseup", "1"]);
    assert!(marked(true), "compare is let go");
    // On dark hair, which no edit makes white.
    let divided = || screen.shot().get_pixel(480, 80).0 == [255; 3];
    screen.tap(SPLIT);
    let two = wait_for(|| divided().then_some(()));
    assert!(two.is_some(), "the dividing line");
    screen.tap(SPLIT);
    let one = wait_for(|| (!divided()).then_some(()));
    assert!(one.is_some(), "one picture again");
    let strength = strength(screen);
    assert!((1.35..=1.47).contains(&strength), "{strength}");
}

#[test]
fn the_reset_button_and_the_help_page_work_by_touch() {
    let Some(screen) = demo() else {
        return;
    };
    screen.tap(HELP);
    let dark = || {
        let pixel = screen.shot().get_pixel(450, 200).0;
        pixel.iter().all(|value| *value < 60)
    };
    let open = wait_for(|| dark().then_some(()));
    assert!(open.is_some(), "the page covers the face");
    // Beside the page closes it and does nothing else, although the reset button is there.
    screen.tap(RESET);
    assert!(
        wait_for(|| (!dark()).then_some(())).is_some(),
        "the page is closed"
    );
    assert!(screen.is_marked(), "not reset through the page");
    screen.tap(RESET);
    let unmarked = wait_for(|| (!screen.is_marked()).then_some(()));
    assert!(unmarked.is_some(), "reset means unchanged");
    assert_eq!(strength(screen), 0.0);
}

#[test]
fn a_photo_is_only_written_when_kept_and_shows_what_was_on_screen() {
    let before = face();
    let Some((screen, after)) = still(&before, &["--photos", "kept"]) else {
        return;
    };
    let mirrored = imageops::flip_horizontal;
    shows(&screen, &mirrored(&after), "the edited picture");
    screen.press("p");
    screen.press("Escape");
    screen.press("p");
    assert!(
        !screen.place.path("kept").exists(),
        "nothing is written without a yes"
    );
    screen.press("Return");
    let path = screen.place.path("kept/mirror-000001.png");
    let photo = wait_for(|| image::open(&path).ok())
        .expect("the photo")
        .into_rgb8();
    assert_eq!(photo.dimensions(), (1280, 480));
    let half = |x| imageops::crop_imm(&photo, x, 0, 640, 480).to_image();
    assert_eq!(half(0), mirrored(&before));
    assert_eq!(middle(&half(640)), middle(&mirrored(&after)));
    screen.end("q");
}

#[test]
fn when_the_visitor_leaves_the_settings_go_back_and_the_invitation_appears() {
    let empty = RgbImage::from_pixel(640, 480, image::Rgb([120, 130, 140]));
    let Some((screen, _)) = still(&empty, &["--leave-after", "2"]) else {
        return;
    };
    screen.press("Right");
    screen.press("v");
    assert_eq!(screen.shot().get_pixel(320, 240).0, [255; 3], "split view");
    let dark = |pixel: [u8; 3]| pixel.iter().all(|value| *value < 60);
    let attracting = wait_for(|| dark(screen.shot().get_pixel(30, 240).0).then_some(()));
    assert!(attracting.is_some(), "the picture is dimmed");
    // It fades in, which takes longer on a busy machine.
    let title = wait_for(|| {
        let shot = screen.shot();
        let white = |pixel: &&image::Rgb<u8>| pixel.0.iter().all(|value| *value > 240);
        (shot.pixels().filter(white).count() > 1000).then_some(())
    });
    assert!(title.is_some(), "the invitation's text");
    assert_ne!(
        screen.shot().get_pixel(320, 20).0,
        [255; 3],
        "split view is over"
    );
    assert_eq!(screen.end("q"), 1.0, "the strength is that of the start");
}

#[test]
fn the_screen_goes_dark_after_the_visitor_has_left_and_a_key_lights_it_up() {
    let empty = RgbImage::from_pixel(640, 480, image::Rgb([120, 130, 140]));
    let extra = ["--leave-after", "2", "--blank-after", "1"];
    let Some((screen, _)) = still(&empty, &extra) else {
        return;
    };
    let is_dark = || screen.shot().iter().all(|&value| value == 0);
    assert!(wait_for(|| is_dark().then_some(())).is_some(), "dark");
    screen.press("Right");
    assert!(wait_for(|| (!is_dark()).then_some(())).is_some(), "lit");
    screen.end("q");
}

#[test]
fn the_smile_of_the_face_in_view_is_worn_until_a_slider_moves() {
    // The codes of the tiny bundle are all zero, so that nothing could be copied.
    let place = Place::new();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/smile-64");
    std::os::unix::fs::symlink(shipped, place.path("bundle")).unwrap();
    let arguments = ["--source", "demo", "--attr", "smile=0", "--fade-after", "0"];
    let Some(screen) = Screen::new(place, &arguments) else {
        return;
    };
    let marked = |wanted| wait_for(|| (screen.is_marked() == wanted).then_some(())).is_some();
    thread::sleep(Duration::from_secs(1));
    assert!(!screen.is_marked(), "nothing is edited yet");
    screen.press("c");
    assert!(marked(true), "a copied smile is an edit");
    screen.press("Right");
    screen.press("0");
    assert!(
        marked(false),
        "the sliders count again, and they are at zero"
    );
    screen.end("q");
}

#[test]
fn a_kiosk_covers_the_whole_screen_and_a_window_can_be_resized() {
    let place = Place::with_bundle(&Tiny::default());
    let Some(screen) = Screen::new(place, &["--source", "demo", "--kiosk"]) else {
        return;
    };
    let [width, height] = SCREEN.map(|side| side as i32);
    assert_eq!(screen.geometry(), [0, 0, width, height]);
    screen.end("Escape");
    let Some(screen) = demo() else {
        return;
    };
    screen.resize(640, 480);
    let seen = wait_for(|| {
        let shot = screen.shot();
        let mark = shot.get_pixel(shot.width() - 30, 20).0;
        (shot.dimensions() == (640, 480) && mark[2] > 240).then_some(())
    });
    assert!(seen.is_some(), "the mark moves with the window's edge");
    screen.press("f");
    let full = wait_for(|| (screen.geometry() == [0, 0, width, height]).then_some(()));
    assert!(full.is_some(), "full screen: {:?}", screen.geometry());
    screen.press("f");
    let back = wait_for(|| (screen.geometry()[2..] == [640, 480]).then_some(()));
    assert!(back.is_some(), "and back: {:?}", screen.geometry());
    screen.end("q");
}

#[test]
fn closing_the_window_and_sigterm_end_it_well() {
    let Some(mut screen) = demo() else {
        return;
    };
    screen.close();
    assert!(screen.ended().success(), "closed");
    drop(screen);
    let Some(screen) = demo() else {
        return;
    };
    screen.terminate();
}
