//! The mirror on the kernel's own camera drivers, in the virtual machine of `make test-camera`: `uvcvideo`
//! on a USB webcam in user space, and `vivid`. Elsewhere these tests say that they skip.

use crate::{
    bundle::Tiny,
    place::{Place, assert_succeeds, runtime, skip},
};
use image::RgbImage;
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

/// An emulated machine is slow.
const PATIENCE: Duration = Duration::from_secs(120);
const CYCLES: u64 = 20;

/// The webcam in user space; it is pulled out with the value.
struct Webcam {
    process: Child,
    events: Receiver<String>,
}

impl Webcam {
    /// Plugged in, if this is the virtual machine.
    fn new() -> Option<Self> {
        let Some(program) = env::var_os("USB_CAMERA") else {
            skip("not in the virtual machine of `make test-camera`");
            return None;
        };
        let mut process = Command::new(program)
            .arg("run")
            .arg(env::var_os("USB_CAMERA_PICTURES").unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, events) = mpsc::channel();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut camera = Self { process, events };
        camera.wait_for("plugged");
        Some(camera)
    }

    fn tell(&mut self, command: &str) {
        let stdin = self.process.stdin.as_mut().unwrap();
        writeln!(stdin, "{command}").unwrap();
    }

    /// Waits for an event that starts with `word`.
    fn wait_for(&mut self, word: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left);
            let event = event.unwrap_or_else(|_| panic!("the webcam never said {word:?}"));
            if event.starts_with(word) {
                return event;
            }
        }
    }
}

impl Drop for Webcam {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::sleep(Duration::from_millis(100));
    }
}

/// An Xvfb with the mirror in full view.
struct Screen {
    place: Place,
    server: Child,
    mirror: Child,
}

impl Drop for Screen {
    fn drop(&mut self) {
        for child in [&mut self.mirror, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

const DISPLAY: &str = ":79";

fn tool(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("DISPLAY", DISPLAY)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn act(arguments: &[&str]) {
    let status = Command::new("xdotool")
        .args(arguments)
        .env("DISPLAY", DISPLAY)
        .status();
    assert!(status.unwrap().success(), "xdotool {arguments:?}");
    // A press shorter than a tick of the window would be lost.
    thread::sleep(Duration::from_millis(600));
}

impl Screen {
    fn new(library: &Path, source: &str) -> Self {
        let place = Place::with_bundle(&Tiny::default());
        let server = Command::new("Xvfb")
            .args([DISPLAY, "-screen", "0", "960x720x24", "-nolisten", "tcp"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("the X server", || {
            tool("xdotool", &["getdisplaygeometry"]).is_some()
        });
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            source,
            "--display",
            "window",
            "--attr",
            "smile=0.5",
            "--report",
            "r.json",
        ];
        let mirror = place
            .command(library, &arguments)
            .env("DISPLAY", DISPLAY)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            place,
            server,
            mirror,
        }
    }

    fn shot(&self) -> RgbImage {
        let path: PathBuf = self.place.path("shot.png");
        let name = path.display().to_string();
        let status = Command::new("import")
            .args(["-window", "root", &name])
            .env("DISPLAY", DISPLAY)
            .status();
        assert!(status.unwrap().success(), "a screenshot");
        image::open(path).unwrap().into_rgb8()
    }

    /// Mean brightness of the upper half, where no controls are.
    fn brightness(&self) -> f64 {
        let shot = self.shot();
        let half = &shot.as_raw()[..shot.as_raw().len() / 2];
        half.iter().map(|&byte| f64::from(byte)).sum::<f64>() / half.len() as f64
    }
}

#[test]
fn a_usb_webcam_is_mirrored_and_survives_twenty_unplugs_a_freeze_and_cut_off_pictures() {
    let Some(library) = runtime() else { return };
    let Some(mut webcam) = Webcam::new() else {
        return;
    };
    let device = Path::new("/dev/video0");
    until("the device node", || device.exists());
    let mut screen = Screen::new(&library, "camera:/dev/video0");
    let event = webcam.wait_for("streaming");
    assert_eq!(event, "streaming 1280x720 MJPG", "the best mode is taken");
    until("the picture", || screen.brightness() > 20.0);
    if let Some(kept) = env::var_os("CAMERA_VM_SHOT") {
        screen.shot().save(kept).unwrap();
    }

    // The slider spans 76 to 603 pixels of the 960 wide window, -1 to 1.5.
    act(&["mousemove", "400", "645"]);
    act(&["mousedown", "1"]);
    act(&["mousemove", "500", "640"]);
    act(&["mousemove", "590", "640"]);
    act(&["mouseup", "1"]);

    for cycle in 1..=CYCLES {
        webcam.tell("unplug");
        webcam.wait_for("unplugged");
        webcam.tell("plug");
        webcam.wait_for("streaming");
        println!("unplugged and back: {cycle}");
    }
    webcam.tell("freeze");
    thread::sleep(Duration::from_secs(4));
    webcam.tell("go");
    webcam.wait_for("streaming");
    webcam.tell("truncate");
    thread::sleep(Duration::from_secs(2));
    webcam.tell("go");
    thread::sleep(Duration::from_secs(1));
    assert!(screen.brightness() > 20.0, "the picture is back");

    act(&["keydown", "Escape"]);
    until("the end", || screen.mirror.try_wait().unwrap().is_some());
    assert!(screen.mirror.wait().unwrap().success());
    let report = screen.place.report("r.json");
    assert!(
        report["camera_interruptions"].as_u64().unwrap() > CYCLES,
        "{report}"
    );
    assert!(report["frames_skipped"].as_u64().unwrap() > 0, "{report}");
    assert!(report["frames_edited"].as_u64().unwrap() > 0, "{report}");
    let strength = report["strengths"][0][1].as_f64().unwrap();
    assert!(strength > 1.3, "the slider was dragged to {strength}");
}

#[test]
fn the_vivid_driver_is_read() {
    let Some(library) = runtime() else { return };
    if env::var_os("USB_CAMERA").is_none() {
        skip("not in the virtual machine of `make test-camera`");
        return;
    }
    let node = fs::read_dir("/sys/class/video4linux")
        .unwrap()
        .map(|entry| entry.unwrap())
        .find(|entry| {
            let name = fs::read_to_string(entry.path().join("name")).unwrap();
            name.contains("vid-cap")
        });
    let node = node.expect("vivid's capture node").file_name();
    let source = format!("camera:/dev/{}", node.to_string_lossy());
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        &source,
        "--display",
        "none",
        "--frames",
        "10",
        "--report",
        "r.json",
    ];
    assert_succeeds(&place.edge(&library, &arguments));
    assert_eq!(place.report("r.json")["frames_captured"], 10);
    let listed = place.edge(&library, &["cameras"]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("vivid"), "{text}");
}
