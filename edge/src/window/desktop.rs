//! The X desktop around the window: its monitors, full screen, and the monitor's light.

use crate::{error::EdgeError, service::idle::Light};
use x11rb::{
    connection::Connection,
    errors::ConnectError,
    errors::ReplyError,
    protocol::{
        dpms::{ConnectionExt as _, DPMSMode},
        randr::ConnectionExt as _,
        xproto::{
            AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask,
            StackMode, Window,
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
    /// Connects to the display of the environment.
    ///
    /// # Errors
    /// Why no X server could be reached.
    pub(crate) fn connect() -> Result<Self, ConnectError> {
        let (connection, screen) = x11rb::connect(None)?;
        let root = connection.setup().roots[screen].root;
        Ok(Self {
            connection,
            root,
            before: None,
        })
    }

    /// The primary monitor, or the whole screen if the server does not know monitors.
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

    /// Switches the monitor's light on or off. A screen without that ability stays lit.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn set_light(&self, light: Light) -> Result<(), EdgeError> {
        let level = match light {
            Light::On => DPMSMode::ON,
            Light::Off => DPMSMode::OFF,
        };
        let switched = || -> Result<(), ReplyError> {
            self.connection.dpms_enable()?.check()?;
            self.connection.dpms_force_level(level)?.check()
        };
        match switched() {
            Err(ReplyError::ConnectionError(
                x11rb::errors::ConnectionError::UnsupportedExtension,
            )) => Ok(()),
            // The server has the extension, but the monitor cannot be switched.
            Err(ReplyError::X11Error(error)) => {
                log::debug!("the monitor's light cannot be switched: {error:?}");
                Ok(())
            }
            result => result.map_err(window_error),
        }
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
        } else {
            // No window manager, as in a kiosk's bare X session.
            let aux = ConfigureWindowAux::new()
                .x(geometry.x)
                .y(geometry.y)
                .width(geometry.width)
                .height(geometry.height)
                .stack_mode(StackMode::ABOVE);
            self.connection.configure_window(window, &aux)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    /// Whether a window manager is running.
    fn has_manager(&self) -> Result<bool, ReplyError> {
        let check = self.atom("_NET_SUPPORTING_WM_CHECK")?;
        let kind = AtomEnum::WINDOW;
        let property = self
            .connection
            .get_property(false, self.root, check, kind, 0, 1)?;
        Ok(property.reply()?.value_len > 0)
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

fn window_error(error: ReplyError) -> EdgeError {
    EdgeError::Window(format!("the X server refused: {error}"))
}
