//! What is remembered of a face from frame to frame.

use crate::{
    edit::{
        cover::Cover,
        smooth::Average,
        source_domain::{Heads, SourceDomain},
    },
    inference::model::StyleParts,
};

/// Seconds over which style codes are averaged.
const STYLE_SECONDS: f64 = 0.10;

/// Of one face, for as long as it is followed.
pub(super) struct Memory {
    /// The face, see [`crate::track::tracked::Face::id`].
    pub(super) id: u64,
    /// Which value each attribute has.
    pub(super) source: SourceDomain,
    /// Whether its mouth is covered.
    pub(super) cover: Cover,
    /// Its style code, averaged.
    pub(super) style: Average,
    /// That taken apart.
    pub(super) parts: StyleParts,
    frames_since_style: u32,
}

impl Memory {
    /// Of a face that was not seen before.
    pub(super) fn new(id: u64, attributes: usize, heads: Heads) -> Self {
        Self {
            id,
            source: SourceDomain::new(attributes, heads),
            cover: Cover::new(),
            style: Average::new(STYLE_SECONDS),
            parts: StyleParts::default(),
            frames_since_style: u32::MAX,
        }
    }

    /// Counts a frame. Whether the style is to be taken on it: on the first, and on every `every`th.
    pub(super) fn style_due(&mut self, every: u32) -> bool {
        self.frames_since_style = self.frames_since_style.saturating_add(1);
        let due = self.frames_since_style >= every;
        if due {
            self.frames_since_style = 0;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_due_at_once_and_then_every_so_many_frames() {
        let mut memory = Memory::new(0, 1, Heads::Switched);
        let due: Vec<bool> = (0..7).map(|_| memory.style_due(3)).collect();
        assert_eq!(due, [true, false, false, true, false, false, true]);
    }
}
