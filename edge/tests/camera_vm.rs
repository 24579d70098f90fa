//! The mirror on the kernel's own camera drivers, in the virtual machine of `make test-camera`: `uvcvideo`
//! on a USB webcam in user space, and `vivid`. Elsewhere these tests say that they skip.

use crate::{
    bundle::Tiny,
    place::{Place, assert_succeeds, runtime, skip},
    xvfb::{Screen, wait_for},
};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
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

/// Mean brightness of the upper half of the window.
fn brightness(screen: &Screen) -> f64 {
    let shot = screen.shot();
    let half = &shot.as_raw()[..shot.as_raw().len() / 2];
    half.iter().map(|&byte| f64::from(byte)).sum::<f64>() / half.len() as f64
}

#[test]
fn a_usb_webcam_is_mirrored_and_survives_twenty_unplugs_a_freeze_and_cut_off_pictures() {
    let Some(mut webcam) = Webcam::new() else {
        return;
    };
    let node = || Path::new("/dev/video0").exists().then_some(());
    wait_for(node).expect("the device node");
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "--source",
        "camera:/dev/video0",
        "--attr",
        "smile=0.5",
        "--fade-after",
        "0",
        "--leave-after",
        "0",
    ];
    let mut screen = Screen::new(place, &arguments).expect("the mirror starts");
    let event = webcam.wait_for("streaming");
    assert_eq!(event, "streaming 1280x720 MJPG", "the best mode is taken");
    let shown = |screen: &Screen| screen.is_marked() && brightness(screen) > 20.0;
    wait_for(|| shown(&screen).then_some(())).expect("the edited picture");

    // The slider spans 42 to 918 pixels of a window of 960x720, -1 to 1.5.
    screen.move_to([400, 574]);
    screen.act(&["mousedown", "1"]);
    screen.move_to([600, 570]);
    screen.move_to([888, 560]);
    screen.act(&["mouseup", "1"]);

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
    wait_for(|| shown(&screen).then_some(())).expect("the picture is back");
    screen.shot().save("/tmp/share/camera-vm.png").unwrap();

    screen.press("q");
    assert!(screen.ended().success());
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
