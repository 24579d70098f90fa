//! Video files in, hashes out: the same input gives the same pictures, bit for bit.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime},
};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use std::fs;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;
const FRAMES: u64 = 24;

fn frames() -> Vec<Vec<u8>> {
    let take = Take::new(0, WIDTH, HEIGHT, 30.0);
    let rendered = (0..FRAMES).map(|index| {
        let mut rgb = vec![0; (3 * WIDTH * HEIGHT) as usize];
        take.render_into(index, &mut rgb);
        rgb
    });
    rendered.collect()
}

/// Both kinds of video file, `clip.mjpeg` and `clip.y4m` (luma only).
fn place() -> Place {
    let place = Place::with_bundle(&Tiny::default());
    let mut mjpeg = Vec::new();
    let mut y4m =
        format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F30:1 Cmono XCOLORRANGE=FULL\n").into_bytes();
    for rgb in frames() {
        JpegEncoder::new_with_quality(&mut mjpeg, 90)
            .encode(&rgb, WIDTH, HEIGHT, ColorType::Rgb8.into())
            .unwrap();
        y4m.extend_from_slice(b"FRAME\n");
        y4m.extend(rgb.chunks_exact(3).map(|pixel| pixel[1]));
    }
    fs::write(place.path("clip.mjpeg"), mjpeg).unwrap();
    fs::write(place.path("clip.y4m"), y4m).unwrap();
    place
}

fn run<'a>(source: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    let start = ["run", "--bundle", "bundle", "--source", source, "--display"];
    [&start, rest].concat()
}

#[test]
fn a_replay_gives_the_same_hashes_again_and_another_strength_gives_others() {
    let Some(library) = runtime() else { return };
    let place = place();
    for clip in ["clip.mjpeg", "clip.y4m"] {
        let hashes = |attr: &str| {
            let output = place.edge(&library, &run(clip, &["hash", "--attr", attr]));
            assert_succeeds(&output);
            String::from_utf8(output.stdout).unwrap()
        };
        let (first, again, other) = (hashes("smile=1"), hashes("smile=1"), hashes("smile=0"));
        assert_eq!(first, again);
        assert_eq!(first.lines().count() as u64, FRAMES + 1, "{first}");
        assert!(first.starts_with("000000 320x240 "), "{first}");
        assert_ne!(first.lines().last(), other.lines().last());
    }
}

#[test]
fn every_frame_of_a_video_is_edited_and_written_when_nobody_watches() {
    let Some(library) = runtime() else { return };
    let place = place();
    let arguments = run("clip.mjpeg", &["png:out", "--report", "r.json"]);
    assert_succeeds(&place.edge(&library, &arguments));
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], FRAMES);
    assert_eq!(report["frames_shown"], FRAMES);
    assert_eq!(report["frames_dropped"], 0);
    assert_eq!(
        fs::read_dir(place.path("out")).unwrap().count() as u64,
        FRAMES
    );
    assert!(report["seconds_to_first_edit"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_video_that_is_none_is_named_with_what_was_expected() {
    let Some(library) = runtime() else { return };
    let place = place();
    fs::write(place.path("broken.y4m"), b"no video").unwrap();
    let words = ["broken.y4m", "expected .mjpeg or .y4m"];
    assert_fails(
        &place.edge(&library, &run("broken.y4m", &["none"])),
        1,
        &words,
    );
    assert_fails(
        &place.edge(&library, &run("absent.y4m", &["none"])),
        1,
        &["absent.y4m"],
    );
    assert_fails(
        &place.edge(&library, &run("clip.mp4", &["none"])),
        2,
        &["*.mjpeg"],
    );
}

#[test]
fn a_reference_picture_lends_its_expression_and_needs_a_face() {
    let Some(library) = runtime() else { return };
    let place = place();
    let face = image::RgbImage::from_raw(WIDTH, HEIGHT, frames().swap_remove(3)).unwrap();
    face.save(place.path("face.png")).unwrap();
    image::RgbImage::new(64, 64)
        .save(place.path("wall.png"))
        .unwrap();
    let with = |reference| run("clip.y4m", &["none", "--reference", reference]);
    assert_fails(
        &place.edge(&library, &with("wall.png")),
        1,
        &["wall.png", "no face"],
    );
    assert_fails(
        &place.edge(&library, &with("absent.png")),
        1,
        &["absent.png"],
    );

    // All style codes of the tiny bundle are zero; the one that ships has real ones.
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/smile-64");
    let hashes = |extra: &[&str]| {
        let start = ["run", "--bundle", shipped, "--source", "clip.y4m"];
        let rest = ["--display", "hash", "--attr", "smile=0", "--frames", "8"];
        let output = place.edge(&library, &[&start[..], &rest, extra].concat());
        assert_succeeds(&output);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_ne!(hashes(&[]), hashes(&["--reference", "face.png"]));
}

#[test]
fn a_warm_mirror_allocates_nothing_around_the_model() {
    let Some(library) = runtime() else { return };
    let place = place();
    // The clip over and over; the first 60 frames are warm-up.
    let clip = fs::read(place.path("clip.y4m")).unwrap();
    let header = clip.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let long = [&clip[..header], &clip[header..].repeat(8)].concat();
    fs::write(place.path("long.y4m"), long).unwrap();
    let clip = fs::read(place.path("clip.mjpeg")).unwrap();
    fs::write(place.path("long.mjpeg"), clip.repeat(8)).unwrap();
    for clip in ["long.y4m", "long.mjpeg"] {
        assert_succeeds(&place.edge(&library, &run(clip, &["none", "--report", "r.json"])));
        let report = place.report("r.json");
        assert_eq!(report["frames_edited"], 8 * FRAMES);
        for stage in report["stages"].as_array().unwrap() {
            // ONNX Runtime and the face detector have memory of their own, and threads.
            let stages = ["capture", "track", "crop", "composite"];
            if stages.contains(&stage["stage"].as_str().unwrap()) {
                assert_eq!(stage["allocations"], 0.0, "{clip}: {stage}");
            }
        }
    }
}
