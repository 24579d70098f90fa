//! The X desktop around the window: its monitors, which come, go and turn, and full screen.

use super::server::Server;
use crate::error::EdgeError;
use x11rb::{
    connection::Connection,
    errors::{ConnectionError, ReplyError},
    protocol::{
        Event,
        randr::{ConnectionExt as _, NotifyMask},
        xproto::{
            AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConfigureWindowAux,
            ConnectionExt as _, EventMask, StackMode, Window,
        },
    },
    rust_connection::RustConnection,
};

/// A connection of our own, because minifb neither tells the screen's size nor offers full screen.
pub(crate) struct Desktop {
    connection: RustConnection,
    root: Window,
    /// The window's geometry before full screen.
    before: Option<Geometry>,
}

/// Place and size on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Geometry {
    /// The nearest place inside `monitor`, and no larger than that.
    fn within(self, monitor: Self) -> Self {
        let (width, height) = (
            self.width.min(monitor.width),
            self.height.min(monitor.height),
        );
        let last = |start: i32, room: u32, used: u32| start + (room - used) as i32;
        Self {
            x: self
                .x
                .clamp(monitor.x, last(monitor.x, monitor.width, width)),
            y: self
                .y
                .clamp(monitor.y, last(monitor.y, monitor.height, height)),
            width,
            height,
        }
    }
}

/// How a window's size relates to its monitor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowMode {
    Windowed,
    FullScreen,
}

/// `_NET_WM_STATE_ADD` of the Extended Window Manager Hints.
const ADD: u32 = 1;
/// `_NET_WM_STATE_REMOVE`.
const REMOVE: u32 = 0;

impl Desktop {
    /// The desktop of a server, told from now on when its monitors change.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn new(server: Server) -> Result<Self, EdgeError> {
        let Server {
            connection, screen, ..
        } = server;
        let root = connection.setup().roots[screen].root;
        let desktop = Self {
            connection,
            root,
            before: None,
        };
        desktop.watch_monitors().map_err(window_error)?;
        Ok(desktop)
    }

    pub(crate) fn connection(&self) -> &RustConnection {
        &self.connection
    }

    fn watch_monitors(&self) -> Result<(), ReplyError> {
        let changes =
            NotifyMask::SCREEN_CHANGE | NotifyMask::CRTC_CHANGE | NotifyMask::OUTPUT_CHANGE;
        match self.connection.randr_select_input(self.root, changes) {
            Ok(selected) => selected.check()?,
            // Without RandR, the root window tells at least the size.
            Err(ConnectionError::UnsupportedExtension) => {}
            Err(error) => return Err(error.into()),
        }
        let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        self.connection
            .change_window_attributes(self.root, &aux)?
            .check()
    }

    /// Whether an event says that monitors have come, gone, turned or changed their size.
    pub(crate) fn is_change(&self, event: &Event) -> bool {
        match event {
            Event::RandrScreenChangeNotify(_) | Event::RandrNotify(_) => true,
            Event::ConfigureNotify(configured) => configured.window == self.root,
            _ => false,
        }
    }

    /// The primary monitor, or the whole screen if the server does not know monitors or has none.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn monitor(&self) -> Result<Geometry, EdgeError> {
        let monitors = self
            .connection
            .randr_get_monitors(self.root, true)
            .map_err(ReplyError::from)
            .and_then(x11rb::cookie::Cookie::reply);
        let mut monitors = monitors.map_or_else(|_| Vec::new(), |reply| reply.monitors);
        // A monitor that is switched off has no size.
        monitors.retain(|monitor| monitor.width > 0 && monitor.height > 0);
        monitors.sort_by_key(|monitor| !monitor.primary);
        if let Some(monitor) = monitors.first() {
            return Ok(Geometry {
                x: monitor.x.into(),
                y: monitor.y.into(),
                width: monitor.width.into(),
                height: monitor.height.into(),
            });
        }
        self.geometry(self.root).map_err(window_error)
    }

    /// Has `window` follow a change of the monitors: full screen covers the monitor as it is now, and any
    /// other window comes back into view. A window manager does both itself.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn follow(&self, window: Window, mode: WindowMode) -> Result<(), EdgeError> {
        if self.has_manager().map_err(window_error)? {
            return Ok(());
        }
        let monitor = self.monitor()?;
        let geometry = match mode {
            WindowMode::FullScreen => monitor,
            WindowMode::Windowed => {
                let now = self.geometry(window).map_err(window_error)?;
                let within = now.within(monitor);
                if within == now {
                    return Ok(());
                }
                within
            }
        };
        self.place(window, geometry).map_err(window_error)
    }

    /// Makes a kiosk's `window` cover the primary monitor, wherever it was opened.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn cover(&mut self, window: Window) -> Result<(), EdgeError> {
        // A window manager makes it cover the monitor on which most of it is.
        self.place(window, self.monitor()?).map_err(window_error)?;
        self.set_mode(window, WindowMode::FullScreen)
    }

    /// Makes `window` cover the monitor, or puts it back.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn set_mode(&mut self, window: Window, mode: WindowMode) -> Result<(), EdgeError> {
        let monitor = self.monitor()?;
        let geometry = match mode {
            WindowMode::FullScreen => {
                if self.before.is_none() {
                    self.before = Some(self.geometry(window).map_err(window_error)?);
                }
                monitor
            }
            WindowMode::Windowed => self.before.take().unwrap_or(monitor),
        };
        self.request(window, mode, geometry).map_err(window_error)
    }

    fn request(
        &self,
        window: Window,
        mode: WindowMode,
        geometry: Geometry,
    ) -> Result<(), ReplyError> {
        let state = self.atom("_NET_WM_STATE")?;
        let fullscreen = self.atom("_NET_WM_STATE_FULLSCREEN")?;
        if self.has_manager()? {
            let action = match mode {
                WindowMode::FullScreen => ADD,
                WindowMode::Windowed => REMOVE,
            };
            let data = [action, fullscreen, 0, 1, 0];
            let event = ClientMessageEvent::new(32, window, state, data);
            let to = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
            self.connection.send_event(false, self.root, to, event)?;
            self.connection.flush()?;
            Ok(())
        } else {
            // As in a kiosk's bare X session.
            self.place(window, geometry)
        }
    }

    fn place(&self, window: Window, geometry: Geometry) -> Result<(), ReplyError> {
        let aux = ConfigureWindowAux::new()
            .x(geometry.x)
            .y(geometry.y)
            .width(geometry.width)
            .height(geometry.height)
            .stack_mode(StackMode::ABOVE);
        self.connection.configure_window(window, &aux)?;
        self.connection.flush()?;
        Ok(())
    }

    /// Whether a window manager is running: one that has ended leaves its name behind, but no window.
    fn has_manager(&self) -> Result<bool, ReplyError> {
        let check = self.atom("_NET_SUPPORTING_WM_CHECK")?;
        let named = |window| -> Result<Option<Window>, ReplyError> {
            let kind = AtomEnum::WINDOW;
            let property = self
                .connection
                .get_property(false, window, check, kind, 0, 1)?;
            let property = property.reply()?;
            Ok(property.value32().and_then(|mut windows| windows.next()))
        };
        let Some(manager) = named(self.root)? else {
            return Ok(false);
        };
        match named(manager) {
            Err(ReplyError::X11Error(_)) => Ok(false),
            found => Ok(found? == Some(manager)),
        }
    }

    fn geometry(&self, window: Window) -> Result<Geometry, ReplyError> {
        let geometry = self.connection.get_geometry(window)?.reply()?;
        let origin = self
            .connection
            .translate_coordinates(window, self.root, 0, 0)?;
        let origin = origin.reply()?;
        Ok(Geometry {
            x: origin.dst_x.into(),
            y: origin.dst_y.into(),
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    fn atom(&self, name: &str) -> Result<u32, ReplyError> {
        Ok(self
            .connection
            .intern_atom(false, name.as_bytes())?
            .reply()?
            .atom)
    }
}

/// What the X server does not do, or that it has gone.
pub(super) fn window_error(error: ReplyError) -> EdgeError {
    match error {
        ReplyError::ConnectionError(ConnectionError::IoError(_)) => {
            EdgeError::Window("the X display went away".into())
        }
        error => EdgeError::Window(format!("the X server refused: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_comes_back_into_view_and_is_never_larger_than_the_monitor() {
        let at = |x, y, width, height| Geometry {
            x,
            y,
            width,
            height,
        };
        let monitor = at(1280, 0, 1024, 768);
        assert_eq!(
            at(1300, 10, 960, 720).within(monitor),
            at(1300, 10, 960, 720)
        );
        assert_eq!(
            at(100, 500, 960, 720).within(monitor),
            at(1280, 48, 960, 720)
        );
        assert_eq!(at(0, 0, 1920, 1080).within(monitor), monitor);
    }
}
