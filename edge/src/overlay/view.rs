//! How the picture is shown.

/// How to show the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) content: Content,
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
    /// Before in the left half, after in the right.
    Split,
}

/// What the visitor has chosen to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewChoice {
    pub(super) split: bool,
    pub(super) flipped: bool,
    /// Whether the compare key is held.
    pub(super) compare_key: bool,
}

impl ViewChoice {
    pub(super) fn new(flipped: bool) -> Self {
        Self {
            split: false,
            flipped,
            compare_key: false,
        }
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
