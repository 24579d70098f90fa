//! The mirror on real camera drivers, in the virtual machine of `make test-camera`: the kernel's `uvcvideo`
//! on a USB webcam in user space, its `vivid`, and `v4l2loopback`. Elsewhere these tests say that they skip.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, skip},
    xvfb::{Screen, wait_for},
};
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
const PATIENCE: Duration = Duration::from_mins(2);
const CYCLES: u64 = 20;
/// The camera of the driver `vivid`, which shows a test picture.
const VIVID: &str = "/dev/video10";
/// The device of v4l2loopback.
const VIRTUAL: &str = "/dev/video20";

/// Where udev names cameras by maker, product and serial number.
const BY_ID: &str = "/dev/v4l/by-id/usb-smile-mirror_Virtual_USB_camera";

/// The webcam in user space; it is pulled out with the value.
struct Webcam {
    process: Child,
    events: Receiver<String>,
}

impl Webcam {
    /// Plugged into a port of the controller, if this is the virtual machine.
    fn new(port: u8) -> Option<Self> {
        let Some(program) = env::var_os("USB_CAMERA") else {
            skip("not in the virtual machine of `make test-camera`");
            return None;
        };
        let mut process = Command::new(program)
            .arg("run")
            .arg(env::var_os("USB_CAMERA_PICTURES").unwrap())
            .args(["--port", &port.to_string()])
            .args(["--serial", &format!("N{port}")])
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

    /// Whether an event that starts with `word` has come and was not waited for.
    fn has_said(&mut self, word: &str) -> bool {
        self.events.try_iter().any(|event| event.starts_with(word))
    }
}

impl Drop for Webcam {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The device node that udev's name of the webcam in this port leads to.
fn node(port: u8) -> Option<PathBuf> {
    fs::canonicalize(format!("{BY_ID}_N{port}-video-index0")).ok()
}

/// Waits until the webcam in this port has the device node `path`.
fn wait_for_node(port: u8, path: &str) {
    let found = wait_for(|| node(port).filter(|node| node == Path::new(path)));
    assert!(found.is_some(), "{path} expected, found {:?}", node(port));
}

/// Mean brightness of the upper half of the window.
fn brightness(screen: &Screen) -> f64 {
    let shot = screen.shot();
    let half = &shot.as_raw()[..shot.as_raw().len() / 2];
    half.iter().map(|&byte| f64::from(byte)).sum::<f64>() / half.len() as f64
}

#[test]
fn a_usb_webcam_is_mirrored_and_survives_twenty_unplugs_a_freeze_and_cut_off_pictures() {
    let Some(mut webcam) = Webcam::new(0) else {
        return;
    };
    wait_for_node(0, "/dev/video0");
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

    let bright = brightness(&screen);
    // The mirror dims its last picture while it says what is wrong.
    let away = |screen: &Screen| brightness(screen) < bright * 0.7;
    for cycle in 1..=CYCLES {
        webcam.tell("unplug");
        webcam.wait_for("unplugged");
        wait_for(|| away(&screen).then_some(())).expect("the mirror says so");
        webcam.tell("plug");
        webcam.wait_for("streaming");
        wait_for(|| (!away(&screen)).then_some(())).expect("the picture again");
        println!("unplugged and back: {cycle}");
    }
    webcam.tell("freeze");
    wait_for(|| away(&screen).then_some(())).expect("the mirror says that nothing comes");
    screen.shot().save("/tmp/share/frozen.png").unwrap();
    webcam.tell("go");
    webcam.wait_for("streaming");
    webcam.tell("truncate");
    thread::sleep(Duration::from_secs(2));
    webcam.tell("go");
    thread::sleep(Duration::from_secs(1));
    wait_for(|| shown(&screen).then_some(())).expect("the picture is back");

    // Another webcam of the same make takes the number meanwhile.
    webcam.tell("unplug");
    webcam.wait_for("unplugged");
    wait_for(|| away(&screen).then_some(())).expect("the mirror says so");
    wait_for(|| (!Path::new("/dev/video0").exists()).then_some(())).expect("the node is gone");
    let mut other = Webcam::new(1).unwrap();
    wait_for_node(1, "/dev/video0");
    webcam.tell("plug");
    webcam.wait_for("streaming");
    assert_ne!(node(0).expect("a name"), Path::new("/dev/video0"));
    wait_for(|| (!away(&screen)).then_some(())).expect("the picture of the same camera");
    assert!(!other.has_said("streaming"), "the other one was taken");
    screen.shot().save("/tmp/share/camera-vm.png").unwrap();

    screen.press("q");
    assert!(screen.ended().success());
    let report = screen.place.report("r.json");
    assert!(
        report["camera_interruptions"].as_u64().unwrap() >= CYCLES + 2,
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
    let source = format!("camera:{VIVID}");
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

#[test]
fn a_second_mirror_on_the_same_camera_is_told_who_has_it() {
    let Some(library) = runtime() else { return };
    if env::var_os("USB_CAMERA").is_none() {
        skip("not in the virtual machine of `make test-camera`");
        return;
    }
    let place = Place::with_bundle(&Tiny::default());
    let source = format!("camera:{VIVID}");
    let arguments = ["run", "--bundle", "bundle", "--source", &source];
    let with = |extra: &[&'static str]| [&arguments[..], extra].concat();
    let mut first = place
        .command(&library, &with(&["--display", "png:first"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Once it shows a picture, it has the camera.
    let shown = || fs::read_dir(place.path("first")).ok()?.next()?.ok();
    wait_for(shown).expect("the first one's picture");
    let refused = place.edge(&library, &with(&["--display", "none", "--frames", "1"]));
    let holder = format!("edge (process {})", first.id());
    assert_fails(&refused, 1, &[VIVID, "busy", &holder]);
    assert_eq!(first.try_wait().unwrap(), None, "the first one goes on");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_mirror_sees_what_another_one_puts_out_as_a_virtual_camera() {
    let Some(webcam) = Webcam::new(0) else {
        return;
    };
    wait_for_node(0, "/dev/video0");
    let library = runtime().unwrap();
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "camera:/dev/video0",
        "--attr",
        "smile=0.5",
        "--language",
        "en",
        "--display",
        "v4l:/dev/video20",
    ];
    let mut first = place.command(&library, &arguments).spawn().unwrap();
    // With exclusive_caps=1 it is a camera from the first picture on.
    let ready = || {
        let device = v4l::Device::with_path(VIRTUAL).unwrap();
        let capabilities = device.query_caps().unwrap().capabilities;
        let is_camera = capabilities.contains(v4l::capability::Flags::VIDEO_CAPTURE);
        is_camera.then_some(())
    };
    wait_for(ready).expect("the virtual camera");
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "camera:/dev/video20",
        "--attr",
        "smile=0.1",
        "--display",
        "png:seen",
        "--report",
        "r.json",
        "--frames",
        "60",
    ];
    let second = place.edge(&library, &arguments);
    let ended = first.try_wait().unwrap();
    let _ = Command::new("kill").arg(first.id().to_string()).status();
    let ending = first.wait().unwrap();
    assert_succeeds(&second);
    assert_eq!(ended, None, "the first one still runs");
    assert!(ending.success(), "{ending}");
    drop(webcam);
    let report = place.report("r.json");
    assert!(report["frames_edited"].as_u64().unwrap() > 0, "{report}");
    let pictures = fs::read_dir(place.path("seen")).unwrap();
    let mut pictures: Vec<_> = pictures.map(|entry| entry.unwrap().path()).collect();
    pictures.sort();
    let last = pictures.last().expect("pictures");
    fs::copy(last, "/tmp/share/looped.png").unwrap();
    let last = image::open(last).unwrap().into_rgb8();
    assert_eq!(last.dimensions(), (1280, 720));
    let is_accent = |pixel: [u8; 3]| {
        let wanted = [88, 96, 255];
        let pairs = pixel.iter().zip(wanted);
        pairs
            .into_iter()
            .all(|(a, b): (&u8, u8)| a.abs_diff(b) < 24)
    };
    let corner = last.enumerate_pixels();
    let marked = corner.filter(|(x, y, pixel)| *x > 640 && *y < 100 && is_accent(pixel.0));
    let marked = marked.count();
    assert!(marked > 500, "{marked} pixels of the first mirror's mark");
}
