//! The camera source, on a preloaded library that answers like a webcam.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, said},
    xvfb::{Screen, wait_for},
};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
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
        let library = place.compiled("camera_shim.c", "camera_shim.so", &[])?;
        let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
        let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
        for index in 0..PICTURES {
            take.render_into(index, &mut rgb);
            let bytes = match format {
                "MJPG" => jpeg(&rgb),
                "YUYV" => yuyv(&rgb),
                "NV12" => nv12(&rgb),
                _ => rgb.chunks_exact(3).map(grey).collect(),
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
        let mut command = self.command(format, &arguments);
        command.envs(settings.iter().copied()).output().unwrap()
    }

    fn command(&self, format: &str, arguments: &[&str]) -> Command {
        let mut command = self.place.command(&self.runtime, arguments);
        command.envs(self.environment(format));
        command
    }

    /// What makes a program see the camera.
    fn environment(&self, format: &str) -> [(&'static str, String); 5] {
        let path = |path: &Path| path.display().to_string();
        [
            ("LD_PRELOAD", path(&self.library)),
            ("SHIM_DEVICE", DEVICE.into()),
            ("SHIM_FOLDER", path(&self.place.path(""))),
            ("SHIM_PICTURES", PICTURES.to_string()),
            ("SHIM_FORMAT", format.into()),
        ]
    }
}

fn jpeg(rgb: &[u8]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode(rgb, SIZE[0], SIZE[1], ColorType::Rgb8.into())
        .unwrap();
    jpeg
}

/// BT.601, limited range.
fn ycbcr(pixel: &[u8]) -> [u8; 3] {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    [
        16.0 + 0.257 * r + 0.504 * g + 0.098 * b,
        128.0 - 0.148 * r - 0.291 * g + 0.439 * b,
        128.0 + 0.439 * r - 0.368 * g - 0.071 * b,
    ]
    .map(|value| value.round() as u8)
}

/// Two pixels at a time, with the colour of the first.
fn yuyv(rgb: &[u8]) -> Vec<u8> {
    let pairs = rgb.chunks_exact(6).flat_map(|pair| {
        let [y, u, v] = ycbcr(pair);
        [y, u, ycbcr(&pair[3..])[0], v]
    });
    pairs.collect()
}

/// Luma, then the colour of every second pixel of every second row.
fn nv12(rgb: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = rgb.chunks_exact(3).map(|pixel| ycbcr(pixel)[0]).collect();
    for row in rgb.chunks_exact(3 * SIZE[0] as usize).step_by(2) {
        for pixel in row.chunks_exact(6) {
            bytes.extend_from_slice(&ycbcr(pixel)[1..]);
        }
    }
    bytes
}

fn grey(pixel: &[u8]) -> u8 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    (0.299 * r + 0.587 * g + 0.114 * b).round() as u8
}

const QUIET: [&str; 4] = ["--display", "none", "--frames", "20"];

#[test]
fn cameras_of_every_format_are_read_and_faces_found_in_true_colours() {
    for format in ["MJPG", "YUYV", "NV12", "GREY"] {
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
        if format == "GREY" {
            for pixel in rgb.chunks_exact_mut(3) {
                pixel.fill(grey(pixel));
            }
        }
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
fn while_the_camera_is_away_the_screen_shows_its_last_picture_dimmed_and_then_goes_on() {
    let Some(shim) = Shim::new("MJPG") else {
        return;
    };
    let mut environment = shim.environment("MJPG").to_vec();
    environment.push(("SHIM_UNPLUG", "90".into()));
    environment.push(("SHIM_AWAY", "9000".into()));
    let arguments = ["--source", "camera:/dev/video42", "--attr", "smile=0"];
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, &**v)).collect();
    let Some(screen) = Screen::with_environment(shim.place, &arguments, &pairs) else {
        return;
    };
    // Between the message in the middle and what is drawn at the edges.
    let brightness = || {
        let shot = screen.shot();
        let part = image::imageops::crop_imm(&shot, 100, 100, 760, 150).to_image();
        part.iter().map(|&byte| u64::from(byte)).sum::<u64>() / part.len() as u64
    };
    let full = wait_for(|| Some(brightness()).filter(|&value| value > 30));
    let full = full.expect("the camera's picture");
    let dimmed = wait_for(|| Some(brightness()).filter(|&value| value < full * 6 / 10));
    let dimmed = dimmed.expect("the dimmed picture");
    assert!(
        dimmed > full / 5,
        "dimmed from {full} to {dimmed}, not black"
    );
    let again = wait_for(|| Some(brightness()).filter(|&value| value > full * 9 / 10));
    assert!(again.is_some(), "the camera is back");
    screen.end("q");
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

#[test]
fn a_wished_mode_is_taken_and_one_the_camera_lacks_is_an_error_that_lists_its_modes() {
    let Some(shim) = Shim::new("MJPG") else {
        return;
    };
    let slow = ["--camera-mode", "640x480@15/MJPG"];
    assert_succeeds(&shim.run("MJPG", &[], &[&QUIET[..3], &["5"], &slow].concat()));
    let report = shim.place.report("r.json");
    let source = report["source"].as_str().unwrap();
    assert!(source.contains("640x480@15/MJPG"), "{source}");
    let lacking = [&QUIET[..], &["--camera-mode", "1280x720@30"]].concat();
    let words = ["no mode 1280x720@30", "640x480@30/MJPG, 640x480@15/MJPG"];
    assert_fails(&shim.run("MJPG", &[], &lacking), 1, &words);
    let nonsense = [&QUIET[..], &["--camera-mode", "big"]].concat();
    assert_fails(&shim.run("MJPG", &[], &nonsense), 2, &["WIDTHxHEIGHT"]);
}

#[test]
fn a_camera_that_gives_another_format_than_it_lists_is_taken_if_it_can_be_read_and_named_if_not() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let output = shim.run("YUYV", &[("SHIM_OFFERS", "MJPG")], &QUIET);
    assert_succeeds(&output);
    let report = shim.place.report("r.json");
    // A busy machine drops frames.
    assert!(report["frames_with_face"].as_u64().unwrap() > 0, "{report}");
    let source = report["source"].as_str().unwrap();
    assert!(source.contains("YUYV"), "{source}");
    let output = shim.run("H264", &[("SHIM_OFFERS", "MJPG")], &QUIET);
    assert_fails(&output, 1, &[DEVICE, "wrong format: found H264", "MJPG"]);
}

#[test]
fn a_driver_that_never_comes_back_from_a_call_starves_the_watchdog() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let told = shim.place.path("notify");
    let socket = UnixDatagram::bind(&told).unwrap();
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "camera:/dev/video42",
        "--display",
        "none",
    ];
    let mut mirror = shim
        .command("YUYV", &arguments)
        .env("SHIM_HANG", "60")
        .env("NOTIFY_SOCKET", &told)
        .env("WATCHDOG_USEC", "1200000")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut fed = 0;
    // Fed five times a second while it runs; a service manager kills it after 1.2 seconds without.
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut bytes = [0; 256];
    while let Ok(count) = socket.recv(&mut bytes) {
        fed += usize::from(bytes[..count].starts_with(b"WATCHDOG=1"));
        let patience = Duration::from_secs(if fed > 0 { 3 } else { 10 });
        socket.set_read_timeout(Some(patience)).unwrap();
    }
    assert!(mirror.try_wait().unwrap().is_none(), "it hangs");
    mirror.kill().unwrap();
    let output = mirror.wait_with_output().unwrap();
    assert!(fed >= 1, "{}", said(&output));
    assert!(
        said(&output).contains("no progress") && said(&output).contains("capture"),
        "{}",
        said(&output)
    );
}
