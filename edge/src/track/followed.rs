//! One face that is followed.

use super::{Locator, Steady, is_same, life::Life, tracked::MOST_FACES};
use crate::picture::frame::Frame;
use aligner::{Alignment, Square};
use arrayvec::ArrayVec;

/// Frames between two checks of a face that the aligner is sure of.
const CHECK_EVERY: u32 = 15;
/// Score from which the aligner is sure to see a face.
const SURE: f32 = 0.5;
/// Checks in doubt without a detection after which a face is gone.
pub(super) const MISSES: u32 = 3;
/// Checks without a detection after which a face is gone, however sure the aligner is.
const UNCONFIRMED: u32 = 4;

/// A face, where it is, and how sure that is.
pub(super) struct Followed {
    pub(super) id: u64,
    /// Where the face was last seen, and where the crop is shown.
    pub(super) seen: Square,
    pub(super) shown: Square,
    steady: Steady,
    /// Whether the aligner saw it on this frame.
    sure: bool,
    misses: u32,
    unconfirmed: u32,
    frames_since_check: u32,
    pub(super) life: Life,
}

impl Followed {
    /// A face that was just found.
    pub(super) fn new(id: u64, crop: Square, locator: &Locator) -> Self {
        Self {
            id,
            seen: crop,
            shown: crop,
            steady: if locator.has_aligner() {
                Steady::new(crop)
            } else {
                Steady::coarse(crop)
            },
            sure: true,
            misses: 0,
            unconfirmed: 0,
            frames_since_check: 0,
            life: Life::new(),
        }
    }

    /// Whether the aligner is sure of a crop.
    pub(super) fn is_sure(found: &Alignment) -> bool {
        found.score >= SURE
    }

    /// Moves the crop to where the face is on the next frame.
    pub(super) fn follow(
        &mut self,
        frame: &Frame,
        locator: &mut Locator,
        still_after: Option<f64>,
    ) {
        self.frames_since_check = self.frames_since_check.saturating_add(1);
        let found = locator.follow(frame, self.seen).filter(Self::is_sure);
        self.sure = found.is_some();
        if let Some(found) = found {
            self.misses = 0;
            self.see(found.crop);
            if let (Some(still_after), Some((grey, window))) = (still_after, locator.view()) {
                self.life.look(grey, window, frame.seconds, still_after);
            }
        }
    }

    /// Whether the detector shall look: in doubt on every frame, else now and then.
    pub(super) fn wants_check(&self) -> bool {
        self.frames_since_check >= if self.sure { CHECK_EVERY } else { 1 }
    }

    /// The detector has begun to look.
    pub(super) fn begin_check(&mut self) {
        self.frames_since_check = 0;
    }

    /// Follows what the detector saw: the face's box, or nothing.
    pub(super) fn confirm(&mut self, face: Option<Square>, frame: &Frame, locator: &mut Locator) {
        match (self.sure, face) {
            (true, Some(_)) => self.unconfirmed = 0,
            (true, None) => self.unconfirmed += 1,
            (false, Some(face)) => {
                let settled = locator.settle(frame, face);
                match settled.filter(Self::is_sure) {
                    Some(found) => {
                        (self.misses, self.unconfirmed) = (0, 0);
                        self.see(found.crop);
                    }
                    None => self.misses += 1,
                }
            }
            (false, None) => self.misses += 1,
        }
    }

    /// Whether it has to be dropped.
    pub(super) fn is_gone(&self, frame: &Frame) -> bool {
        let lost = self.misses >= MISSES || self.unconfirmed >= UNCONFIRMED;
        lost || !self.seen.is_on(frame.width, frame.height)
    }

    /// Takes a face that was just found for the picture that it looks like, if that hung here before.
    pub(super) fn recognise(
        &mut self,
        frame: &Frame,
        locator: &mut Locator,
        still_after: Option<f64>,
        pictures: &mut ArrayVec<Self, MOST_FACES>,
    ) {
        if pictures.is_empty() {
            return;
        }
        self.follow(frame, locator, still_after);
        let here =
            |picture: &Self| is_same(picture.seen, self.seen) && picture.life.resembles(&self.life);
        if let Some(index) = pictures.iter().position(here) {
            pictures.remove(index);
            self.life.known_as_picture();
        }
    }

    fn see(&mut self, crop: Square) {
        self.seen = crop;
        self.shown = self.steady.follow(crop);
    }
}
