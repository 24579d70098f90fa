//! The camera source, on a preloaded library that answers like a webcam.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, said},
    xvfb::{Screen, wait_for},
};
use faces::Take;
use image::{ColorType, RgbImage, codecs::jpeg::JpegEncoder};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

const DEVICE: &str = "/dev/video42";
const SIZE: [u32; 2] = [640, 480];
pub const PICTURES: u64 = 8;

pub struct Shim {
    pub place: Place,
    pub library: PathBuf,
    runtime: PathBuf,
}

impl Shim {
    /// Builds the library and the pictures it serves, or says why not.
    pub fn new(format: &str) -> Option<Self> {
        let runtime = runtime()?;
        let place = Place::with_bundle(&Tiny::default());
        let library = place.compiled("camera_shim.c", "camera_shim.so", &[])?;
        let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
        let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
        for index in 0..PICTURES {
            take.render_into(index, &mut rgb);
            fs::write(
                place.path(&format!("picture{index}")),
                encoded(&rgb, format),
            )
            .unwrap();
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

    pub fn command(&self, format: &str, arguments: &[&str]) -> Command {
        let mut command = self.place.command(&self.runtime, arguments);
        command.envs(self.environment(format));
        command
    }

    /// What makes a program see the camera.
    pub fn environment(&self, format: &str) -> [(&'static str, String); 5] {
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
pub fn yuyv(rgb: &[u8]) -> Vec<u8> {
    let pairs = rgb.chunks_exact(6).flat_map(|pair| {
        let [y, u, v] = ycbcr(pair);
        [y, u, ycbcr(&pair[3..])[0], v]
    });
    pairs.collect()
}

fn grey(pixel: &[u8]) -> u8 {
    let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    (0.299 * r + 0.587 * g + 0.114 * b).round() as u8
}

/// Luma of every pixel, then the blue and the red differences of every second one of every row or of
/// every second row.
fn ycbcr_planes(rgb: &[u8], row_step: usize) -> [Vec<u8>; 3] {
    let luma = rgb.chunks_exact(3).map(|pixel| ycbcr(pixel)[0]).collect();
    let rows = rgb.chunks_exact(3 * SIZE[0] as usize).step_by(row_step);
    let colours = rows.flat_map(|row| row.chunks_exact(6).map(ycbcr));
    let (blue, red) = colours.map(|[_, blue, red]| (blue, red)).unzip();
    [luma, blue, red]
}

fn interleaved(first: &[u8], second: &[u8]) -> Vec<u8> {
    let pairs = first.iter().zip(second);
    pairs
        .flat_map(|(first, second)| [*first, *second])
        .collect()
}

/// A picture as a camera with this format sends it.
fn encoded(rgb: &[u8], format: &str) -> Vec<u8> {
    let swapped = |order: [usize; 4]| {
        let quads = yuyv(rgb);
        let quads = quads.chunks_exact(4);
        quads.flat_map(|quad| order.map(|i| quad[i])).collect()
    };
    let [luma, blue, red] = ycbcr_planes(rgb, if format == "NV16" { 1 } else { 2 });
    match format {
        "MJPG" | "JPEG" => jpeg(rgb),
        "YUYV" => yuyv(rgb),
        "UYVY" => swapped([1, 0, 3, 2]),
        "YVYU" => swapped([0, 3, 2, 1]),
        "NV12" | "NV16" => [luma, interleaved(&blue, &red)].concat(),
        "NV21" => [luma, interleaved(&red, &blue)].concat(),
        "YU12" => [luma, blue, red].concat(),
        "YV12" => [luma, red, blue].concat(),
        "RGB3" => rgb.to_vec(),
        "BGR3" => rgb
            .chunks_exact(3)
            .flat_map(|rgb| [rgb[2], rgb[1], rgb[0]])
            .collect(),
        _ => rgb.chunks_exact(3).map(grey).collect(),
    }
}

const FORMATS: [&str; 12] = [
    "MJPG", "JPEG", "YUYV", "UYVY", "YVYU", "NV12", "NV16", "NV21", "YU12", "YV12", "BGR3", "GREY",
];

const QUIET: [&str; 4] = ["--display", "none", "--frames", "20"];

#[test]
fn cameras_of_every_format_are_read_and_faces_found_in_true_colours() {
    for format in FORMATS {
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
fn a_camera_that_is_busy_for_a_moment_is_tried_again() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    assert_succeeds(&shim.run("YUYV", &[("SHIM_BUSY_FOR", "3000")], &QUIET));
    assert_eq!(shim.place.report("r.json")["frames_captured"], 20);
}

#[test]
fn a_camera_that_needs_five_seconds_for_its_first_picture_is_waited_for() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let output = shim.run("YUYV", &[("SHIM_FIRST", "5000")], &QUIET);
    assert_succeeds(&output);
    assert!(
        said(&output).contains("no picture yet"),
        "{}",
        said(&output)
    );
    let report = shim.place.report("r.json");
    assert_eq!(report["frames_captured"], 20);
    assert_eq!(report["camera_interruptions"], 0, "it was never away");
}

#[test]
fn pictures_with_junk_behind_the_end_marker_or_without_it_are_shown() {
    for spoil in [
        |jpeg: &mut Vec<u8>| jpeg.extend_from_slice(&[0x55, 0xff, 0xd7, 9, 0xff, 0x12, 1]),
        |jpeg: &mut Vec<u8>| jpeg.truncate(jpeg.len() - 2),
    ] {
        let Some(shim) = Shim::new("MJPG") else {
            return;
        };
        for index in 0..PICTURES {
            let path = shim.place.path(&format!("picture{index}"));
            let mut jpeg = fs::read(&path).unwrap();
            spoil(&mut jpeg);
            fs::write(&path, jpeg).unwrap();
        }
        assert_succeeds(&shim.run("MJPG", &[], &QUIET));
        let report = shim.place.report("r.json");
        assert_eq!(report["frames_captured"], 20);
        assert_eq!(report["frames_skipped"], 0);
    }
}

#[test]
fn rows_with_padding_and_full_range_are_read_at_the_drivers_word() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    // Black and white as full range has them, with rubbish behind every row.
    let row = [[0, 128, 255, 128].repeat(320), vec![90; 64]].concat();
    for index in 0..PICTURES {
        let path = shim.place.path(&format!("picture{index}"));
        fs::write(path, row.repeat(480)).unwrap();
    }
    let settings = [("SHIM_PADDING", "64"), ("SHIM_FULL", "1")];
    let extra = ["--display", "png:out", "--frames", "2"];
    assert_succeeds(&shim.run("YUYV", &settings, &extra));
    let shown = fs::read_dir(shim.place.path("out")).unwrap().next();
    let shown = image::open(shown.unwrap().unwrap().path()).unwrap();
    for (x, _, pixel) in shown.into_rgb8().enumerate_pixels() {
        let expected = if x % 2 == 0 { 0 } else { 255 };
        assert!(
            pixel.0.iter().all(|byte| byte.abs_diff(expected) <= 1),
            "{x}: {pixel:?}"
        );
    }
}

#[test]
fn sizes_that_are_a_range_or_not_named_can_be_wished_for() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let wish = [&QUIET[..], &["--camera-mode", "640x480"]].concat();
    for sizes in ["any", "none"] {
        let settings = [("SHIM_SIZES", sizes)];
        assert_succeeds(&shim.run("YUYV", &settings, &wish));
        let report = shim.place.report("r.json");
        let source = report["source"].as_str().unwrap();
        assert!(source.contains("640x480@30/YUYV"), "{source}");
        // Without a wish, the size that the driver answers with.
        assert_succeeds(&shim.run("YUYV", &settings, &QUIET));
        let odd = [&QUIET[..], &["--camera-mode", "641x480"]].concat();
        assert_fails(&shim.run("YUYV", &settings, &odd), 1, &["no mode 641x480"]);
    }
}

#[test]
fn a_broken_rate_is_reported_as_it_is() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let wish = [&QUIET[..], &["--camera-mode", "640x480@29.97"]].concat();
    for extra in [&wish[..], &QUIET] {
        assert_succeeds(&shim.run("YUYV", &[("SHIM_RATE", "30000/1001")], extra));
        let report = shim.place.report("r.json");
        let source = report["source"].as_str().unwrap();
        assert!(source.contains("640x480@29.97/YUYV"), "{source}");
    }
}

#[test]
fn multi_planar_and_raw_sensors_are_named_with_the_bridge() {
    let Some(shim) = Shim::new("NV12") else {
        return;
    };
    let words = [DEVICE, "multi-planar", "v4l2src", "v4l2sink"];
    assert_fails(
        &shim.run("NV12", &[("SHIM_PLANES", "1")], &QUIET),
        1,
        &words,
    );
    let words = [DEVICE, "only: RG10", "nvarguscamerasrc", "v4l2sink"];
    assert_fails(&shim.run("RG10", &[], &QUIET), 1, &words);
    let dev = shim.place.path("dev");
    fs::create_dir(&dev).unwrap();
    fs::write(dev.join("video42"), "").unwrap();
    let listed = |format: &str, planes: bool| {
        let mut command = shim.command(format, &["cameras"]);
        command.env("SHIM_DEV", &dev);
        if planes {
            command.env("SHIM_PLANES", "1");
        }
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(
        listed("NV12", true).contains("multi-planar"),
        "{}",
        listed("NV12", true)
    );
    assert!(
        listed("RG10", false).contains("nvarguscamerasrc"),
        "{}",
        listed("RG10", false)
    );
}

#[test]
fn a_camera_on_its_side_is_turned_and_the_face_found() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let take = Take::new(0, SIZE[1], SIZE[0], 30.0);
    let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
    for (degrees, turn) in [
        (
            "90",
            image::imageops::rotate270 as fn(&RgbImage) -> RgbImage,
        ),
        ("270", image::imageops::rotate90),
    ] {
        for index in 0..PICTURES {
            take.render_into(index, &mut rgb);
            let upright = RgbImage::from_raw(SIZE[1], SIZE[0], rgb.clone()).unwrap();
            let path = shim.place.path(&format!("picture{index}"));
            fs::write(path, yuyv(turn(&upright).as_raw())).unwrap();
        }
        assert_succeeds(&shim.run("YUYV", &[], &[&QUIET[..], &["--rotate", degrees]].concat()));
        let report = shim.place.report("r.json");
        assert!(report["frames_with_face"].as_u64().unwrap() > 0, "{report}");
    }
    let wrong = [&QUIET[..], &["--rotate", "45"]].concat();
    assert_fails(&shim.run("YUYV", &[], &wrong), 2, &["0, 90, 180 or 270"]);
}

/// Mean brightness of a part of the window without controls.
fn brightness(screen: &Screen) -> u64 {
    let shot = screen.shot();
    let part = image::imageops::crop_imm(&shot, 100, 100, 760, 150).to_image();
    part.iter().map(|&byte| u64::from(byte)).sum::<u64>() / part.len() as u64
}

#[test]
fn a_camera_that_is_plugged_in_late_finds_the_window_open() {
    for source in ["camera:/dev/video42", "auto"] {
        let Some(shim) = Shim::new("YUYV") else {
            return;
        };
        let dev = shim.place.path("dev");
        fs::create_dir(&dev).unwrap();
        let mut environment = shim.environment("YUYV").to_vec();
        environment.push(("SHIM_LATE", "8000".into()));
        environment.push(("SHIM_DEV", dev.display().to_string()));
        let arguments = ["--source", source, "--attr", "smile=0"];
        let pairs: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, &**v)).collect();
        let Some(mut screen) = Screen::with_environment(shim.place, &arguments, &pairs) else {
            return;
        };
        fs::write(dev.join("video42"), "").unwrap();
        if source != "auto" {
            assert!(brightness(&screen) < 20, "no picture yet");
            let shown = wait_for(|| (brightness(&screen) > 30).then_some(()));
            assert!(shown.is_some(), "the camera's picture");
        }
        thread::sleep(Duration::from_secs(10));
        screen.press("q");
        assert!(screen.ended().success());
        let report = screen.place.report("r.json");
        let source = report["source"].as_str().unwrap();
        assert_eq!(source, "camera:/dev/video42 (640x480@30/YUYV)");
        assert_eq!(report["camera_interruptions"], 0);
    }
}

#[test]
fn a_camera_that_sends_only_broken_pictures_is_named_on_the_screen() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let mut environment = shim.environment("YUYV").to_vec();
    environment.push(("SHIM_TRUNCATE", "1".into()));
    let arguments = ["--source", "camera:/dev/video42", "--attr", "smile=0"];
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, &**v)).collect();
    let Some(mut screen) = Screen::with_environment(shim.place, &arguments, &pairs) else {
        return;
    };
    // The card in the middle, which "Starting" does not have.
    let card = || {
        let shot = screen.shot();
        let amber = shot
            .pixels()
            .filter(|p| p.0[0] > 200 && p.0[1] > 120 && p.0[2] < 90);
        (amber.count() > 100).then_some(())
    };
    assert!(wait_for(card).is_some(), "the reason on the screen");
    screen.press("q");
    assert!(screen.ended().success());
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
    let (hang, hangs) = (shim.place.path("hang"), shim.place.path("hang.hangs"));
    let mut mirror = shim
        .command("YUYV", &arguments)
        .env("SHIM_HANG", &hang)
        .env("NOTIFY_SOCKET", &told)
        .env("WATCHDOG_USEC", "1200000")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (line, lines) = mpsc::channel();
    let stderr = BufReader::new(mirror.stderr.take().unwrap());
    thread::spawn(move || {
        let said = stderr.lines().map_while(Result::ok);
        said.for_each(|said| drop(line.send(said)));
    });
    let is_fed = |patience: Duration| {
        let mut bytes = [0; 256];
        socket.set_read_timeout(Some(patience)).unwrap();
        let said = socket.recv(&mut bytes);
        said.is_ok_and(|count| bytes[..count].starts_with(b"WATCHDOG=1"))
    };
    // However long a busy machine takes: the driver hangs once the watchdog has been fed.
    let fed = wait_for(|| is_fed(Duration::from_millis(100)).then_some(()));
    assert!(fed.is_some(), "fed while pictures come");
    fs::write(&hang, "").unwrap();
    wait_for(|| hangs.exists().then_some(())).expect("the driver hangs");
    let named = wait_for(|| {
        let mut said = lines.try_iter();
        said.any(|said| said.contains("no progress") && said.contains("capture"))
            .then_some(())
    });
    assert!(named.is_some(), "the log names what stands still");
    // What was said before that still lies in the socket.
    socket.set_nonblocking(true).unwrap();
    while socket.recv(&mut [0; 256]).is_ok() {}
    socket.set_nonblocking(false).unwrap();
    let starving = Duration::from_secs(2);
    assert!(!is_fed(starving), "a service manager has killed it by now");
    assert!(mirror.try_wait().unwrap().is_none(), "it hangs");
    mirror.kill().unwrap();
    mirror.wait().unwrap();
}
