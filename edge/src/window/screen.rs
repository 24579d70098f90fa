//! The window itself: its size on the desktop, mouse pointer, light and pixels.

use super::{
    desktop::{Desktop, WindowMode, window_error},
    input::{Input, InputReader},
    light::{self, SaverGuard},
    options::ScreenOptions,
    server::Server,
};
use crate::{
    error::EdgeError,
    service::idle::{Idle, Light},
};
use minifb::{ScaleMode, Window, WindowOptions};
use std::time::Instant;
use x11rb::connection::Connection;

/// A window on the X display.
pub(crate) struct Screen {
    window: Window,
    desktop: Desktop,
    input: InputReader,
    /// A kiosk always covers the screen and has no mouse pointer.
    kiosk: bool,
    mode: WindowMode,
    idle: Idle,
    light: Light,
    saver: SaverGuard,
}

impl Screen {
    /// Opens the window.
    ///
    /// # Errors
    /// [`EdgeError::Window`], e.g. without a display.
    pub(crate) fn open(options: &ScreenOptions) -> Result<Self, EdgeError> {
        let kiosk = options.kiosk;
        let server = Server::of_environment().map_err(|no| EdgeError::Window(no.to_string()))?;
        if server.is_remote() {
            let display = &server.display;
            log::warn!(
                "window: {display} is on another machine, where every picture travels uncompressed; a \
                 small --window-size helps"
            );
        }
        let mut desktop = Desktop::new(server)?;
        let monitor = desktop.monitor()?;
        let monitor = [monitor.width, monitor.height].map(|side| side as usize);
        let [width, height] = if kiosk {
            monitor
        } else {
            [0, 1].map(|side| options.window_size[side].min(monitor[side]))
        };
        let settings = WindowOptions {
            resize: true,
            borderless: kiosk,
            // Pixels are drawn at the window's own size.
            scale_mode: ScaleMode::UpperLeft,
            ..WindowOptions::default()
        };
        let mut window =
            Window::new("Mirror", width, height, settings).map_err(|error| no_window(&error))?;
        // The main loop sets the pace, so that presenting is timed without minifb's waits.
        window.set_target_fps(0);
        window.set_background_color(8, 9, 12);
        let mut input = InputReader::attach(desktop.connection(), handle(&window))
            .map_err(|error| EdgeError::Window(error.to_string()))?;
        let mut mode = WindowMode::Windowed;
        if kiosk {
            mode = WindowMode::FullScreen;
            input
                .show_pointer(desktop.connection(), false)
                .map_err(window_error)?;
            desktop.cover(handle(&window))?;
        }
        Ok(Self {
            window,
            desktop,
            input,
            kiosk,
            mode,
            idle: Idle::new(options.blank_after(), Instant::now()),
            light: Light::On,
            saver: SaverGuard::default(),
        })
    }

    /// Whether the window has not been closed.
    pub(crate) fn is_open(&self) -> bool {
        self.window.is_open()
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> [usize; 2] {
        let (width, height) = self.window.get_size();
        [width, height]
    }

    /// Calls `act` for everything that was done since the last call, in order, and follows monitors that
    /// come, go, turn or change their size.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn read_input(&mut self, mut act: impl FnMut(Input)) -> Result<(), EdgeError> {
        let connection = self.desktop.connection();
        let mut changed = false;
        while let Some(event) = connection
            .poll_for_event()
            .map_err(|error| window_error(error.into()))?
        {
            changed |= self.desktop.is_change(&event);
            self.input
                .read(connection, &event, &mut act)
                .map_err(window_error)?;
        }
        if changed {
            self.desktop.follow(handle(&self.window), self.mode)?;
        }
        Ok(())
    }

    /// Covers the screen, or goes back to a window; a kiosk stays as it is.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn toggle_full_screen(&mut self) -> Result<(), EdgeError> {
        if self.kiosk {
            return Ok(());
        }
        self.mode = match self.mode {
            WindowMode::Windowed => WindowMode::FullScreen,
            WindowMode::FullScreen => WindowMode::Windowed,
        };
        self.desktop.set_mode(handle(&self.window), self.mode)
    }

    /// Shows or hides the mouse pointer; a kiosk never has one.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn show_pointer(&mut self, shown: bool) -> Result<(), EdgeError> {
        self.input
            .show_pointer(self.desktop.connection(), shown && !self.kiosk)
            .map_err(window_error)
    }

    /// Goes dark some time after the last visitor has left, and lights up for the next one. Returns
    /// whether that has just changed.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn follow_visitor(&mut self, present: bool) -> Result<bool, EdgeError> {
        let (now, connection) = (Instant::now(), self.desktop.connection());
        self.saver.watch(connection, present, now)?;
        let light = self.idle.look(present, now);
        if light == self.light {
            return Ok(false);
        }
        self.light = light;
        light::set(connection, light)?;
        Ok(true)
    }

    /// Whether the light is off.
    pub(crate) fn is_dark(&self) -> bool {
        self.light == Light::Off
    }

    /// Handles the window's events, which [`Screen::present`] does otherwise.
    pub(crate) fn update(&mut self) {
        self.window.update();
    }

    /// Shows `0x00RRGGBB` pixels of this size, and handles the window's events.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn present(
        &mut self,
        pixels: &[u32],
        [width, height]: [usize; 2],
    ) -> Result<(), EdgeError> {
        self.window
            .update_with_buffer(pixels, width, height)
            .map_err(|error| EdgeError::Window(error.to_string()))
    }
}

impl Drop for Screen {
    /// Nobody else would switch the light on again.
    fn drop(&mut self) {
        if self.is_dark() {
            // If the X server is gone, there is nothing left to switch.
            let _ = light::set(self.desktop.connection(), Light::On);
        }
    }
}

fn no_window(error: &dyn std::fmt::Display) -> EdgeError {
    let display = std::env::var("DISPLAY").unwrap_or_default();
    EdgeError::Window(format!(
        "{error} (DISPLAY is {display:?}; `--display none` and `png:DIR` need no screen)"
    ))
}

/// The window's X identifier, which minifb returns as a pointer.
fn handle(window: &Window) -> u32 {
    window.get_window_handle() as usize as u32
}
