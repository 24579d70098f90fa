//! Every press and release of pointer, finger and keyboard, in order.
//!
//! They are events, which the X server keeps until they are read: a finger that is lifted at once, or while
//! the machine is busy, is seen nevertheless. Only one client may receive a window's button events, and
//! minifb does so to forget all but the last; an invisible pane over the window takes them instead.

use super::{
    keyboard::Keyboard,
    keys::{KeyCommand, KeyEvent, KeyMap},
};
use crate::overlay::widget::pointer::Pointer;
use x11rb::{
    connection::Connection,
    errors::{ReplyError, ReplyOrIdError},
    protocol::{
        Event,
        xproto::{
            ChangeWindowAttributesAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Cursor,
            EventMask, KeyButMask, NotifyMode, Rectangle, Window, WindowClass,
        },
    },
    rust_connection::RustConnection,
};

/// As large as a window can be, so that it covers the mirror's at any size.
const PANE: u16 = 32767;
/// The button that clicks, and which X makes of a finger.
const LEFT: u8 = 1;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Input {
    Pointer(Pointer),
    Key(KeyCommand),
}

/// What the window's events are read with.
pub(crate) struct InputReader {
    window: Window,
    pane: Window,
    keyboard: Keyboard,
    keys: KeyMap,
    pointer_shown: bool,
    /// The cursor that cannot be seen.
    nothing: Cursor,
}

impl InputReader {
    /// Receives the input of `window` from now on.
    ///
    /// # Errors
    /// Those of the X server.
    pub(crate) fn attach(
        connection: &RustConnection,
        window: Window,
    ) -> Result<Self, ReplyOrIdError> {
        let keyboard = Keyboard::watch(connection).unwrap_or_else(|error| {
            log::warn!("keyboard: {error}; keys are told by their place on an American keyboard");
            Keyboard::default()
        });
        let keys = EventMask::KEY_PRESS | EventMask::KEY_RELEASE | EventMask::FOCUS_CHANGE;
        let aux = ChangeWindowAttributesAux::new().event_mask(keys);
        connection.change_window_attributes(window, &aux)?.check()?;
        let pane = connection.generate_id()?;
        let pointer =
            EventMask::BUTTON_PRESS | EventMask::BUTTON_RELEASE | EventMask::POINTER_MOTION;
        let aux = CreateWindowAux::new().event_mask(pointer);
        let class = WindowClass::INPUT_ONLY;
        connection
            .create_window(0, pane, window, 0, 0, PANE, PANE, 0, class, 0, &aux)?
            .check()?;
        connection.map_window(pane)?.check()?;
        Ok(Self {
            window,
            pane,
            keyboard,
            keys: KeyMap::default(),
            pointer_shown: true,
            nothing: invisible(connection, window)?,
        })
    }

    /// Shows or hides the mouse pointer over the window.
    ///
    /// # Errors
    /// Those of the X server.
    pub(crate) fn show_pointer(
        &mut self,
        connection: &RustConnection,
        shown: bool,
    ) -> Result<(), ReplyError> {
        if shown != self.pointer_shown {
            self.pointer_shown = shown;
            let cursor = if shown { x11rb::NONE } else { self.nothing };
            let aux = ChangeWindowAttributesAux::new().cursor(cursor);
            connection.change_window_attributes(self.pane, &aux)?;
            connection.flush()?;
        }
        Ok(())
    }

    /// Calls `act` with what an event says about this window, if anything.
    ///
    /// # Errors
    /// Those of the X server.
    pub(crate) fn read(
        &mut self,
        connection: &RustConnection,
        event: &Event,
        mut act: impl FnMut(Input),
    ) -> Result<(), ReplyError> {
        match event {
            Event::KeyPress(key) | Event::KeyRelease(key) if key.event == self.window => {
                let down = matches!(event, Event::KeyPress(_));
                let named = self.keyboard.key(key.detail, key.state);
                let command = named.and_then(|key| self.keys.follow(KeyEvent { key, down }));
                command
                    .into_iter()
                    .for_each(|command| act(Input::Key(command)));
            }
            Event::FocusOut(focus)
                if focus.event == self.window && focus.mode != NotifyMode::GRAB =>
            {
                while let Some(command) = self.keys.lose() {
                    act(Input::Key(command));
                }
            }
            Event::ButtonPress(button) if button.detail == LEFT => {
                act(pointer(button.event_x, button.event_y, true));
            }
            Event::ButtonRelease(button) if button.detail == LEFT => {
                act(pointer(button.event_x, button.event_y, false));
            }
            Event::MotionNotify(motion) => {
                // The state, because a release may have gone to whoever grabbed the pointer meanwhile.
                let down = u16::from(motion.state) & u16::from(KeyButMask::BUTTON1) != 0;
                act(pointer(motion.event_x, motion.event_y, down));
            }
            Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) => {
                self.keyboard = Keyboard::read(connection)?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn pointer(x: i16, y: i16, down: bool) -> Input {
    let at = [x, y].map(f32::from);
    Input::Pointer(Pointer { at, down })
}

/// A cursor without a single pixel; made once, because the server keeps each one that is made.
fn invisible(connection: &RustConnection, window: Window) -> Result<Cursor, ReplyOrIdError> {
    let (pixmap, context, cursor) = (
        connection.generate_id()?,
        connection.generate_id()?,
        connection.generate_id()?,
    );
    connection.create_pixmap(1, pixmap, window, 1, 1)?;
    connection.create_gc(context, pixmap, &CreateGCAux::new().foreground(0))?;
    let all = Rectangle {
        x: 0,
        y: 0,
        width: 1,
        height: 1,
    };
    connection.poly_fill_rectangle(pixmap, context, &[all])?;
    connection.create_cursor(cursor, pixmap, pixmap, 0, 0, 0, 0, 0, 0, 0, 0)?;
    connection.free_gc(context)?;
    connection.free_pixmap(pixmap)?;
    Ok(cursor)
}
