//! The window on a virtual X screen: real keys, real drags, screenshots.

use crate::{
    bundle::Tiny,
    place::{Place, runtime, skip},
};
use image::RgbImage;
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// An Xvfb and the mirror on it; both end with the value.
struct Screen {
    place: Place,
    display: String,
    server: Child,
    mirror: Child,
    window: [i32; 2],
}

impl Drop for Screen {
    fn drop(&mut self) {
        for child in [&mut self.mirror, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn quiet(program: &str, display: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("DISPLAY", display)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn wait_for<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if let Some(value) = attempt() {
            return Some(value);
        }
        thread::sleep(Duration::from_millis(100));
    }
    None
}

impl Screen {
    /// Starts the mirror on a screen of its own, or says what is missing.
    fn new(number: u32) -> Option<Self> {
        let library = runtime()?;
        for (program, argument) in [
            ("Xvfb", "-help"),
            ("xdotool", "version"),
            ("import", "-version"),
        ] {
            let known = Command::new(program)
                .arg(argument)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if known.is_err() {
                skip(&format!("{program} is not installed"));
                return None;
            }
        }
        let place = Place::with_bundle(&Tiny::default());
        let display = format!(":{number}");
        let server = Command::new("Xvfb")
            .args([&display, "-screen", "0", "1000x760x24", "-nolisten", "tcp"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        wait_for(|| quiet("xdotool", &display, &["getdisplaygeometry"])).expect("Xvfb starts");
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            "demo",
            "--display",
            "window",
            "--attr",
            "smile=0.5",
            "--report",
            "r.json",
        ];
        let mirror = place
            .command(&library, &arguments)
            .env("DISPLAY", &display)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut screen = Self {
            place,
            display,
            server,
            mirror,
            window: [0, 0],
        };
        let found = wait_for(|| screen.tool(&["search", "--name", "^Mirror$"]))?;
        let geometry = screen.tool(&["getwindowgeometry", "--shell", found.trim()])?;
        let value = |name: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.parse().ok()).unwrap()
        };
        screen.window = [value("X="), value("Y=")];
        // The mark appears with the first edited picture.
        wait_for(|| screen.is_marked().then_some(()))?;
        Some(screen)
    }

    fn tool(&self, arguments: &[&str]) -> Option<String> {
        quiet("xdotool", &self.display, arguments).filter(|text| !text.trim().is_empty())
    }

    fn act(&self, arguments: &[&str]) {
        quiet("xdotool", &self.display, arguments).expect("xdotool works");
        // A press shorter than a tick of the window would be lost.
        thread::sleep(Duration::from_millis(300));
    }

    fn at(&self, x: i32, y: i32) -> [String; 2] {
        [self.window[0] + x, self.window[1] + y].map(|value| value.to_string())
    }

    fn move_to(&self, x: i32, y: i32) {
        let [x, y] = self.at(x, y);
        self.act(&["mousemove", &x, &y]);
    }

    fn shot(&self) -> RgbImage {
        let path: PathBuf = self.place.path("shot.png");
        let name = path.display().to_string();
        quiet("import", &self.display, &["-window", "root", &name]).expect("a screenshot");
        image::open(path).unwrap().into_rgb8()
    }

    /// Whether the amber EDITED mark stands in the upper right corner.
    fn is_marked(&self) -> bool {
        let [x, y] = [self.window[0] + 960 - 45, self.window[1] + 27];
        let shot = self.shot();
        let pixel = shot.get_pixel(x as u32, y as u32);
        pixel[0] > 200 && (130..210).contains(&pixel[1]) && pixel[2] < 120
    }

    /// Ends it with a key and returns the strength in the report.
    fn end(mut self, key: &str) -> f64 {
        self.act(&["keydown", key]);
        let ended = wait_for(|| self.mirror.try_wait().ok().flatten());
        assert!(ended.expect("the mirror ends").success());
        self.place.report("r.json")["strengths"][0][1]
            .as_f64()
            .unwrap()
    }
}

#[test]
fn keys_change_compare_and_end() {
    let Some(screen) = Screen::new(191) else {
        return;
    };
    screen.act(&["keydown", "space"]);
    assert!(!screen.is_marked(), "while comparing, nothing is edited");
    screen.act(&["keyup", "space"]);
    assert!(screen.is_marked());
    screen.act(&["keydown", "0"]);
    screen.act(&["keyup", "0"]);
    assert!(!screen.is_marked(), "reset means unchanged");
    screen.act(&["keydown", "Right"]);
    screen.act(&["keyup", "Right"]);
    assert!(screen.is_marked());
    let strength = screen.end("Escape");
    // Holding the key may repeat it.
    assert!(
        strength > 0.0 && (strength * 20.0).fract().abs() < 1e-3,
        "{strength}"
    );
}

#[test]
fn a_drag_moves_the_slider_and_buttons_work_while_held() {
    let Some(screen) = Screen::new(192) else {
        return;
    };
    // The slider spans 76 to 603 pixels of the 960 wide window, -1 to 1.5.
    screen.move_to(400, 645);
    screen.act(&["mousedown", "1"]);
    screen.move_to(500, 640);
    screen.move_to(590, 600);
    screen.act(&["mouseup", "1"]);
    screen.move_to(640, 645);
    screen.act(&["mousedown", "1"]);
    assert!(!screen.is_marked(), "compare is held");
    screen.act(&["mouseup", "1"]);
    assert!(screen.is_marked());
    let strength = screen.end("q");
    assert!((1.3..=1.5).contains(&strength), "{strength}");
}
