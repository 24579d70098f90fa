//! The X desktop around the window: its monitors, and full screen.

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

/// A connection of its own: minifb neither tells the screen's size nor asks for full screen.
pub struct Desktop {
    connection: RustConnection,
    root: Window,
    /// Place and size before full screen.
    before: Option<Place>,
}

/// Left, top, width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// "Add" of an EWMH state.
const ADD: u32 = 1;
/// "Remove" of an EWMH state.
const REMOVE: u32 = 0;

impl Desktop {
    /// Connects to the display of the environment.
    ///
    /// # Errors
    /// Why no X server is reached.
    pub fn connect() -> Result<Self, ConnectError> {
        let (connection, screen) = x11rb::connect(None)?;
        let root = connection.setup().roots[screen].root;
        Ok(Self {
            connection,
            root,
            before: None,
        })
    }

    /// The primary monitor, or the whole screen where monitors are not known.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub fn monitor(&self) -> Result<Place, EdgeError> {
        let monitors = self
            .connection
            .randr_get_monitors(self.root, true)
            .map_err(ReplyError::from)
            .and_then(x11rb::cookie::Cookie::reply);
        let mut monitors = monitors.map_or_else(|_| Vec::new(), |reply| reply.monitors);
        monitors.sort_by_key(|monitor| !monitor.primary);
        if let Some(monitor) = monitors.first() {
            return Ok(Place {
                x: monitor.x.into(),
                y: monitor.y.into(),
                width: monitor.width.into(),
                height: monitor.height.into(),
            });
        }
        self.place_of(self.root).map_err(window_error)
    }

    /// Makes `window` cover its monitor, or puts it back.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub fn full_screen(&mut self, window: Window, full: bool) -> Result<(), EdgeError> {
        let monitor = self.monitor()?;
        if full && self.before.is_none() {
            self.before = Some(self.place_of(window).map_err(window_error)?);
        }
        let place = match self.before {
            Some(before) if !full => before,
            _ => monitor,
        };
        if !full {
            self.before = None;
        }
        self.request(window, full, place).map_err(window_error)
    }

    /// Switches the monitor's light off, or on again; a screen without that ability stays lit and shows
    /// black.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub fn set_light(&self, light: Light) -> Result<(), EdgeError> {
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
            // The server knows the extension, but its monitor has no light to switch.
            Err(ReplyError::X11Error(error)) => {
                log::debug!("the monitor's light cannot be switched: {error:?}");
                Ok(())
            }
            result => result.map_err(window_error),
        }
    }

    fn request(&self, window: Window, full: bool, place: Place) -> Result<(), ReplyError> {
        let state = self.atom("_NET_WM_STATE")?;
        let fullscreen = self.atom("_NET_WM_STATE_FULLSCREEN")?;
        if self.has_manager()? {
            let action = if full { ADD } else { REMOVE };
            let data = [action, fullscreen, 0, 1, 0];
            let event = ClientMessageEvent::new(32, window, state, data);
            let to = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
            self.connection.send_event(false, self.root, to, event)?;
        } else {
            // Nobody else arranges windows, as in a kiosk's bare X session.
            let aux = ConfigureWindowAux::new()
                .x(place.x)
                .y(place.y)
                .width(place.width)
                .height(place.height)
                .stack_mode(StackMode::ABOVE);
            self.connection.configure_window(window, &aux)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    /// Whether a window manager runs.
    fn has_manager(&self) -> Result<bool, ReplyError> {
        let check = self.atom("_NET_SUPPORTING_WM_CHECK")?;
        let kind = AtomEnum::WINDOW;
        let property = self
            .connection
            .get_property(false, self.root, check, kind, 0, 1)?;
        Ok(property.reply()?.value_len > 0)
    }

    fn place_of(&self, window: Window) -> Result<Place, ReplyError> {
        let geometry = self.connection.get_geometry(window)?.reply()?;
        let origin = self
            .connection
            .translate_coordinates(window, self.root, 0, 0)?;
        let origin = origin.reply()?;
        Ok(Place {
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
