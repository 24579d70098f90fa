//! The X server, looked at before a window is opened on it: on a screen that minifb does not expect it
//! crashes or shows wrong colours.

use std::{env, fmt, sync::mpsc, thread, time::Duration};
use x11rb::{
    connection::Connection,
    errors::ConnectError,
    protocol::xproto::{ImageOrder, Screen, Setup, VisualClass, Visualtype},
    rust_connection::RustConnection,
};

/// Longest wait for a server that takes the connection and says nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// What minifb draws: 32 bits per pixel, blue in the lowest byte.
const MASKS: [u32; 3] = [0x00ff_0000, 0x0000_ff00, 0x0000_00ff];

/// A connection to an X server.
pub(crate) struct Server {
    pub(crate) connection: RustConnection,
    /// Index of the screen.
    pub(crate) screen: usize,
    /// What `DISPLAY` says.
    pub(crate) display: String,
}

/// Why there is no window, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoScreen {
    pub(crate) found: String,
    pub(crate) fix: String,
}

impl fmt::Display for NoScreen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.found, self.fix)
    }
}

impl Server {
    /// Connects to `display`, e.g. `:0`, and looks at its screen.
    ///
    /// # Errors
    /// [`NoScreen`] when nothing answers or the screen cannot be drawn on.
    pub(crate) fn open(display: &str) -> Result<Self, NoScreen> {
        let (connection, screen) = connect(display)?;
        suits(connection.setup(), screen).map_err(|no| NoScreen {
            found: format!("{display}: {}", no.found),
            ..no
        })?;
        Ok(Self {
            connection,
            screen,
            display: display.into(),
        })
    }

    /// Opens the display of the environment.
    ///
    /// # Errors
    /// [`NoScreen`].
    pub(crate) fn of_environment() -> Result<Self, NoScreen> {
        let display = env::var("DISPLAY").unwrap_or_default();
        if display.is_empty() {
            return Err(unset(env::var("WAYLAND_DISPLAY").ok().as_deref()));
        }
        Self::open(&display)
    }

    /// Width, height and depth, e.g. `1920x1080, 24 bits`.
    pub(crate) fn describe(&self) -> String {
        let Screen {
            width_in_pixels: width,
            height_in_pixels: height,
            root_depth: depth,
            ..
        } = self.connection.setup().roots[self.screen];
        format!("{width}x{height}, {depth} bits")
    }

    /// Whether the pictures travel over a network.
    pub(crate) fn is_remote(&self) -> bool {
        is_remote(&self.display)
    }
}

/// Whether a display is reached over a network, as with `ssh -X`.
pub(crate) fn is_remote(display: &str) -> bool {
    let host = display.rsplit_once(':').map_or("", |(host, _)| host);
    !host.is_empty() && !host.starts_with('/') && !host.starts_with("unix")
}

/// Without `DISPLAY`; `wayland` is what `WAYLAND_DISPLAY` says.
pub(crate) fn unset(wayland: Option<&str>) -> NoScreen {
    match wayland.filter(|name| !name.is_empty()) {
        Some(name) => NoScreen {
            found: format!(
                "found a Wayland session ({name}) without X11 (DISPLAY is not set), expected an X server"
            ),
            fix: "install Xwayland (package xwayland) and log in again, choose an X11 (Xorg) session \
                  at the login, or use `--display none` or `png:DIR`"
                .into(),
        },
        None => NoScreen {
            found: "DISPLAY is not set, expected the name of an X server, e.g. :0".into(),
            fix: "start it from the desktop or set DISPLAY; `--display none` and `png:DIR` need no \
                  screen"
                .into(),
        },
    }
}

fn connect(display: &str) -> Result<(RustConnection, usize), NoScreen> {
    let (sender, receiver) = mpsc::channel();
    let name = display.to_owned();
    let connect = move || {
        // If the wait is over, nobody needs the connection.
        let _ = sender.send(x11rb::connect(Some(&name)));
    };
    let thread = thread::Builder::new().name("connect".into()).spawn(connect);
    let fix =
        "set DISPLAY to a running X server, e.g. :0; `--display none` and `png:DIR` need no screen";
    let no = |found: String, fix: &str| NoScreen {
        found: format!("{display}: {found}"),
        fix: fix.into(),
    };
    if let Err(error) = thread {
        return Err(no(format!("no thread to connect on: {error}"), fix));
    }
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(connected)) => Ok(connected),
        Ok(Err(error @ (ConnectError::SetupAuthenticate(_) | ConnectError::SetupFailed(_)))) => {
            let fix = "run it as the user who is logged in at the screen, or let this one in: \
                       `xhost +si:localuser:$USER`";
            Err(no(format!("the X server refused: {error}"), fix))
        }
        Ok(Err(error)) => Err(no(format!("no X server answers: {error}"), fix)),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            let found = format!("takes the connection, but says nothing for {seconds} s");
            Err(no(found, "restart the X server or the session"))
        }
    }
}

/// Whether the server's screen is one that minifb can draw on.
fn suits(setup: &Setup, screen: usize) -> Result<(), NoScreen> {
    let Some(screen) = setup.roots.get(screen) else {
        let count = setup.roots.len();
        return Err(NoScreen {
            found: format!("found screens 0 to {}, expected screen {screen}", count - 1),
            fix: "name one of them in DISPLAY, or none, e.g. :0".into(),
        });
    };
    let depth = screen.root_depth;
    let mut formats = setup.pixmap_formats.iter();
    let bits = formats
        .find(|format| format.depth == depth)
        .map_or(0, |format| format.bits_per_pixel);
    let mut visuals = screen
        .allowed_depths
        .iter()
        .flat_map(|depth| &depth.visuals);
    let visual = visuals.find(|visual| visual.visual_id == screen.root_visual);
    let is_true = |visual: &Visualtype| {
        visual.class == VisualClass::TRUE_COLOR
            && [visual.red_mask, visual.green_mask, visual.blue_mask] == MASKS
    };
    if depth < 24 || bits != 32 || !visual.is_some_and(is_true) {
        let kind = visual.map_or_else(|| "no visual".into(), describe);
        return Err(NoScreen {
            found: format!(
                "found a screen of depth {depth} ({bits} bits per pixel, {kind}), expected depth 24 \
                 (32 bits per pixel, TrueColor ff0000 ff00 ff)"
            ),
            fix: "start the X server with depth 24: `DefaultDepth 24` in the Screen section of \
                  xorg.conf, `startx -- -depth 24`, or `Xvfb -screen 0 1280x720x24`"
                .into(),
        });
    }
    let here = if cfg!(target_endian = "little") {
        ImageOrder::LSB_FIRST
    } else {
        ImageOrder::MSB_FIRST
    };
    if setup.image_byte_order != here {
        return Err(NoScreen {
            found: format!(
                "found a screen whose pixels have the byte order {:?}, expected {here:?}",
                setup.image_byte_order
            ),
            fix: "use the screen of a machine like this one".into(),
        });
    }
    Ok(())
}

fn describe(visual: &Visualtype) -> String {
    let class = match visual.class {
        VisualClass::STATIC_GRAY => "StaticGray",
        VisualClass::GRAY_SCALE => "GrayScale",
        VisualClass::STATIC_COLOR => "StaticColor",
        VisualClass::PSEUDO_COLOR => "PseudoColor",
        VisualClass::DIRECT_COLOR => "DirectColor",
        _ => "TrueColor",
    };
    let [red, green, blue] = [visual.red_mask, visual.green_mask, visual.blue_mask];
    format!("{class} {red:x} {green:x} {blue:x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use x11rb::protocol::xproto::{Depth, Format};

    /// A server whose only screen has this depth, bits per pixel and visual.
    fn setup(depth: u8, bits: u8, class: VisualClass, masks: [u32; 3]) -> Setup {
        let [red_mask, green_mask, blue_mask] = masks;
        let visual = Visualtype {
            visual_id: 33,
            class,
            bits_per_rgb_value: 8,
            colormap_entries: 256,
            red_mask,
            green_mask,
            blue_mask,
        };
        let screen = Screen {
            root_depth: depth,
            root_visual: 33,
            allowed_depths: vec![Depth {
                depth,
                visuals: vec![visual],
            }],
            ..Screen::default()
        };
        let scanline_pad = 32;
        let format = Format {
            depth,
            bits_per_pixel: bits,
            scanline_pad,
        };
        Setup {
            image_byte_order: ImageOrder::LSB_FIRST,
            pixmap_formats: vec![format],
            roots: vec![screen],
            ..Setup::default()
        }
    }

    #[test]
    fn a_screen_that_cannot_be_drawn_on_is_named_with_the_fix() {
        let ok = setup(24, 32, VisualClass::TRUE_COLOR, MASKS);
        assert_eq!(suits(&ok, 0), Ok(()));
        let [red, green, blue] = MASKS;
        for (depth, bits, class, masks) in [
            (1, 1, VisualClass::STATIC_GRAY, [0, 0, 0]),
            (8, 8, VisualClass::PSEUDO_COLOR, [0, 0, 0]),
            (15, 16, VisualClass::TRUE_COLOR, [0x7c00, 0x3e0, 0x1f]),
            (16, 16, VisualClass::TRUE_COLOR, [0xf800, 0x7e0, 0x1f]),
            (24, 24, VisualClass::TRUE_COLOR, MASKS),
            (24, 32, VisualClass::TRUE_COLOR, [blue, green, red]),
            (24, 32, VisualClass::DIRECT_COLOR, MASKS),
            (
                30,
                32,
                VisualClass::TRUE_COLOR,
                [0x3ff0_0000, 0xffc00, 0x3ff],
            ),
        ] {
            let no = suits(&setup(depth, bits, class, masks), 0).unwrap_err();
            assert!(no.found.contains(&format!("depth {depth} ")), "{no}");
            assert!(no.found.contains("expected depth 24"), "{no}");
            assert!(no.fix.contains("DefaultDepth 24"), "{no}");
        }
        let mut other = ok.clone();
        other.image_byte_order = ImageOrder::MSB_FIRST;
        assert!(suits(&other, 0).unwrap_err().found.contains("byte order"));
        assert!(suits(&ok, 3).unwrap_err().found.contains("screens 0 to 0"));
    }

    #[test]
    fn displays_of_other_machines_are_told_from_those_of_this_one() {
        for here in [":0", ":1.0", "unix:0", "/tmp/launch-x/org.xquartz:0"] {
            assert!(!is_remote(here), "{here}");
        }
        for there in ["localhost:10.0", "desk:0", "192.168.1.5:0.0", "tcp/desk:0"] {
            assert!(is_remote(there), "{there}");
        }
    }

    #[test]
    fn a_wayland_session_without_x_is_told_what_to_install() {
        assert!(unset(Some("wayland-0")).fix.contains("Xwayland"));
        assert!(unset(Some("")).found.contains("DISPLAY is not set"));
        assert!(unset(None).found.contains("DISPLAY is not set"));
    }
}
