//! The monitor's light: dark while nobody is there, and never by a screen saver while somebody is.

use crate::{error::EdgeError, service::idle::Light};
use std::time::{Duration, Instant};
use x11rb::{
    connection::Connection,
    errors::{ConnectionError, ReplyError},
    protocol::{
        dpms::{ConnectionExt as _, DPMSMode},
        screensaver::ConnectionExt as _,
        xproto::{ConnectionExt as _, ScreenSaver},
    },
    rust_connection::RustConnection,
};

/// Time between two signs of life. Desktops that lock the screen by themselves count from the last one.
const SIGN: Duration = Duration::from_secs(2);

/// Keeps screen saver, DPMS and the desktop's own lock away while somebody is there.
#[derive(Debug, Default)]
pub(crate) struct SaverGuard {
    /// Whether the server's saver is suspended; the server undoes that when the connection ends.
    suspended: bool,
    last_sign: Option<Instant>,
}

impl SaverGuard {
    /// To be called often, with whether somebody is in front of the mirror.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn watch(
        &mut self,
        connection: &RustConnection,
        somebody: bool,
        now: Instant,
    ) -> Result<(), EdgeError> {
        if somebody != self.suspended {
            self.suspended = somebody;
            let light = |()| match somebody {
                // It may have gone dark before anybody came.
                true => relight(connection),
                false => Ok(()),
            };
            tolerate(
                suspend(connection, somebody).and_then(light),
                "screen saver",
            )?;
        }
        let due = self.last_sign.is_none_or(|last| now - last >= SIGN);
        if somebody && due {
            self.last_sign = Some(now);
            let reset = || -> Result<(), ReplyError> {
                connection.force_screen_saver(ScreenSaver::RESET)?;
                Ok(connection.flush()?)
            };
            tolerate(reset(), "screen saver")?;
        }
        Ok(())
    }
}

/// Has the server blank the screen by itself, or not.
fn suspend(connection: &RustConnection, suspended: bool) -> Result<(), ReplyError> {
    // The server wants to know the version before it takes the request.
    connection.screensaver_query_version(1, 1)?.reply()?;
    connection.screensaver_suspend(suspended.into())?.check()
}

/// Lights up a monitor that the server has switched off.
fn relight(connection: &RustConnection) -> Result<(), ReplyError> {
    let dpms = connection.dpms_info()?.reply()?;
    if dpms.state && dpms.power_level != DPMSMode::ON {
        connection.dpms_force_level(DPMSMode::ON)?.check()?;
    }
    Ok(())
}

/// Switches the monitor's light on or off. A screen without that ability stays lit.
///
/// # Errors
/// [`EdgeError::Window`].
pub(crate) fn set(connection: &RustConnection, light: Light) -> Result<(), EdgeError> {
    let level = match light {
        Light::On => DPMSMode::ON,
        Light::Off => DPMSMode::OFF,
    };
    let switched = || -> Result<(), ReplyError> {
        connection.dpms_enable()?.check()?;
        connection.dpms_force_level(level)?.check()
    };
    tolerate(switched(), "the monitor's light cannot be switched")
}

/// Servers without an extension, and monitors that cannot be switched, do without.
fn tolerate(result: Result<(), ReplyError>, what: &str) -> Result<(), EdgeError> {
    match result {
        Err(ReplyError::ConnectionError(ConnectionError::UnsupportedExtension)) => Ok(()),
        Err(ReplyError::X11Error(error)) => {
            log::debug!("{what}: {error:?}");
            Ok(())
        }
        result => result.map_err(super::desktop::window_error),
    }
}
