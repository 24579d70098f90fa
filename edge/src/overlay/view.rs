//! How the picture is shown.

/// How to show the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) content: Content,
    /// Where split view changes from before to after, as a share of the window's width.
    pub(crate) split_at: f32,
    /// Whether left stays on the left, as in a mirror.
    pub(crate) flipped: bool,
    /// Brightness of the picture, 0..=256.
    pub(crate) brightness: u32,
}

/// Which picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Content {
    /// The mirror picture, edited if there is an edit.
    #[default]
    After,
    /// The picture before the edit.
    Before,
    /// Before on the left, after on the right.
    Split,
}

/// What the visitor has chosen to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewChoice {
    pub(super) split: bool,
    /// Share of the window's width.
    pub(super) split_at: f32,
    /// Whether a finger drags the dividing line.
    pub(super) dragging: bool,
    pub(super) flipped: bool,
    /// Whether the compare key is held.
    pub(super) compare_key: bool,
}

/// Where the dividing line is at first, and how near it may come to the window's edge.
pub(super) const MIDDLE: f32 = 0.5;
const EDGE: f32 = 0.04;

impl ViewChoice {
    pub(super) fn new(flipped: bool) -> Self {
        Self {
            split: false,
            split_at: MIDDLE,
            dragging: false,
            flipped,
            compare_key: false,
        }
    }

    /// Moves the dividing line to a share of the window's width.
    pub(super) fn drag_to(&mut self, share: f32) {
        self.split_at = share.clamp(EDGE, 1.0 - EDGE);
    }

    /// Which picture is shown, `comparing` if the compare button is held.
    pub(super) fn content(&self, comparing: bool) -> Content {
        if self.compare_key || comparing {
            Content::Before
        } else if self.split {
            Content::Split
        } else {
            Content::After
        }
    }
}
