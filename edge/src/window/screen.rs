//! The window itself: its size on the desktop, mouse pointer, light and pixels.

use super::{
    desktop::{Desktop, WindowMode},
    keys::{KeyCommand, KeyMap, Keys},
    options::ScreenOptions,
};
use crate::{
    error::EdgeError,
    overlay::widget::pointer::Pointer,
    service::idle::{Idle, Light},
};
use minifb::{MouseButton, MouseMode, ScaleMode, Window, WindowOptions};
use std::time::Instant;

/// A window on the X display.
pub(crate) struct Screen {
    window: Window,
    desktop: Desktop,
    keys: Keys,
    key_map: KeyMap,
    /// A kiosk always covers the screen and has no mouse pointer.
    kiosk: bool,
    mode: WindowMode,
    pointer_shown: bool,
    idle: Idle,
    light: Light,
}

impl Screen {
    /// Opens the window.
    ///
    /// # Errors
    /// [`EdgeError::Window`], e.g. without a display.
    pub(crate) fn open(options: &ScreenOptions) -> Result<Self, EdgeError> {
        let kiosk = options.kiosk;
        let mut desktop = Desktop::connect().map_err(|error| no_window(&error))?;
        let [width, height] = if kiosk {
            let monitor = desktop.monitor()?;
            [monitor.width, monitor.height].map(|side| side as usize)
        } else {
            options.window_size
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
        let keys = Keys::default();
        window.set_input_callback(Box::new(keys.clone()));
        let mut mode = WindowMode::Windowed;
        if kiosk {
            mode = WindowMode::FullScreen;
            window.set_cursor_visibility(false);
            desktop.set_mode(handle(&window), mode)?;
        }
        Ok(Self {
            window,
            desktop,
            keys,
            key_map: KeyMap::default(),
            kiosk,
            mode,
            pointer_shown: !kiosk,
            idle: Idle::new(options.blank_after(), Instant::now()),
            light: Light::On,
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

    /// Calls `act` for everything that keys have asked for since the last call.
    pub(crate) fn read_keys(&mut self, act: impl FnMut(KeyCommand)) {
        self.key_map.read(&self.keys, act);
    }

    /// The mouse pointer or finger, if it has been anywhere yet.
    pub(crate) fn pointer(&self) -> Option<Pointer> {
        // Clamped, because a drag may leave the window.
        let (x, y) = self.window.get_unscaled_mouse_pos(MouseMode::Clamp)?;
        let down = self.window.get_mouse_down(MouseButton::Left);
        Some(Pointer { at: [x, y], down })
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
    pub(crate) fn show_pointer(&mut self, shown: bool) {
        let shown = shown && !self.kiosk;
        if shown != self.pointer_shown {
            self.pointer_shown = shown;
            self.window.set_cursor_visibility(shown);
        }
    }

    /// Goes dark some time after the last visitor has left, and lights up for the next one. Returns
    /// whether that has just changed.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub(crate) fn follow_visitor(&mut self, present: bool) -> Result<bool, EdgeError> {
        let light = self.idle.look(present, Instant::now());
        if light == self.light {
            return Ok(false);
        }
        self.light = light;
        self.desktop.set_light(light)?;
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
            let _ = self.desktop.set_light(Light::On);
        }
    }
}

fn no_window(error: &dyn std::fmt::Display) -> EdgeError {
    let display = match std::env::var("DISPLAY") {
        Ok(display) => format!("DISPLAY is {display:?}"),
        Err(_) => "DISPLAY is not set".into(),
    };
    let hint = "`--display none` and `png:DIR` need no screen";
    EdgeError::Window(format!("{error} ({display}; {hint})"))
}

/// The window's X identifier, which minifb returns as a pointer.
fn handle(window: &Window) -> u32 {
    window.get_window_handle() as usize as u32
}
