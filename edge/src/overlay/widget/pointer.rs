//! The mouse pointer, or a finger.

/// The mouse pointer or a finger, in pixels of the window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Pointer {
    /// Left to right, top to bottom.
    pub(crate) at: [f32; 2],
    /// Whether the left button, or the finger, is down.
    pub(crate) down: bool,
}

impl Pointer {
    /// The place relative to something at `origin`.
    pub(crate) fn relative_to(&self, origin: [f32; 2]) -> [f32; 2] {
        [self.at[0] - origin[0], self.at[1] - origin[1]]
    }
}
