//! How the overlay starts, and what it returns to when a visitor leaves.

use clap::ValueEnum;

/// How the overlay starts, and what it returns to when a visitor leaves.
#[derive(Debug, Clone)]
pub(crate) struct OverlaySettings {
    /// One strength per attribute.
    pub(crate) strengths: Vec<f32>,
    /// Whether the picture is shown as in a mirror, with left on the left.
    pub(crate) flipped: bool,
    /// Seconds without a face, key or touch after which a visitor has left; 0: never.
    pub(crate) leave_after: f64,
    /// Seconds without a key or touch after which the controls fade away; 0: never.
    pub(crate) fade_after: f64,
    pub(crate) status: StatusChoice,
    /// Factor of the size of text and targets.
    pub(crate) text_scale: f32,
    pub(crate) motion: Motion,
    /// Whether the overlay starts with nobody in front of the mirror.
    pub(crate) away: bool,
    /// Whether the mirror picture is recorded.
    pub(crate) recording: bool,
}

/// How much moves on the screen besides the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Motion {
    /// Controls and pages fade in and out.
    Full,
    /// They come and go at once.
    Reduced,
}

/// When the status line is on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusChoice {
    /// Together with the controls.
    Auto,
    /// Whenever no page is open.
    On,
    /// Never.
    Off,
}
