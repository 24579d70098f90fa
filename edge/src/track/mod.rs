//! Follows faces: found by the detector, put in place by the aligner on every frame, re-checked.
//!
//! ```text
//!            none ──search (whole frame, every 3rd)──► face
//!              ▲                                        │ every frame: the aligner moves the crop
//!              └──── neither sees a face, 3 frames ◄────┘ in doubt, and every 15th: the detector checks
//! ```
//!
//! The detector's boxes jitter by some percent of the face and have no roll; the aligner is exact but
//! believes in what it follows: so the one moves the crop, and the other says whether there is a face.

mod locator;
mod steady;

pub use locator::Locator;
pub use steady::Steady;

use crate::{
    error::EdgeError,
    frame::Frame,
    tracked::{Face, MOST_FACES, Tracked},
};
use aligner::{Aligner, Square};
use model_spec::{Bundle, Framing, manifest::ALIGNER_FILE};
use std::sync::Arc;

/// Frames between two searches while there is no face, ...
const SEARCH_EVERY: u32 = 3;
/// ... while more faces are wanted than there are, ...
const MORE_EVERY: u32 = 15;
/// ... and while only a larger face would be of interest.
const LARGER_EVERY: u32 = 30;
/// How much larger another face has to be to take over.
const LARGER: f32 = 1.25;
/// Frames between two re-checks of a face that the aligner is sure of.
const CHECK_EVERY: u32 = 15;
/// Score from which the aligner is sure to see a face.
const SURE: f32 = 0.5;
/// Frames in doubt without a detection after which a face is gone.
const MISSES: u32 = 3;
/// Re-checks without a detection after which a face is gone, however sure the aligner is.
const UNCONFIRMED: u32 = 4;
/// Widths of frames, in pixels, and rolls, in radians, that are searched in turn: fast, for small
/// faces, and for faces turned by more than the detector can take.
const SEARCHES: [(f32, f32); 4] = [(214.0, 0.0), (360.0, 0.0), (214.0, 0.35), (214.0, -0.35)];
/// Two crops whose centres are nearer than this, in sides of the larger, are of one face.
const SAME: f32 = 0.5;

/// What to follow.
#[derive(Debug, Clone)]
pub struct TrackOptions {
    /// How the model's crop lies in a detector's box.
    pub framing: Framing,
    /// What puts crops in their place exactly; without it they follow the detector and wobble.
    pub aligner: Option<Aligner>,
    /// Most faces that are followed, the largest; 1 to [`MOST_FACES`].
    pub faces: usize,
}

impl TrackOptions {
    /// For a bundle's model and the largest face.
    ///
    /// # Errors
    /// [`EdgeError::Spec`] when the bundle has an aligner that cannot be read.
    pub fn of_bundle(bundle: &Bundle) -> Result<Self, EdgeError> {
        let manifest = bundle.manifest();
        let read = || {
            let aligner = Aligner::from_bytes(&bundle.read(ALIGNER_FILE)?);
            aligner.map_err(|mismatch| mismatch.in_file(bundle.path(ALIGNER_FILE)))
        };
        let aligner = manifest.has_aligner().then(read);
        Ok(Self {
            framing: manifest.framing,
            aligner: aligner.transpose()?,
            faces: 1,
        })
    }
}

/// Follows the largest faces over a source.
pub struct Tracker {
    locator: Locator,
    tracks: Vec<Track>,
    faces: Vec<Face>,
    most: usize,
    next_id: u64,
    frames_since_search: u32,
    searches: usize,
    /// Whether frames follow each other in time; else each is searched on its own.
    continuous: bool,
}

struct Track {
    id: u64,
    /// Where the face was last seen, and where the crop is shown.
    seen: Square,
    steady: Steady,
    shown: Square,
    misses: u32,
    unconfirmed: u32,
    frames_since_check: u32,
}

impl Tracker {
    /// A tracker for video (`continuous`), or for pictures that have nothing to do with each other.
    ///
    /// # Errors
    /// Those of [`Locator::new`].
    pub fn new(continuous: bool, options: &TrackOptions) -> Result<Self, EdgeError> {
        Ok(Self {
            locator: Locator::new(options.framing, options.aligner.clone())?,
            tracks: Vec::new(),
            faces: Vec::new(),
            most: options.faces.clamp(1, MOST_FACES),
            next_id: 0,
            frames_since_search: u32::MAX,
            searches: 0,
            continuous,
        })
    }

    /// The frame with its faces.
    pub fn tracked(&mut self, frame: Arc<Frame>) -> Tracked {
        let faces = self.track(&frame).iter().copied().collect();
        Tracked { frame, faces }
    }

    /// The faces on `frame`, largest first.
    pub fn track(&mut self, frame: &Frame) -> &[Face] {
        if self.continuous {
            self.follow(frame);
        } else {
            self.tracks.clear();
            for attempt in 0..SEARCHES.len() {
                if self.tracks.len() < self.most {
                    self.search(frame, wanted(frame, attempt));
                }
            }
        }
        self.faces.clear();
        self.faces.extend(self.tracks.iter().map(|track| Face {
            id: track.id,
            crop: track.shown,
        }));
        self.faces
            .sort_by(|a, b| b.crop.side.total_cmp(&a.crop.side));
        &self.faces
    }

    fn follow(&mut self, frame: &Frame) {
        for track in &mut self.tracks {
            track.follow(frame, &mut self.locator);
        }
        self.tracks.retain(|track| {
            let gone = track.misses >= MISSES || track.unconfirmed >= UNCONFIRMED;
            !gone && track.seen.is_on(frame.width, frame.height)
        });
        // Two that met on one face: the older one stays.
        for later in (1..self.tracks.len()).rev() {
            let seen = self.tracks[later].seen;
            if self.tracks[..later]
                .iter()
                .any(|track| is_same(track.seen, seen))
            {
                self.tracks.remove(later);
            }
        }
        self.frames_since_search = self.frames_since_search.saturating_add(1);
        let (every, wanted) = match self.tracks.last() {
            None => (SEARCH_EVERY, wanted(frame, self.searches)),
            Some(_) if self.tracks.len() < self.most => (MORE_EVERY, wanted(frame, self.searches)),
            Some(_) => (LARGER_EVERY, (LARGER * self.smallest_box(), 0.0)),
        };
        if self.frames_since_search >= every {
            self.frames_since_search = 0;
            self.searches += 1;
            self.search(frame, wanted);
        }
    }

    /// Side of the box of the smallest face followed.
    fn smallest_box(&self) -> f32 {
        let boxes = self
            .tracks
            .iter()
            .map(|track| self.locator.face_of(track.seen).side);
        boxes.fold(f32::MAX, f32::min)
    }

    /// Takes up faces that are not followed yet; the smallest go when there are too many.
    fn search(&mut self, frame: &Frame, (smallest, roll): (f32, f32)) {
        for face in self.locator.search(frame, smallest, roll) {
            if self.tracks.iter().any(|track| is_same(track.seen, face)) {
                continue;
            }
            if self.tracks.len() >= self.most {
                // So that two faces of one size do not take turns.
                if face.side < LARGER * self.smallest_box() {
                    continue;
                }
                let sides = self
                    .tracks
                    .iter()
                    .enumerate()
                    .map(|(i, track)| (i, track.seen.side));
                let Some((last, _)) = sides.min_by(|a, b| a.1.total_cmp(&b.1)) else {
                    continue;
                };
                self.tracks.swap_remove(last);
            }
            let Some(found) = self.locator.settle(frame, face) else {
                continue;
            };
            if found.score < SURE && self.continuous {
                continue;
            }
            self.tracks.push(Track {
                id: self.next_id,
                seen: found.crop,
                steady: if self.locator.has_aligner() {
                    Steady::new(found.crop)
                } else {
                    Steady::coarse(found.crop)
                },
                shown: found.crop,
                misses: 0,
                unconfirmed: 0,
                frames_since_check: 0,
            });
            self.next_id += 1;
        }
    }
}

impl Track {
    fn follow(&mut self, frame: &Frame, locator: &mut Locator) {
        self.frames_since_check += 1;
        let found = locator.follow(frame, self.seen);
        let sure = found.filter(|found| found.score >= SURE);
        if let Some(found) = sure {
            self.misses = 0;
            self.see(found.crop);
            if self.frames_since_check < CHECK_EVERY || !locator.has_aligner() {
                return;
            }
        }
        self.frames_since_check = 0;
        let checked = locator.check(frame, self.seen);
        match (sure, checked) {
            (Some(_), Some(_)) => self.unconfirmed = 0,
            (Some(_), None) => self.unconfirmed += 1,
            (None, Some(face)) => {
                let settled = locator.settle(frame, face);
                match settled.filter(|found| found.score >= SURE) {
                    Some(found) => {
                        (self.misses, self.unconfirmed) = (0, 0);
                        self.see(found.crop);
                    }
                    None => self.misses += 1,
                }
            }
            (None, None) => self.misses += 1,
        }
    }

    fn see(&mut self, crop: Square) {
        self.seen = crop;
        self.shown = self.steady.follow(crop);
    }
}

/// Smallest box, in pixels of the frame, and roll that the search number `attempt` is to find.
fn wanted(frame: &Frame, attempt: usize) -> (f32, f32) {
    let (width, roll) = SEARCHES[attempt % SEARCHES.len()];
    let longest = frame.width.max(frame.height) as f32;
    (crate::detect::SMALLEST_FACE * longest / width, roll)
}

fn is_same(a: Square, b: Square) -> bool {
    let away = (a.centre[0] - b.centre[0]).hypot(a.centre[1] - b.centre[1]);
    away < SAME * a.side.max(b.side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use faces::Take;

    const FRAMING: Framing = Framing {
        side_ratio: 0.81,
        centre_offset: [0.0, 0.078],
    };

    fn demo(take: &Take, index: u64) -> Frame {
        let mut frame = Frame::default();
        frame.resize(640, 480);
        take.render_into(index, &mut frame.rgb);
        frame
    }

    /// The shipped model's aligner, and none.
    fn aligners() -> [Option<Aligner>; 2] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/smile-64");
        let path = folder.join(ALIGNER_FILE);
        [Some(Aligner::read(&path).unwrap()), None]
    }

    fn tracker(aligner: Option<Aligner>, most: usize) -> Tracker {
        let options = TrackOptions {
            framing: FRAMING,
            aligner,
            faces: most,
        };
        Tracker::new(true, &options).unwrap()
    }

    #[test]
    fn the_demo_face_is_acquired_at_once_and_followed_without_jumps() {
        for aligner in aligners() {
            let take = Take::new(0, 640, 480, 30.0);
            let mut tracker = tracker(aligner, 1);
            let mut last: Option<Face> = None;
            for index in 0..60 {
                let face = *tracker.track(&demo(&take, index)).first().expect("a face");
                if let Some(last) = last {
                    assert_eq!(face.id, last.id);
                    let step = last.crop.correction_to(face.crop).motion();
                    assert!(step < 0.05, "frame {index}: {step}");
                }
                last = Some(face);
            }
        }
    }

    #[test]
    fn roll_place_and_size_of_the_demo_face_are_those_it_was_drawn_with() {
        let [aligner, _] = aligners();
        let take = Take::new(0, 640, 480, 30.0);
        let mut tracker = tracker(aligner, 1);
        // The second smile, with the head tilted by up to 13 degrees.
        for index in 280..350 {
            let truth = take.truth(index);
            let crop = tracker
                .track(&demo(&take, index))
                .first()
                .expect("a face")
                .crop;
            let half = truth.face.side * 0.5;
            let drawn = Square {
                roll: truth.roll_degrees.to_radians(),
                ..Square::upright([truth.face.x + half, truth.face.y + half], truth.face.side)
            };
            let error = drawn.correction_to(crop).to_array();
            let most = [0.03, 0.03, 0.06, 0.06];
            let within = error
                .iter()
                .zip(most)
                .all(|(error, most)| error.abs() < most);
            assert!(within || index < 285, "frame {index}: {error:?}");
        }
    }

    #[test]
    fn a_face_that_leaves_is_given_up_and_an_empty_frame_has_none() {
        for aligner in aligners() {
            let take = Take::new(0, 640, 480, 30.0);
            let mut tracker = tracker(aligner, 1);
            assert!(!tracker.track(&demo(&take, 0)).is_empty());
            let mut empty = Frame::default();
            empty.resize(640, 480);
            let still = (0..30).take_while(|_| !tracker.track(&empty).is_empty());
            assert!(still.count() <= MISSES as usize);
            let mut tiny = Frame::default();
            tiny.resize(8, 8);
            assert!(tracker.track(&tiny).is_empty());
        }
    }

    #[test]
    fn as_many_faces_as_asked_for_are_followed_and_the_largest_comes_first() {
        let [aligner, _] = aligners();
        let takes = [Take::new(0, 320, 240, 30.0), Take::new(5, 640, 480, 30.0)];
        // Side by side on one frame of 960 pixels.
        let frame = |index| {
            let mut frame = Frame::default();
            frame.resize(960, 480);
            frame.rgb.fill(90);
            for (take, [left, width, height]) in takes.iter().zip([[0, 320, 240], [320, 640, 480]])
            {
                let mut rgb = vec![0; 3 * width * height];
                take.render_into(index, &mut rgb);
                for (y, row) in rgb.chunks_exact(3 * width).enumerate() {
                    frame.rgb[3 * (y * 960 + left)..][..3 * width].copy_from_slice(row);
                }
            }
            frame
        };
        for (most, wanted) in [(1, 1), (4, 2)] {
            let mut tracker = tracker(aligner.clone(), most);
            let mut ids = Vec::new();
            for index in 0..40 {
                let faces = tracker.track(&frame(index));
                assert!(
                    faces
                        .windows(2)
                        .all(|pair| pair[0].crop.side >= pair[1].crop.side)
                );
                ids = faces.iter().map(|face| face.id).collect();
            }
            assert_eq!(ids.len(), wanted, "of at most {most}");
            assert!(tracker.faces[0].crop.centre[0] > 320.0);
            let again: Vec<u64> = tracker
                .track(&frame(40))
                .iter()
                .map(|face| face.id)
                .collect();
            assert_eq!(again, ids);
        }
    }
}
