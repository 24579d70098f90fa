//! A virtual X screen with the mirror on it, real keys and clicks, screenshots.

use crate::place::{Place, runtime, skip};
use image::RgbImage;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    connection::Connection as _,
    protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat},
    rust_connection::RustConnection,
};

/// Size of the screen.
pub const SCREEN: [u32; 2] = [1000, 760];

/// An Xvfb, which ends with the value.
pub struct Server {
    pub process: Child,
    pub display: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An Xvfb and the mirror on it; both end with the value.
pub struct Screen {
    pub mirror: Child,
    pub place: Place,
    pub server: Server,
    window: String,
    at: [i32; 2],
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.mirror.kill();
        let _ = self.mirror.wait();
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

/// Tries until something comes, for two minutes: an emulated machine is slow.
pub fn wait_for<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + Duration::from_mins(2);
    while Instant::now() < deadline {
        if let Some(value) = attempt() {
            return Some(value);
        }
        thread::sleep(Duration::from_millis(100));
    }
    None
}

/// Says which program is missing, if one is.
pub fn tools() -> Option<()> {
    for (program, argument) in [("Xvfb", "-help"), ("xdotool", "version")] {
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
    Some(())
}

impl Server {
    /// An Xvfb with a screen of this depth in bits, or says what is missing.
    pub fn start(depth: u8) -> Option<Self> {
        Self::with_options(depth, &[])
    }

    /// The same with further options of Xvfb.
    pub fn with_options(depth: u8, extra: &[&str]) -> Option<Self> {
        tools()?;
        let [width, height] = SCREEN;
        let screen = format!("{width}x{height}x{depth}");
        // The server takes a free number, and says which. One that resets when xdotool, for a moment its only
        // client, leaves would cut the mirror off.
        let arguments = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            &screen,
            "-nolisten",
            "tcp",
            "-noreset",
        ];
        let mut process = Command::new("Xvfb")
            .args(arguments)
            .args(extra)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        let said = BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut number);
        said.expect("Xvfb starts");
        let display = format!(":{}", number.trim());
        Some(Self { process, display })
    }

    /// A connection to it, and its root window.
    pub fn connect(&self) -> (RustConnection, u32) {
        let (connection, screen) = x11rb::connect(Some(&self.display)).unwrap();
        let root = connection.setup().roots[screen].root;
        (connection, root)
    }
}

impl Screen {
    /// Starts the mirror of the bundle in `place` on a screen of its own, or says what is missing.
    pub fn new(place: Place, extra: &[&str]) -> Option<Self> {
        Self::with_environment(place, extra, &[])
    }

    /// The same with further environment variables for the mirror.
    pub fn with_environment(
        place: Place,
        extra: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        Self::under(&[], place, extra, environment)
    }

    /// The same, with the mirror's call as the last words of another program's.
    pub fn under(
        wrapper: &[&str],
        place: Place,
        extra: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        Self::on(Server::start(24)?, wrapper, place, extra, environment)
    }

    /// The same on this server.
    pub fn on(
        server: Server,
        wrapper: &[&str],
        place: Place,
        extra: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        let library = runtime()?;
        let fixed = [
            "run",
            "--bundle",
            "bundle",
            "--display",
            "window",
            "--language",
            "en",
            "--report",
            "r.json",
        ];
        let arguments: Vec<&str> = fixed.iter().chain(extra).copied().collect();
        let mirror = place
            .command_under(wrapper, &library, &arguments)
            .env("DISPLAY", &server.display)
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut screen = Self {
            mirror,
            place,
            server,
            window: String::new(),
            at: [0, 0],
        };
        let found = wait_for(|| screen.tool(&["search", "--name", "^Mirror$"]));
        found
            .expect("the window opens")
            .trim()
            .clone_into(&mut screen.window);
        let [x, y, _, _] = screen.geometry();
        screen.at = [x, y];
        Some(screen)
    }

    fn tool(&self, arguments: &[&str]) -> Option<String> {
        quiet("xdotool", &self.server.display, arguments).filter(|text| !text.trim().is_empty())
    }

    /// Left, top, width and height of the window.
    pub fn geometry(&self) -> [i32; 4] {
        let text = self
            .tool(&["getwindowgeometry", "--shell", &self.window])
            .unwrap();
        ["X=", "Y=", "WIDTH=", "HEIGHT="].map(|name| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.parse().ok()).unwrap()
        })
    }

    /// The window's number at the X server.
    pub fn id(&self) -> u32 {
        self.window.parse().unwrap()
    }

    /// Lets xdotool do something.
    pub fn send(&self, arguments: &[&str]) {
        quiet("xdotool", &self.server.display, arguments).expect("xdotool works");
    }

    /// The same; what is seen next is drawn after it.
    pub fn act(&self, arguments: &[&str]) {
        self.send(arguments);
        thread::sleep(Duration::from_millis(300));
    }

    /// Presses a key as shortly as xdotool can.
    pub fn press(&self, key: &str) {
        self.act(&["key", key]);
    }

    pub fn resize(&self, width: u32, height: u32) {
        let [width, height] = [width, height].map(|side| side.to_string());
        self.act(&["windowsize", "--sync", &self.window, &width, &height]);
    }

    /// Closes the window as its frame's button does.
    pub fn close(&self) {
        let (connection, _) = self.server.connect();
        let atom = |name: &str| {
            let cookie = connection.intern_atom(false, name.as_bytes()).unwrap();
            cookie.reply().unwrap().atom
        };
        let data = [atom("WM_DELETE_WINDOW"), 0, 0, 0, 0];
        let window = self.window.parse().unwrap();
        let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        let sent = connection.send_event(false, window, EventMask::NO_EVENT, event);
        sent.unwrap().check().unwrap();
    }

    /// The same number in words, for xdotool.
    pub fn window(&self) -> &str {
        &self.window
    }

    /// A place in the window as one on the screen, in words for xdotool.
    pub fn on_screen(&self, [x, y]: [i32; 2]) -> [String; 2] {
        [self.at[0] + x, self.at[1] + y].map(|value| value.to_string())
    }

    /// To a place in the window.
    pub fn move_to(&self, at: [i32; 2]) {
        let [x, y] = self.on_screen(at);
        self.act(&["mousemove", &x, &y]);
    }

    pub fn tap(&self, at: [i32; 2]) {
        self.move_to(at);
        self.act(&["mousedown", "1"]);
        self.act(&["mouseup", "1"]);
    }

    /// The window's pixels.
    pub fn shot(&self) -> RgbImage {
        let (connection, _) = self.server.connect();
        let window = self.window.parse().unwrap();
        let size = connection.get_geometry(window).unwrap().reply().unwrap();
        let [width, height] = [size.width, size.height];
        let format = ImageFormat::Z_PIXMAP;
        let asked = connection.get_image(format, window, 0, 0, width, height, !0);
        let bgrx = asked.unwrap().reply().expect("a screenshot").data;
        let rgb = bgrx.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]);
        RgbImage::from_raw(width.into(), height.into(), rgb.collect()).unwrap()
    }

    /// Whether the mark stands in the upper right corner of a 960x720 window.
    pub fn is_marked(&self) -> bool {
        let [red, green, blue] = self.shot().get_pixel(928, 24).0;
        red.abs_diff(88) < 6 && green.abs_diff(96) < 6 && blue > 249
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let ended = wait_for(|| self.mirror.try_wait().ok().flatten());
        ended.expect("the mirror ends")
    }

    /// Ends it as a service manager does, and returns the report.
    pub fn terminate(mut self) -> serde_json::Value {
        let process = self.mirror.id().to_string();
        let sent = Command::new("kill").arg(process).status().unwrap();
        assert!(sent.success());
        assert!(self.ended().success(), "SIGTERM");
        self.place.report("r.json")
    }

    /// Ends it with a key and returns the strength in the report.
    pub fn end(mut self, key: &str) -> f64 {
        self.press(key);
        assert!(self.ended().success());
        self.place.report("r.json")["strengths"][0][1]
            .as_f64()
            .unwrap()
    }
}
