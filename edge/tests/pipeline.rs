//! Pictures in, pictures out, through the built program and a bundle of known outputs.

use crate::{
    bundle::{LARGEST_DISPLACEMENT, STEP, Tiny},
    place::{Place, assert_fails, assert_succeeds, runtime, said},
};
use faces::Take;
use image::{Rgb, RgbImage, imageops};
use model_spec::{ColourMode, OutputForm};
use std::fs;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

fn demo_face(seed: u64) -> RgbImage {
    let mut rgb = vec![0; (3 * WIDTH * HEIGHT) as usize];
    Take::new(seed, WIDTH, HEIGHT, 30.0).render_into(0, &mut rgb);
    RgbImage::from_raw(WIDTH, HEIGHT, rgb).unwrap()
}

/// Largest change of any byte, and how many pixels changed, relative to the original.
fn change(before: &RgbImage, after: &RgbImage) -> (i32, usize) {
    let differences = before
        .pixels()
        .zip(after.pixels())
        .map(|(a, b)| (0..3).map(|i| i32::from(b[i]) - i32::from(a[i])));
    let mut largest = 0_i32;
    let mut changed = 0;
    for pixel in differences {
        let pixel: Vec<i32> = pixel.collect();
        changed += usize::from(pixel.iter().any(|&d| d != 0));
        for difference in pixel {
            if difference.abs() > largest.abs() {
                largest = difference;
            }
        }
    }
    (largest, changed)
}

/// Edits one demo face of a folder and returns the picture before and after.
fn edited(tiny: &Tiny, attr: &str) -> Option<(RgbImage, RgbImage)> {
    let library = runtime()?;
    let place = Place::with_bundle(tiny);
    fs::create_dir(place.path("in")).unwrap();
    let before = demo_face(0);
    before.save(place.path("in/face.png")).unwrap();
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "dir:in",
        "--display",
        "png:out",
        "--attr",
        attr,
    ];
    assert_succeeds(&place.edge(&library, &arguments));
    let after = image::open(place.path("out/face.png")).unwrap().into_rgb8();
    Some((before, after))
}

#[test]
fn strength_one_adds_the_known_step_inside_the_face_and_nothing_outside() {
    let Some((before, after)) = edited(&Tiny::default(), "smile=1") else {
        return;
    };
    let (largest, changed) = change(&before, &after);
    assert_eq!(largest, (STEP * 127.5_f32).round() as i32);
    let share = changed as f32 / (WIDTH * HEIGHT) as f32;
    assert!((0.05..0.6).contains(&share), "{share}");
    for corner in [
        (0, 0),
        (WIDTH - 1, 0),
        (0, HEIGHT - 1),
        (WIDTH - 1, HEIGHT - 1),
    ] {
        assert_eq!(
            before.get_pixel(corner.0, corner.1),
            after.get_pixel(corner.0, corner.1)
        );
    }
}

#[test]
fn strength_is_linear_signed_and_may_exceed_one() {
    let smiling = Tiny {
        logit: 3.0,
        ..Tiny::default()
    };
    let image = Tiny {
        output: OutputForm::Image,
        ..Tiny::default()
    };
    let cases = [
        ("smile=0.5", Tiny::default(), 0.5),
        ("smile=-1", smiling, -1.0),
        ("smile=1.5", Tiny::default(), 1.5),
        ("smile=1.5", image, 1.5),
    ];
    for (attr, bundle, factor) in cases {
        let Some((before, after)) = edited(&bundle, attr) else {
            return;
        };
        let expected = (factor * STEP * 127.5_f32).round() as i32;
        let (largest, _) = change(&before, &after);
        assert!((largest - expected).abs() <= 1, "{attr}: {largest}");
    }
}

#[test]
fn as_many_faces_as_asked_for_are_edited_the_largest_first() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    fs::create_dir(place.path("in")).unwrap();
    // A small face on the left, a large one on the right.
    let mut both = RgbImage::from_pixel(WIDTH / 2 * 3, HEIGHT, Rgb([90; 3]));
    let small = imageops::thumbnail(&demo_face(5), WIDTH / 2, HEIGHT / 2);
    imageops::replace(&mut both, &small, 0, 0);
    imageops::replace(&mut both, &demo_face(0), i64::from(WIDTH / 2), 0);
    both.save(place.path("in/two.png")).unwrap();
    // The same as a video that shows it again and again.
    let mut clip = format!(
        "YUV4MPEG2 W{} H{HEIGHT} F30:1 Cmono XCOLORRANGE=FULL\n",
        both.width()
    )
    .into_bytes();
    for _ in 0..40 {
        clip.extend_from_slice(b"FRAME\n");
        clip.extend(both.pixels().map(|pixel| pixel[1]));
    }
    fs::write(place.path("two.y4m"), clip).unwrap();

    let is_edited = |source: &str, picture: &str, faces: &str| {
        let start = [
            "run", "--bundle", "bundle", "--source", source, "--faces", faces,
        ];
        let plain = [&start[..], &["--display", "png:plain", "--attr", "smile=0"]].concat();
        assert_succeeds(&place.edge(&library, &plain));
        let edited = [
            &start[..],
            &["--display", "png:edited", "--attr", "smile=1"],
        ]
        .concat();
        assert_succeeds(&place.edge(&library, &edited));
        let [plain, edited] = ["plain", "edited"].map(|folder| {
            let picture = image::open(place.path(folder).join(picture)).unwrap();
            picture.into_rgb8()
        });
        [0, WIDTH / 2].map(|left| {
            let width = if left == 0 { WIDTH / 2 } else { WIDTH };
            let part = |whole| imageops::crop_imm(whole, left, 0, width, HEIGHT).to_image();
            let (largest, _) = change(&part(&plain), &part(&edited));
            largest == (STEP * 127.5_f32).round() as i32
        })
    };
    for (source, picture) in [("dir:in", "two.png"), ("two.y4m", "frame-000039.png")] {
        assert_eq!(is_edited(source, picture, "1"), [false, true], "{source}");
        assert_eq!(is_edited(source, picture, "2"), [true, true], "{source}");
    }
    let none = ["run", "--bundle", "bundle", "--faces", "0"];
    assert_fails(&place.edge(&library, &none), 2, &["--faces", "1..=8"]);
}

#[test]
fn a_face_that_surely_has_the_value_stays_as_it_is_others_do_not() {
    let with_logit = |logit| {
        let tiny = Tiny {
            logit,
            ..Tiny::default()
        };
        edited(&tiny, "smile=-1")
    };
    // Neutral with 99.8 %, and with 88 %.
    let (Some((before, after)), Some((still, changed))) = (with_logit(-6.0), with_logit(-2.0))
    else {
        return;
    };
    assert!(before == after, "a sure classifier");
    assert!(still != changed, "an unsure classifier");
}

#[test]
fn a_displacement_model_moves_the_cameras_own_pixels() {
    let still = Tiny {
        output: OutputForm::Displacement,
        ..Tiny::default()
    };
    let moving = Tiny {
        displacement: LARGEST_DISPLACEMENT,
        ..still.clone()
    };
    let difference = edited(&Tiny::default(), "smile=1");
    let (Some((_, difference)), Some((before, still)), Some((_, moving))) = (
        difference,
        edited(&still, "smile=1"),
        edited(&moving, "smile=1"),
    ) else {
        return;
    };
    // A field of zeros is the difference alone; any other moves what is seen, and the frame outside stays.
    assert_eq!(difference, still);
    assert_ne!(still, moving);
    assert_eq!(before.get_pixel(1, 1), moving.get_pixel(1, 1));
}

#[test]
fn strength_moves_pixels_further_also_beyond_one() {
    // Where the pixels come from: the edit less what it adds, which a field of zeros shows.
    let moved = |displacement: f32, attr: &str| {
        let with = |displacement| Tiny {
            output: OutputForm::Displacement,
            displacement,
            ..Tiny::default()
        };
        let (_, still) = edited(&with(0.0), attr)?;
        let (_, moved) = edited(&with(displacement), attr)?;
        let pairs = moved.as_raw().iter().zip(still.as_raw());
        // White says nothing of what it was added to.
        let by = pairs.map(|(&a, &b)| (a.max(b) < 255).then(|| i32::from(a) - i32::from(b)));
        Some(by.collect::<Vec<_>>())
    };
    let (Some(once), Some(more), Some(less)) = (
        moved(0.03, "smile=1"),
        moved(0.02, "smile=1.5"),
        moved(0.04, "smile=0.75"),
    ) else {
        return;
    };
    assert!(once.iter().flatten().any(|by| by.abs() > 20));
    for other in [more, less] {
        let pairs = once.iter().zip(&other);
        let worst = pairs.filter_map(|(a, b)| Some(((*a)? - (*b)?).abs())).max();
        // Both pictures are rounded.
        assert!(worst <= Some(3), "{worst:?}");
    }
}

#[test]
fn strength_zero_leaves_every_byte_as_it_was() {
    let Some((before, after)) = edited(&Tiny::default(), "smile=0") else {
        return;
    };
    assert_eq!(before, after);
}

#[test]
fn crops_hold_the_face_as_it_was_and_as_the_mirror_shows_it() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let photos = place.path("photos");
    fs::create_dir(&photos).unwrap();
    demo_face(0).save(photos.join("face.png")).unwrap();
    // A picture without a face has no crop.
    RgbImage::new(320, 240)
        .save(photos.join("empty.png"))
        .unwrap();
    let crop = |out: &str, side: &str| image::open(place.path(out).join(side).join("face.png"));
    let run = |out: &str, attr: &str| {
        let display = format!("crops:{out}");
        let arguments = [
            "--source",
            "dir:photos",
            "--attr",
            attr,
            "--display",
            &display,
        ];
        let start = ["run", "--bundle", "bundle"];
        assert_succeeds(&place.edge(&library, &[&start[..], &arguments].concat()));
        assert_eq!(
            fs::read_dir(place.path(out).join("after")).unwrap().count(),
            1
        );
        ["before", "after"].map(|side| crop(out, side).unwrap().into_rgb8())
    };
    let [before, after] = run("still", "smile=0");
    assert_eq!(before.dimensions(), (256, 256));
    assert_eq!(before, after);
    let [same, edited] = run("edited", "smile=1");
    assert_eq!(before, same);
    assert!(change(&same, &edited).1 > 0);
}

#[test]
fn an_image_generator_and_a_colour_model_give_the_same_edit() {
    let image = Tiny {
        output: OutputForm::Image,
        ..Tiny::default()
    };
    let colour = Tiny {
        colour: ColourMode::Rgb,
        ..Tiny::default()
    };
    for tiny in [image, colour] {
        let Some((before, after)) = edited(&tiny, "smile=1") else {
            return;
        };
        let (largest, _) = change(&before, &after);
        assert!((largest - (STEP * 127.5_f32).round() as i32).abs() <= 1);
    }
}

#[test]
fn every_picture_of_a_folder_is_edited_and_unreadable_ones_are_named_and_counted() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    fs::create_dir(place.path("in")).unwrap();
    for seed in 0..5 {
        demo_face(seed)
            .save(place.path(&format!("in/face{seed}.png")))
            .unwrap();
    }
    fs::write(place.path("in/broken.jpg"), b"\xff\xd8 no picture").unwrap();
    fs::write(place.path("in/notes.txt"), b"not looked at").unwrap();
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "dir:in",
        "--display",
        "png:out",
        "--report",
        "r.json",
    ];
    let output = place.edge(&library, &arguments);
    assert_succeeds(&output);
    assert!(said(&output).contains("broken.jpg"), "{}", said(&output));
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 5);
    assert_eq!(report["frames_skipped"], 1);
    assert_eq!(report["frames_shown"], 5);
    assert_eq!(report["frames_dropped"], 0);
    assert_eq!(report["frames_edited"], report["frames_with_face"]);
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 5);
}

#[test]
fn a_folder_without_a_readable_picture_is_an_error() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    fs::create_dir(place.path("in")).unwrap();
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "dir:in",
        "--display",
        "none",
    ];
    assert_fails(&place.edge(&library, &arguments), 1, &["in", "no picture"]);
    fs::write(place.path("in/broken.png"), b"").unwrap();
    let output = place.edge(&library, &arguments);
    assert_fails(&output, 1, &["broken.png", "none of its 1 pictures"]);
    let absent = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "dir:nowhere",
        "--display",
        "none",
    ];
    assert_fails(&place.edge(&library, &absent), 1, &["nowhere"]);
}

#[test]
fn a_kiosk_without_a_screen_ends_and_one_that_shows_nothing_says_so() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let kiosk = ["run", "--bundle", "bundle", "--frames", "3", "--kiosk"];
    assert_fails(&place.edge(&library, &kiosk), 1, &["no", "display"]);
    assert!(!place.path("mirror-contact-sheet.png").exists());
    let hidden = [&kiosk[..], &["--source", "demo", "--display", "none"]].concat();
    let output = place.edge(&library, &hidden);
    assert_succeeds(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no kiosk: found --display none"), "{said}");
}

#[test]
fn without_a_screen_the_demo_runs_and_leaves_a_report_and_a_contact_sheet() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "run", "--bundle", "bundle", "--frames", "60", "--report", "r.json",
    ];
    let output = place.edge(&library, &arguments);
    assert_succeeds(&output);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("edited frames per second"), "{text}");
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 60);
    assert_eq!(report["provider"]["running"], "cpu");
    assert!(report["frames_with_face"].as_u64().unwrap() > 0);
    assert!(report["resident_memory_bytes"].as_u64().unwrap() > 10_000_000);
    let stages: Vec<&str> = report["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect();
    for stage in [
        "capture",
        "track",
        "model",
        "generator",
        "composite",
        "total",
    ] {
        assert!(stages.contains(&stage), "{stages:?}");
    }
    let sheet = image::open(place.path("mirror-contact-sheet.png")).unwrap();
    assert!(sheet.width() > 1000 && sheet.height() > 500);
}

#[test]
fn sigterm_ends_the_run_cleanly_with_a_report() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
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
    let mut child = place
        .command(&library, &arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let killed = std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status();
    assert!(killed.unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(place.report("r.json")["frames_captured"].as_u64().unwrap() > 0);
}
