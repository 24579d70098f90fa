//! The camera source, on a preloaded library that answers like a webcam.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, said, skip},
};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const DEVICE: &str = "/dev/video42";
const SIZE: [u32; 2] = [640, 480];
const PICTURES: u64 = 8;

struct Shim {
    place: Place,
    library: PathBuf,
    runtime: PathBuf,
}

impl Shim {
    /// Builds the library and the pictures it serves, or says why not.
    fn new(format: &str) -> Option<Self> {
        let runtime = runtime()?;
        let place = Place::with_bundle(&Tiny::default());
        let library = place.path("camera_shim.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-w", "-o"])
            .arg(&library)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/camera_shim.c"))
            .arg("-ldl")
            .status();
        match built {
            Ok(status) if status.success() => {}
            other => {
                skip(&format!("no C compiler for the camera: {other:?}"));
                return None;
            }
        }
        let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
        let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
        for index in 0..PICTURES {
            take.render_into(index, &mut rgb);
            let bytes = match format {
                "MJPG" => jpeg(&rgb),
                _ => yuyv(&rgb),
            };
            fs::write(place.path(&format!("picture{index}")), bytes).unwrap();
        }
        Some(Self {
            place,
            library,
            runtime,
        })
    }

    fn run(&self, format: &str, settings: &[(&str, &str)], extra: &[&str]) -> Output {
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            "camera:/dev/video42",
            "--report",
            "r.json",
        ];
        let arguments: Vec<&str> = arguments.iter().chain(extra).copied().collect();
        let mut command = self.place.command(&self.runtime, &arguments);
        command
            .env("LD_PRELOAD", &self.library)
            .env("SHIM_DEVICE", DEVICE)
            .env("SHIM_FOLDER", self.place.path(""))
            .env("SHIM_PICTURES", PICTURES.to_string())
            .env("SHIM_FORMAT", format)
            .envs(settings.iter().copied());
        command.output().unwrap()
    }
}

fn jpeg(rgb: &[u8]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode(rgb, SIZE[0], SIZE[1], ColorType::Rgb8.into())
        .unwrap();
    jpeg
}

/// BT.601, limited range, two pixels at a time.
fn yuyv(rgb: &[u8]) -> Vec<u8> {
    let pairs = rgb.chunks_exact(6).flat_map(|pair| {
        let [r, g, b] = [pair[0], pair[1], pair[2]].map(f32::from);
        let luma = |r: f32, g: f32, b: f32| 16.0 + 0.257 * r + 0.504 * g + 0.098 * b;
        let second = luma(pair[3].into(), pair[4].into(), pair[5].into());
        let blue = 128.0 - 0.148 * r - 0.291 * g + 0.439 * b;
        let red = 128.0 + 0.439 * r - 0.368 * g - 0.071 * b;
        [luma(r, g, b), blue, second, red].map(|value| value.round() as u8)
    });
    pairs.collect()
}

const QUIET: [&str; 4] = ["--display", "none", "--frames", "20"];

#[test]
fn mjpg_and_yuyv_cameras_are_read_and_faces_found_in_true_colours() {
    for format in ["MJPG", "YUYV"] {
        let Some(shim) = Shim::new(format) else {
            return;
        };
        let extra = ["--display", "png:out", "--attr", "smile=0", "--frames", "4"];
        assert_succeeds(&shim.run(format, &[], &extra));
        let report = shim.place.report("r.json");
        assert_eq!(report["frames_captured"], 4);
        let source = report["source"].as_str().unwrap();
        assert!(
            source.contains(DEVICE) && source.contains(format),
            "{source}"
        );
        assert!(report["frames_with_face"].as_u64().unwrap() > 0);
        // Which of them were shown depends on the machine's speed.
        let shown = fs::read_dir(shim.place.path("out")).unwrap().next();
        let file = shown.unwrap().unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let index: u64 = name.rsplit('-').next().unwrap().parse().unwrap();
        let shown = image::open(file).unwrap().into_rgb8();
        let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
        Take::new(0, SIZE[0], SIZE[1], 30.0).render_into(index % PICTURES, &mut rgb);
        let error: u64 = shown
            .iter()
            .zip(&rgb)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let mean = error as f64 / rgb.len() as f64;
        assert!(mean < 2.5, "{format}: mean error {mean}");
    }
}

#[test]
fn a_busy_camera_is_named_with_the_reason() {
    let Some(shim) = Shim::new("MJPG") else {
        return;
    };
    let output = shim.run("MJPG", &[("SHIM_BUSY", "1")], &QUIET);
    assert_fails(&output, 1, &[DEVICE, "busy"]);
}

#[test]
fn a_camera_that_is_pulled_out_and_plugged_in_goes_on_and_the_report_tells() {
    let Some(shim) = Shim::new("MJPG") else {
        return;
    };
    let settings = [("SHIM_UNPLUG", "8"), ("SHIM_AWAY", "900")];
    let output = shim.run("MJPG", &settings, &QUIET);
    assert_succeeds(&output);
    assert!(said(&output).contains("unplugged"), "{}", said(&output));
    let report = shim.place.report("r.json");
    assert_eq!(report["frames_captured"], 20);
    assert_eq!(report["camera_interruptions"], 1);
}

#[test]
fn a_camera_that_freezes_is_opened_anew() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let output = shim.run("YUYV", &[("SHIM_FREEZE", "5")], &QUIET);
    assert_succeeds(&output);
    assert!(
        said(&output).contains("no picture for 2 seconds"),
        "{}",
        said(&output)
    );
    assert_eq!(shim.place.report("r.json")["camera_interruptions"], 1);
}

#[test]
fn truncated_pictures_are_skipped_and_counted() {
    for format in ["MJPG", "YUYV"] {
        let Some(shim) = Shim::new(format) else {
            return;
        };
        let output = shim.run(format, &[("SHIM_TRUNCATE", "5")], &QUIET);
        assert_succeeds(&output);
        assert!(said(&output).contains("cut off"), "{}", said(&output));
        let report = shim.place.report("r.json");
        assert!(report["frames_skipped"].as_u64().unwrap() >= 4, "{report}");
        assert_eq!(report["frames_captured"], 20);
    }
}
