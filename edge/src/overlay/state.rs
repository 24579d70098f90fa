//! What the overlay is told, and what it asks for.

use super::{chips::Readings, panel::Button};
use crate::overlay::labels::Labels;

/// How the overlay begins, and what it returns to when a visitor has left.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// One strength per attribute.
    pub strengths: Vec<f32>,
    /// Whether the picture is a mirror's, left on the left.
    pub flipped: bool,
    /// All languages to offer.
    pub languages: Vec<Labels>,
    /// Index of the first one.
    pub language: usize,
    /// Seconds without face and touch after which a visitor has left; 0 for never.
    pub leave_after: f64,
    /// Seconds without a touch after which the controls fade away; 0 for never.
    pub fade_after: f64,
    /// Whether nobody is expected to be there at the start.
    pub away: bool,
    /// Whether the screen is being recorded.
    pub recording: bool,
}

/// What rarely changes: for the status line and the help page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Name of the bundle.
    pub model: String,
    /// Name of the execution provider that runs.
    pub provider: String,
    /// Providers that were tried in vain, with the reason.
    pub failures: Vec<(String, String)>,
    /// Name of the source, e.g. `camera:/dev/video0 (1280x720 MJPG at 30)`.
    pub source: String,
}

impl About {
    /// The source's mode: what its name has in brackets.
    pub(super) fn mode(&self) -> &str {
        let mode = self.source.rsplit_once('(').map(|(_, mode)| mode);
        mode.and_then(|mode| mode.strip_suffix(')')).unwrap_or("")
    }
}

/// The state of the mirror at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moment<'a> {
    /// Clock of the window, from 0.
    pub seconds: f64,
    /// Measured values.
    pub readings: Readings,
    /// Whether the mirror picture is edited.
    pub edited: bool,
    /// Whether a face is in view.
    pub face: bool,
    /// Whether there is a picture at all.
    pub has_picture: bool,
    /// Whether a copied smile is worn.
    pub copied: bool,
    /// Why there are no new pictures, if so.
    pub trouble: Option<&'a str>,
    /// What is being prepared, if anything.
    pub preparing: Option<&'a str>,
}

/// Something that a key does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Press {
    /// The same as the button.
    Button(Button),
    /// The compare key is down, or not.
    Compare(bool),
    /// The chosen slider goes up or down a step.
    Step(bool),
    /// The slider below or above is chosen; with a single one, it goes down or up.
    Choose(bool),
    /// The next language.
    Language,
    /// Yes: keep the photo.
    Confirm,
    /// What is open closes.
    Close,
}

/// What the overlay wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Copy the smile in view.
    Copy,
    /// Forget the copied smile.
    ForgetCopy,
    /// Take a photo and ask about it.
    Photo,
    /// Write the photo that was asked about.
    Keep,
    /// End the program.
    Quit,
}

/// How to show the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The picture before the edit everywhere.
    pub compare: bool,
    /// The picture before the edit in the left half.
    pub split: bool,
    /// Whether left stays on the left.
    pub flipped: bool,
    /// Brightness of the picture, 0..=256.
    pub brightness: u32,
}
