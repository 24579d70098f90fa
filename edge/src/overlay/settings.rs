//! How the overlay starts, and what it returns to when a visitor leaves.

use crate::overlay::labels::Labels;
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
    /// Whether the overlay starts with nobody in front of the mirror.
    pub(crate) away: bool,
    /// Whether the mirror picture is recorded.
    pub(crate) recording: bool,
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

/// The languages on offer, one of which is in use.
#[derive(Debug, Clone)]
pub(crate) struct Languages {
    all: Vec<Labels>,
    first: usize,
    current: usize,
}

impl Languages {
    /// All languages on offer, starting with the one at this index.
    pub(crate) fn new(all: Vec<Labels>, first: usize) -> Self {
        Self {
            all,
            first,
            current: first,
        }
    }

    pub(crate) fn all(&self) -> &[Labels] {
        &self.all
    }

    /// Texts of the language in use.
    pub(crate) fn labels(&self) -> &Labels {
        &self.all[self.current]
    }

    /// Index of the language in use.
    pub(crate) fn current(&self) -> usize {
        self.current
    }

    /// Index of the language at the start.
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// Index of the language after the one in use.
    pub(crate) fn next(&self) -> usize {
        (self.current + 1) % self.all.len()
    }

    /// Changes the language. Returns whether it is another one.
    pub(crate) fn choose(&mut self, index: usize) -> bool {
        std::mem::replace(&mut self.current, index) != index
    }
}
