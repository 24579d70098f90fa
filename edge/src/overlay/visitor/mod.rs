//! The visitor in front of the mirror: whether somebody is there, and what fingers and keys do.

pub(crate) mod action;
mod input;
pub(crate) mod presence;

use super::{settings::OverlaySettings, widget::pointer::Pointer};
use presence::{Presence, PresenceChange};

/// Follows a visitor's face, finger and keys.
#[derive(Debug)]
pub(super) struct Visitor {
    presence: Presence,
    /// When a key or finger was last used, or the visitor came, in seconds.
    last_input: f64,
    /// Whether a key or finger has been used since the last frame.
    touched: bool,
    /// None until the pointer first moves.
    pointer: Option<Pointer>,
    /// The finger that is down has only brought back the controls.
    waking: bool,
}

impl Visitor {
    pub(super) fn new(settings: &OverlaySettings) -> Self {
        Self {
            presence: Presence::new(settings.leave_after, settings.away),
            last_input: 0.0,
            touched: false,
            pointer: None,
            waking: false,
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.presence.is_away()
    }

    /// Seconds since a key or finger was last used.
    pub(super) fn idle_seconds(&self, now: f64) -> f64 {
        now - self.last_input
    }

    /// A key or finger is used.
    pub(super) fn touch(&mut self, now: f64) {
        self.last_input = now;
        self.touched = true;
    }

    /// Follows the pointer. Returns whether what is on screen reacts to it: not if it rests, nor while
    /// the finger is down whose touch brought back controls that were not `visible`.
    pub(super) fn point(&mut self, pointer: Pointer, now: f64, visible: bool) -> bool {
        let before = self.pointer.replace(pointer);
        if before == Some(pointer) {
            return false;
        }
        let pressed = pointer.down && !before.is_some_and(|before| before.down);
        self.waking = (self.waking && pointer.down) || (pressed && !visible);
        self.touch(now);
        !self.waking
    }

    /// Tells whether the visitor came or left. A key or finger is as good a sign as a face.
    pub(super) fn update(&mut self, now: f64, face: bool) -> Option<PresenceChange> {
        let held = self.pointer.is_some_and(|pointer| pointer.down);
        let touched = std::mem::take(&mut self.touched) || held;
        let change = self.presence.update(now, face || touched);
        if change == Some(PresenceChange::Came) {
            self.last_input = now;
        }
        change
    }
}
