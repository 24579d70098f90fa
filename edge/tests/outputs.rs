//! Pictures that leave the screen: a virtual camera, a recording.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime},
    xvfb::{Screen, wait_for},
};
use faces::Take;
use image::RgbImage;
use std::{fs, process::Output, thread, time::Duration};

const DEVICE: &str = "/dev/video43";

/// Builds the library that answers for the device, or says why not: what makes a program see it.
fn device(place: &Place) -> Option<[(&'static str, String); 3]> {
    let shim = place.compiled("output_shim.c", "output_shim.so", &[])?;
    Some([
        ("LD_PRELOAD", shim.display().to_string()),
        ("OUTPUT_DEVICE", DEVICE.into()),
        ("OUTPUT_FILE", place.path("sent").display().to_string()),
    ])
}

fn virtual_camera(place: &Place, settings: &[(&str, &str)], extra: &[&str]) -> Option<Output> {
    let library = runtime()?;
    let device = device(place)?;
    let fixed = ["run", "--bundle", "bundle", "--language", "en"];
    let arguments: Vec<&str> = fixed.iter().chain(extra).copied().collect();
    let output = place
        .command(&library, &arguments)
        .envs(device)
        .envs(settings.iter().copied())
        .output();
    Some(output.unwrap())
}

#[test]
fn a_virtual_camera_gets_the_edited_picture_as_yuyv_with_the_mark_on_it() {
    let place = Place::with_bundle(&Tiny::default());
    let mut rgb = vec![0; 3 * 640 * 480];
    Take::new(0, 640, 480, 30.0).render_into(0, &mut rgb);
    let face = RgbImage::from_raw(640, 480, rgb).unwrap();
    fs::create_dir(place.path("in")).unwrap();
    face.save(place.path("in/face.png")).unwrap();
    let source = ["--source", "dir:in", "--attr", "smile=1.0", "--display"];
    let display = |display| [&source[..], &[display]].concat();
    let Some(output) = virtual_camera(&place, &[], &display("png:out")) else {
        return;
    };
    assert_succeeds(&output);
    let expected = image::open(place.path("out/face.png")).unwrap().into_rgb8();
    let output = virtual_camera(&place, &[], &display("v4l:/dev/video43")).unwrap();
    assert_succeeds(&output);
    let sent = fs::read(place.path("sent")).unwrap();
    assert_eq!(sent.len(), 2 * 640 * 480, "one YUYV picture");
    let luma = |x: u32, y: u32| i32::from(sent[2 * (y * 640 + x) as usize]);
    let wanted = |[r, g, b]: [u8; 3]| {
        let [r, g, b] = [r, g, b].map(f32::from);
        (16.0 + 0.257 * r + 0.504 * g + 0.098 * b).round() as i32
    };
    for (x, y, pixel) in expected.enumerate_pixels() {
        // Below the mark.
        if y >= 80 {
            let difference = (luma(x, y) - wanted(pixel.0)).abs();
            assert!(difference <= 2, "{difference} at {x}, {y}");
        }
    }
    let accent = wanted([88, 96, 255]);
    let marked = (0..60).flat_map(|y| (320..640).map(move |x| (x, y)));
    let marked = marked
        .filter(|&(x, y)| (luma(x, y) - accent).abs() <= 2)
        .count();
    assert!(marked > 800, "{marked} pixels of the mark");
}

#[test]
fn beside_a_window_every_picture_goes_to_the_virtual_camera_too() {
    let place = Place::with_bundle(&Tiny::default());
    let extra = ["--source", "demo", "--virtual-camera", DEVICE];
    let Some(output) = virtual_camera(&place, &[], &[&extra[..], &["--display", "none"]].concat())
    else {
        return;
    };
    assert_fails(
        &output,
        2,
        &["--virtual-camera", "none", "--display v4l:/dev/video43"],
    );
    let device = device(&place).unwrap();
    let pairs: Vec<(&str, &str)> = device.iter().map(|(key, value)| (*key, &**value)).collect();
    let Some(mut screen) = Screen::with_environment(place, &extra, &pairs) else {
        return;
    };
    wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
    screen.press("q");
    assert!(screen.ended().success());
    let sent = fs::read(screen.place.path("sent")).unwrap();
    let picture = 2 * 640 * 480;
    assert_eq!(sent.len() % picture, 0, "whole YUYV pictures");
    let shown = screen.place.report("r.json")["frames_shown"]
        .as_u64()
        .unwrap();
    assert_eq!((sent.len() / picture) as u64, shown);
}

#[test]
fn a_device_that_takes_no_pictures_is_refused_with_what_it_is() {
    let place = Place::with_bundle(&Tiny::default());
    let extra = ["--source", "demo", "--display", "v4l:/dev/video43"];
    let Some(output) = virtual_camera(&place, &[("OUTPUT_CAPTURE", "1")], &extra) else {
        return;
    };
    assert_fails(
        &output,
        1,
        &[DEVICE, "expected a video output", "v4l2loopback"],
    );
    let extra = ["--source", "demo", "--display", "v4l:/dev/video44"];
    let output = virtual_camera(&place, &[], &extra).unwrap();
    assert_fails(&output, 1, &["/dev/video44", "v4l2loopback"]);
}

#[test]
fn a_recording_needs_a_screen_that_shows_its_mark() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    for display in ["none", "png:out"] {
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            "demo",
            "--frames",
            "5",
            "--display",
            display,
            "--record",
            "take.avi",
        ];
        let output = place.edge(&library, &arguments);
        assert_fails(&output, 2, &["--record take.avi", display, "red mark"]);
        assert!(!place.path("take.avi").exists());
    }
    let arguments = ["run", "--record", "take.mp4"];
    assert_fails(
        &place.edge(&library, &arguments),
        2,
        &["--record", ".avi or .mjpeg"],
    );
}

#[test]
fn a_recording_shows_the_red_mark_and_can_be_mirrored_again() {
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "--source",
        "demo",
        "--attr",
        "smile=0.5",
        "--record",
        "take.mjpeg",
    ];
    let Some(screen) = Screen::new(place, &arguments) else {
        return;
    };
    wait_for(|| screen.is_marked().then_some(())).expect("an edited picture");
    let shot = screen.shot();
    let red = |pixel: &image::Rgb<u8>| pixel.0[0] > 200 && pixel.0[1] < 80 && pixel.0[2] < 90;
    let red = (0..70)
        .flat_map(|y| (600..960).map(move |x| (x, y)))
        .filter(|&(x, y)| red(shot.get_pixel(x, y)))
        .count();
    assert!(red > 800, "{red} red pixels");
    thread::sleep(Duration::from_secs(1));
    screen.press("q");
    let mut screen = screen;
    assert!(screen.ended().success());
    let library = runtime().unwrap();
    let again = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "take.mjpeg",
        "--display",
        "png:out",
        "--attr",
        "smile=0",
    ];
    assert_succeeds(&screen.place.edge(&library, &again));
    let mut pictures: Vec<_> = fs::read_dir(screen.place.path("out"))
        .unwrap()
        .flatten()
        .collect();
    pictures.sort_by_key(fs::DirEntry::path);
    assert!(pictures.len() > 5, "{} pictures", pictures.len());
    let last = image::open(pictures[pictures.len() - 1].path())
        .unwrap()
        .into_rgb8();
    assert_eq!(last.dimensions(), (640, 480));
    let blue = last
        .enumerate_pixels()
        .filter(|(x, y, pixel)| *x > 320 && *y < 60 && pixel.0[2] > 220 && pixel.0[0] < 150);
    assert!(blue.count() > 500, "the edited mark is in the recording");
}
