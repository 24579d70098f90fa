//! Follows faces: found by the detector, put in place by the aligner on every frame, re-checked.
//!
//! ```text
//!            none ──search (whole frame, every 3rd)──► face
//!              ▲                                        │ every frame: the aligner moves the crop
//!              └──── neither sees a face, 3 checks ◄────┘ in doubt, and every 15th: the detector checks
//! ```
//!
//! The detector's boxes jitter by some percent of the face and have no roll; the aligner is exact but
//! believes in what it follows: so the one moves the crop, and the other says whether there is a face.
//! Live, the detector's answer is polled on a later frame, which does not wait for it.

pub mod detector;
mod followed;
mod life;
mod locator;
pub mod mouth;
mod options;
mod steady;
pub mod tracked;

pub(crate) use locator::Locator;
pub use options::{Pace, TrackOptions};
pub(crate) use steady::Steady;

use crate::{
    error::EdgeError,
    picture::frame::Frame,
    track::tracked::{Face, MOST_FACES, Tracked},
};
use aligner::Square;
use arrayvec::ArrayVec;
use detector::SMALLEST_FACE;
use followed::Followed;
use std::sync::Arc;

/// Frames between two searches while there is no face, ...
const SEARCH_EVERY: u32 = 3;
/// ... while more faces are wanted than there are, ...
const MORE_EVERY: u32 = 15;
/// ... and while only a larger face would be of interest.
const LARGER_EVERY: u32 = 30;
/// How much larger another face has to be to take over.
const LARGER: f32 = 1.25;
/// Searches that take turns: fast, for small faces, and for faces rotated by more than the detector can
/// take.
const SEARCHES: [SearchKind; 4] = [
    SearchKind::new(214.0, 0.0),
    SearchKind::new(360.0, 0.0),
    SearchKind::new(214.0, 0.35),
    SearchKind::new(214.0, -0.35),
];
/// Two crops whose centres are nearer than this, in sides of the larger, are of one face.
const SAME: f32 = 0.5;

/// Follows the largest faces over a source.
pub struct Tracker {
    locator: Locator,
    followed: Vec<Followed>,
    /// Those of the last frame.
    faces: Vec<Face>,
    most: usize,
    next_id: u64,
    frames_since_search: u32,
    searches: usize,
    pace: Pace,
    still_after: Option<f64>,
    /// Pictures that were lost from sight, the newest last: found again, they are pictures still.
    pictures: ArrayVec<Followed, MOST_FACES>,
    /// What the detector was asked, and a buffer for its answer.
    asked: Asked,
    boxes: Vec<Square>,
}

/// A search, for frames of any size.
#[derive(Debug, Clone, Copy)]
struct SearchKind {
    /// Longer side of the picture that is searched, in pixels.
    width: f32,
    /// In radians.
    roll: f32,
}

/// A search of a frame for faces.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// Side of the smallest box that is to be found, in pixels of the frame.
    smallest: f32,
    /// How much the faces are rotated, in radians.
    roll: f32,
}

/// What the detector was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Who is there.
    Everywhere,
    /// Whether this face is still there.
    About(u64),
}

impl Tracker {
    /// A tracker for frames that come like this.
    ///
    /// # Errors
    /// Those of [`Locator::new`].
    pub fn new(pace: Pace, options: &TrackOptions) -> Result<Self, EdgeError> {
        let most = options.faces.clamp(1, MOST_FACES);
        let pace = match (pace, &options.aligner) {
            // Without an aligner, only the detector knows where a face is now.
            (Pace::Live, None) => Pace::Replay,
            (pace, _) => pace,
        };
        Ok(Self {
            locator: Locator::new(options.framing, options.aligner.clone())?,
            followed: Vec::with_capacity(most + 1),
            faces: Vec::with_capacity(most),
            most,
            next_id: 0,
            frames_since_search: u32::MAX,
            searches: 0,
            pace,
            still_after: options.still_after,
            pictures: ArrayVec::new(),
            asked: Asked::Everywhere,
            boxes: Vec::new(),
        })
    }

    /// The frame with its faces.
    pub(crate) fn tracked(&mut self, frame: Arc<Frame>) -> Tracked {
        let faces = self.track(&frame).iter().copied().collect();
        Tracked { frame, faces }
    }

    /// The faces on `frame`, largest first.
    pub fn track(&mut self, frame: &Frame) -> &[Face] {
        if self.pace == Pace::Stills {
            self.followed.clear();
            for attempt in 0..SEARCHES.len() {
                if self.followed.len() < self.most {
                    self.search(frame, Search::number(attempt, frame));
                    self.poll(frame, true);
                }
            }
        } else {
            self.follow(frame);
        }
        self.faces.clear();
        self.faces.extend(self.followed.iter().map(|face| Face {
            id: face.id,
            crop: face.shown,
            is_picture: face.life.is_picture(),
        }));
        // Stable would allocate.
        self.faces
            .sort_unstable_by(|a, b| b.crop.side.total_cmp(&a.crop.side));
        &self.faces
    }

    fn follow(&mut self, frame: &Frame) {
        for face in &mut self.followed {
            face.follow(frame, &mut self.locator, self.still_after);
        }
        self.frames_since_search = self.frames_since_search.saturating_add(1);
        self.poll(frame, false);
        self.drop_lost(frame);
        let waits = self.pace == Pace::Replay;
        while self.submit(frame) && waits {
            self.poll(frame, true);
            self.drop_lost(frame);
        }
    }

    /// Has the detector look for what is due, if it is free. Returns whether there was anything.
    fn submit(&mut self, frame: &Frame) -> bool {
        if !self.locator.detector().is_free() {
            return false;
        }
        let doubtful = self.followed.iter_mut().find(|face| face.wants_check());
        if let Some(face) = doubtful {
            face.begin_check();
            self.asked = Asked::About(face.id);
            let region = self.locator.around(face.seen);
            self.locator.detector().submit(frame, region);
            return true;
        }
        let (every, search) = match self.followed.len() {
            0 => (SEARCH_EVERY, Search::number(self.searches, frame)),
            some if some < self.most => (MORE_EVERY, Search::number(self.searches, frame)),
            _ => (LARGER_EVERY, Search::upright(LARGER * self.smallest_box())),
        };
        let due = self.frames_since_search >= every;
        if due {
            self.search(frame, search);
        }
        due
    }

    fn search(&mut self, frame: &Frame, search: Search) {
        self.frames_since_search = 0;
        self.searches += 1;
        self.asked = Asked::Everywhere;
        let region = Locator::everywhere(frame, search.smallest, search.roll);
        self.locator.detector().submit(frame, region);
    }

    /// Takes the detector's answer, if there is one or it is waited for.
    fn poll(&mut self, frame: &Frame, wait: bool) {
        let mut boxes = std::mem::take(&mut self.boxes);
        if self.locator.detector().poll(wait, &mut boxes) {
            match self.asked {
                Asked::Everywhere => self.acquire(frame, &boxes),
                Asked::About(id) => {
                    let mut followed = self.followed.iter_mut();
                    if let Some(face) = followed.find(|face| face.id == id) {
                        face.confirm(boxes.first().copied(), frame, &mut self.locator);
                    }
                }
            }
        }
        self.boxes = boxes;
    }

    /// Drops faces that are gone, and of the later of two that met on one face.
    fn drop_lost(&mut self, frame: &Frame) {
        let gone = self.followed.extract_if(.., |face| face.is_gone(frame));
        for picture in gone.filter(|face| face.life.is_picture()) {
            if self.pictures.is_full() {
                self.pictures.remove(0);
            }
            self.pictures.push(picture);
        }
        for later in (1..self.followed.len()).rev() {
            let seen = self.followed[later].seen;
            let mut earlier = self.followed[..later].iter();
            if earlier.any(|face| is_same(face.seen, seen)) {
                self.followed.remove(later);
            }
        }
    }

    /// Side of the box of the smallest face followed.
    fn smallest_box(&self) -> f32 {
        let boxes = self
            .followed
            .iter()
            .map(|face| self.locator.face_of(face.seen).side);
        boxes.fold(f32::MAX, f32::min)
    }

    /// Acquires faces that are not followed yet; the smallest go when there are too many.
    fn acquire(&mut self, frame: &Frame, boxes: &[Square]) {
        for &face in boxes {
            if self.followed.iter().any(|known| is_same(known.seen, face)) {
                continue;
            }
            // So that two faces of one size do not take turns.
            let full = self.followed.len() >= self.most;
            if full && face.side < LARGER * self.smallest_box() {
                continue;
            }
            let Some(found) = self.locator.settle(frame, face) else {
                continue;
            };
            if !Followed::is_sure(&found) && self.pace != Pace::Stills {
                continue;
            }
            if full {
                let sides = self.followed.iter().map(|face| face.seen.side).enumerate();
                let smallest = sides.min_by(|a, b| a.1.total_cmp(&b.1));
                smallest.map(|(index, _)| self.followed.swap_remove(index));
            }
            let mut new = Followed::new(self.next_id, found.crop, &self.locator);
            new.recognise(
                frame,
                &mut self.locator,
                self.still_after,
                &mut self.pictures,
            );
            self.followed.push(new);
            self.next_id += 1;
        }
    }
}

impl SearchKind {
    const fn new(width: f32, roll: f32) -> Self {
        Self { width, roll }
    }
}

impl Search {
    /// The search whose turn it is after `count` others.
    fn number(count: usize, frame: &Frame) -> Self {
        let SearchKind { width, roll } = SEARCHES[count % SEARCHES.len()];
        let longest = frame.width.max(frame.height) as f32;
        Self {
            smallest: SMALLEST_FACE * longest / width,
            roll,
        }
    }

    /// For upright faces of at least this size.
    fn upright(smallest: f32) -> Self {
        Self {
            smallest,
            roll: 0.0,
        }
    }
}

fn is_same(a: Square, b: Square) -> bool {
    let away = (a.centre[0] - b.centre[0]).hypot(a.centre[1] - b.centre[1]);
    away < SAME * a.side.max(b.side)
}

#[cfg(test)]
mod life_tests;
#[cfg(test)]
mod tests;
